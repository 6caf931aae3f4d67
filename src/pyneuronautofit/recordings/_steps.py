"""Compares the current that was recorded with the command that was meant.

An amplifier's scale factor that was entered wrongly, or a channel that is not connected, shows as
a recorded step of another size than the commanded one. The comparison must not be misled by what
every recorded current has: noise, an offset against the command, and edges rounded by a filter.
So sizes are means over half of a plateau, relative to the first three quarters of the baseline
(an edge that comes a little early must not count as baseline), and an edge is the split of a piece
of the sweep into two levels that leaves the least square error (the maximum-likelihood estimate of
one change point in white noise).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pyneuronautofit._types import FloatArray, IntArray

#: Differences up to this part (of the step's size, of its duration) are not worth a warning.
TOLERANCE = 0.05
#: A command with more level changes than this is no family of steps (a ramp, a chirp, noise).
_MOST_CHANGES = 40
#: Edges are not told apart more finely than this, whatever the step's duration.
_LEAST_SHIFT = 2
#: A mean counts as different when it is further away than this many standard errors ..
_STANDARD_ERRORS = 3.0
#: .. taking every tenth sample of a filtered current as independent of the others.
_CORRELATED = 10
_LEAST_BASELINE = 4
_MOST_LISTED = 4


@dataclass(frozen=True)
class _Command:
    """The steps of one sweep's command: level `k` lasts from `starts[k]` to `starts[k + 1]`."""

    starts: IntArray
    levels: FloatArray

    def span(self, plateau: int) -> tuple[int, int]:
        """Return the first sample of a plateau and the one after its last."""
        return int(self.starts[plateau]), int(self.starts[plateau + 1])


def compare_steps(
    recorded_pA: FloatArray, command_pA: FloatArray, step_ms: float, resolution_pA: float = 0.0
) -> str | None:
    """Return what differs between a recorded current and its command, or None.

    Parameters
    ----------
    recorded_pA, command_pA : FloatArray, shape (n_sweep, n_sample), pA
        Both currents.
    step_ms : float
        Time between two samples, ms.
    resolution_pA : float
        The least difference that the recording can hold, pA: one step of the converter.

    Returns
    -------
    str or None
        The numbers of the sweeps whose step differs by more than 5 % in its size (relative to the
        baseline) or in the time of its first or last edge (relative to its duration); None if
        none does. Sweeps whose command is not made of steps are not compared.
    """
    found: list[str] = []
    n_differing = n_compared = 0
    for sweep, (recorded, command) in enumerate(zip(recorded_pA, command_pA)):
        steps = _steps(command)
        if steps is None:
            continue
        n_compared += 1
        differences = [*_size(recorded, steps, resolution_pA), *_timing(recorded, steps, step_ms)]
        n_differing += bool(differences)
        found += [f"sweep {sweep}: {difference}" for difference in differences]
    if not found:
        return None
    more = f"; {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    shown = "; ".join(found[:_MOST_LISTED]) + more
    return f"{n_differing} of {n_compared} sweeps with a step differ ({shown})"


def _steps(command: FloatArray) -> _Command | None:
    changes = np.flatnonzero(np.diff(command)) + 1
    if not 0 < len(changes) <= _MOST_CHANGES or changes[0] < _LEAST_BASELINE:
        return None
    starts = np.concatenate(([0], changes, [len(command)]))
    return _Command(starts, command[starts[:-1]])


def _size(recorded: FloatArray, steps: _Command, resolution_pA: float) -> list[str]:
    """Compare the middle of the largest plateau with the baseline before the first edge."""
    relative = steps.levels - steps.levels[0]
    plateau = int(np.abs(relative).argmax())
    first, last = steps.span(plateau)
    quarter = (last - first) // 4
    inside = recorded[first + quarter : last - quarter]
    baseline = recorded[: steps.starts[1] - steps.starts[1] // 4]
    wanted = float(relative[plateau])
    got = float(inside.mean() - baseline.mean())
    noise = float(np.hypot(_standard_error(inside), _standard_error(baseline)))
    allowed = max(TOLERANCE * abs(wanted), _STANDARD_ERRORS * noise, resolution_pA)
    if abs(got - wanted) <= allowed:
        return []
    return [f"the step has {got:.4g} pA, commanded were {wanted:.4g} pA ({got / wanted - 1:+.0%})"]


def _timing(recorded: FloatArray, steps: _Command, step_ms: float) -> list[str]:
    """Compare the first edge, and the last one where the sweep returns to its first level."""
    first_edge, last_edge = int(steps.starts[1]), int(steps.starts[-2])
    ends = [("first", 0, sum(steps.span(1)) // 2, first_edge)]
    if len(steps.levels) > 2:
        begin = sum(steps.span(len(steps.levels) - 2)) // 2
        ends.append(("last", begin, len(recorded), last_edge))
    duration = (last_edge if len(ends) > 1 else len(recorded)) - first_edge
    allowed = max(TOLERANCE * duration, _LEAST_SHIFT)
    found = []
    for which, begin, end, edge in ends:
        split, change = _split(recorded[begin:end])
        before, after = steps.levels[[0, 1]] if which == "first" else steps.levels[[-2, -1]]
        if abs(change) < 0.5 * abs(after - before):
            # The noise of a small step hides its edge; a step that is missing is seen by its size.
            continue
        shift = begin + split - edge
        if abs(shift) > allowed:
            found.append(
                f"its {which} edge is at {(edge + shift) * step_ms:.6g} ms, commanded was "
                f"{edge * step_ms:.6g} ms ({shift / duration:+.0%} of the step)"
            )
    return found


def _split(piece: FloatArray) -> tuple[int, float]:
    """Return where a piece falls best into two levels, and the second level minus the first."""
    n = len(piece)
    count = np.arange(1, n)
    # The mean is taken away first: sums of a large offset would lose the step's digits.
    total = np.cumsum(piece - piece.mean())[:-1]
    # With left and right sums S and -S, the error falls by S^2 n / (k (n - k)).
    gain = total**2 / (count * (n - count))
    best = int(gain.argmax())
    k = int(count[best])
    return k, float(-total[best] * n / (k * (n - k)))


def _standard_error(piece: FloatArray) -> float:
    return float(piece.std() / np.sqrt(max(len(piece) / _CORRELATED, 1.0)))
