"""Whether a worker computes what the head would: by its files, versions, kernels and CPU."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from typing import Any

import numpy as np

from pyneuronautofit._text import quoted
from pyneuronautofit.codegen.compile import cpu_description
from pyneuronautofit.fitting.problem import Problem
from pyneuronautofit.fitting.resumed.identity import changed_files
from pyneuronautofit.fitting.resumed.plugged import PLUGINS
from pyneuronautofit.fitting.resumed.resume import OpenedFit
from pyneuronautofit.simulators import PreferredSimulator

_SHOWN = 12


def self_description(opened: OpenedFit) -> dict[str, Any]:
    """Return by what an opened fit, its simulators having been checked, gives the scores it does.

    Returns
    -------
    dict
        `run_identity`, and the CPU, the C library, the kernels, and how the recordings score
        against 0 mV: plain values.
    """
    return {
        **opened.identity,
        "host": platform.node(),
        "cpu": hashlib.sha256(cpu_description().encode()).hexdigest(),
        "libc": " ".join(platform.libc_ver()),
        "kernels": kernels_of(opened.problem),
        "markers": list(opened.problem.whole.markers),
        "reference": opened.problem.whole.bvalues.tobytes().hex(),
        "weights": opened.problem.weights.tobytes().hex(),
    }


def kernels_of(problem: Problem) -> list[dict[str, str]]:
    """Return the kernels in use for each recording that is fitted."""
    return [
        part.simulator.kernels if isinstance(part.simulator, PreferredSimulator) else {}
        for part in problem.parts
    ]


def check_parts(problem: Problem) -> None:
    """Find out whether what is fitted can be simulated by what was decided; raises if not."""
    first = problem.space.to_model(problem.space.sample(np.random.default_rng(0), 1)).values
    for part in problem.parts:
        part.simulator.check(part.table_of(first))


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Say in which respects a worker is not as the head is; nothing where it is.

    Parameters
    ----------
    here, there
        `self_description` of the head and of the worker.
    """
    found = [*_other_versions(here, there), *_other_files(here, there)]
    if here["libc"] != there["libc"]:
        found.append(f"its C library is {there['libc']}, and the head's {here['libc']}")
    if here["cpu"] != there["cpu"]:
        found.append(f"its CPU is of another kind ({_cpu(there)}) than the head's ({_cpu(here)})")
    if here["kernels"] != there["kernels"]:
        found.append(
            "its compiled kernel of the model is not the head's: it was made by another compiler, "
            "or for another CPU"
        )
    scoring = ("markers", "reference", "weights")
    if not found and any(here[name] != there[name] for name in scoring):
        found.append("it scores the recording against 0 mV otherwise")
    return found


def _other_versions(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    mine, its = dict(here["versions"]), dict(there["versions"])
    return [
        f"its {name} is {its.get(name, 'missing')}, and the head's {mine.get(name, 'missing')}"
        for name in sorted({*mine, *its} - {"processor"})
        if mine.get(name) != its.get(name)
    ]


def _other_files(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    found = []
    for name, words in (("recording", "the recording"), ("beside", "a further recording")):
        if here.get(name) != there.get(name):
            found.append(
                f"{words} is another file there (SHA-256 {_begin(there.get(name))}, here "
                f"{_begin(here.get(name))})"
            )
    files = changed_files(here["model"], there["model"])
    if files:
        found.append(f"files of the model are others: {quoted(files)}")
    if here.get(PLUGINS) != there.get(PLUGINS):
        found.append("its plug-ins are others")
    return found


def _begin(digest: Any) -> str:
    if isinstance(digest, list):
        return ", ".join(_begin(each) for each in digest)
    return "missing" if digest is None else f"{str(digest)[:_SHOWN]}.."


def _cpu(described: Mapping[str, Any]) -> str:
    return str(described["versions"].get("processor", "not known"))
