"""Protocols as labs use them, drawn at random: currents, and the window that is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KINDS = ("steps", "small steps", "pulses", "ramps", "train", "sine", "one step", "one ramp")


@dataclass(frozen=True)
class Protocol:
    """A protocol: currents (n_sweep, n_sample) in pA, and the window in ms."""

    name: str
    current_pA: np.ndarray
    step_ms: float
    window_ms: tuple[float, float]
    is_command: bool


def drawn(seed: int) -> Protocol:
    """Return a protocol; all kinds come up in turn, noisy and not."""
    rng = np.random.default_rng([17, seed])
    kind = KINDS[seed % len(KINDS)]
    step_ms = float(rng.choice([0.01, 0.02, 0.05, 0.1]))
    length_ms = float(rng.choice([600.0, 1000.0, 2500.0]))
    start_ms = round(float(rng.uniform(0.15, 0.35)) * length_ms)
    end_ms = round(float(rng.uniform(0.5, 0.9)) * length_ms)
    n_sweep = 1 if kind.startswith("one") else int(rng.integers(3, 16))
    n_sample = round(length_ms / step_ms)
    time_ms = np.arange(n_sample) * step_ms
    size = 10.0 if kind == "small steps" else float(rng.choice([50.0, 120.0]))
    if kind in ("pulses", "train"):
        end_ms = start_ms + (2 if kind == "pulses" else 200)
        size = 400.0
    levels = size * (1 + np.arange(n_sweep)) * rng.choice([-1.0, 1.0])
    within = (time_ms >= start_ms - 1e-9) & (time_ms < end_ms - 1e-9)
    phase = np.clip((time_ms - start_ms) / (end_ms - start_ms), 0, 1)
    shape = {
        "ramps": phase, "one ramp": phase,
        "train": ((time_ms - start_ms) % 20 < 2) | (time_ms >= end_ms - 2),
        "sine": np.sin(2 * np.pi * 5 * phase) + 0.3 * np.sign(phase - 0.5),
    }.get(kind, np.ones(n_sample))  # fmt: skip
    current = levels[:, None] * (within * shape)
    if n_sweep > 1 and rng.random() < 0.5:
        pulse_ms = (
            (0.02 * length_ms, 0.06 * length_ms)
            if rng.random() < 0.5
            else (0.93 * length_ms, 0.97 * length_ms)
        )
        current[:, (time_ms >= pulse_ms[0]) & (time_ms < pulse_ms[1])] -= 30.0
    current += float(rng.choice([0.0, -45.0, 20.0]))
    noise_pA = float(rng.choice([0.0, 0.5, 3.0, 8.0]))
    if kind.endswith("ramp") or kind in ("ramps", "sine"):
        noise_pA = min(noise_pA, 0.5)
    recorded = noise_pA > 0
    current = current + noise_pA * rng.standard_normal(current.shape)
    return Protocol(f"{seed} {kind}", current, step_ms, (start_ms, end_ms), not recorded)
