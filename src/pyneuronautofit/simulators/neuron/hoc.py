"""NEURON's interpreter, in processes that build cells."""

from __future__ import annotations

from typing import Any


def neuron() -> Any:
    """Return NEURON's `h`; only a process that builds cells loads it."""
    from neuron import h  # noqa: PLC0415

    return h
