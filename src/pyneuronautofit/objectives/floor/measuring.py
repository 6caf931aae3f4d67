"""The noise floor of objective vectors, from recordings alone; see docs/noise-floor.md.

For a component s(model, recording) the floor is what the cell's own response x without its noise
would score on a recording of it, E s(x, x + noise), eq. 1. It is found in two steps.

1. *Noise alone.* x is estimated by the recording with its noise smoothed away, and noise of the
   recording's spectrum is added to it: n1 = mean s(x, x + e). The same noise on both sides comes to
   n2 = mean s(x + e', x + e).
2. *Repeats.* One sweep is scored as if it were a model's on another one with the same current:
   p = mean s(y', y) over all ordered pairs. Both have noise, as in n2; what they differ by beyond
   that, p - n2, is the cell's own variability, twice. It adds k (p - n2), eq. 2, where k is 1/2
   for a mean square and 1/sqrt(2) for a distance: independent variability of both sides adds up in
   squares.

A component that a mode finds in all sweeps together would not notice that repeats change places:
there every other sweep is replaced, which leaves as much as one side's variability, and k is 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pyneuronautofit._text import listed_numbers, quoted
from pyneuronautofit._types import BoolArray, FloatArray
from pyneuronautofit.objectives.floor.floor import Floor, unknown_floor
from pyneuronautofit.objectives.floor.noise import LEAST_MS, NoiseModel, noise_of_recording
from pyneuronautofit.objectives.floor.repeats import Place, repeats, without_odd
from pyneuronautofit.objectives.floor.rounds import rounds_of
from pyneuronautofit.objectives.floor.smoothing import denoised
from pyneuronautofit.objectives.suite import Suite, bind_suite
from pyneuronautofit.objectives.table import OBJECTIVES
from pyneuronautofit.recordings import Recording, StimulusWindow

# So many times noise is drawn, from a generator that is always the same: a floor belongs to a
# recording, not to a run.
_N_DRAW = 32
_SEED = 20
# At most so many samples are scored for it: of long recordings fewer draws are enough, since each
# has more noise in it.
_MOST_SAMPLES, _LEAST_DRAWS = 10_000_000, 8
# Of more there would be copies that fill the memory.
_MOST_MEASURED = 30_000_000
# Two sides that vary alike differ so many times as much as one does from the truth.
_SQUARES, _DISTANCES = 0.5, np.sqrt(0.5)
_FEW_REPEATS = 3


@dataclass(frozen=True)
class Measured:
    """What a floor is of.

    Attributes
    ----------
    recording
        What models are compared with.
    window
        Its stimulus.
    suite
        The modes, bound to it.
    """

    recording: Recording
    window: StimulusWindow
    suite: Suite


@dataclass(frozen=True)
class _Known:
    """What is known of one recording before its floor is.

    Attributes
    ----------
    own
        The recording, its stimulus and its modes.
    smooth : FloatArray, shape (n_sweep, n_sample), mV
        All of its sweeps without their noise.
    noise
    pooled : BoolArray, shape (n_score,)
        Which components are of all sweeps together.
    """

    own: Measured
    smooth: FloatArray
    noise: NoiseModel
    pooled: BoolArray


def measure_floors(measured: Sequence[Measured], held_out: Sequence[Recording] = ()) -> list[Floor]:
    """Measure the floor of each of several recordings of one cell.

    Their sweeps are repeats of each other where their currents are the same, those that are held
    out among them. It depends on the recordings and the settings of the modes alone.

    Parameters
    ----------
    measured
        What models are compared with.
    held_out
        Recordings of the cell that no model is compared with: their sweeps may be repeats.
    """
    recordings = [*(each.recording for each in measured), *held_out]
    found: dict[Place, tuple[Place, ...]] = {}
    odd: list[Place] = []
    for group in repeats(recordings):
        if all(place.recording >= len(measured) for place in group):
            continue  # no model is compared with any of them
        alike, others = without_odd(group, recordings)
        odd += others
        found |= {place: alike for place in alike if len(alike) > 1}
    floors = [_floor(own, number, recordings, found, odd) for number, own in enumerate(measured)]
    last, apart = floors[-1], range(len(measured), len(recordings))
    notes = [note for number in apart for note in _odd(recordings, number, odd)]
    return [*floors[:-1], replace(last, notes=(*last.notes, *notes))]


def _floor(
    own: Measured,
    number: int,
    recordings: Sequence[Recording],
    groups: Mapping[Place, tuple[Place, ...]],
    odd: Sequence[Place],
) -> Floor:
    suite, recording = own.suite, own.recording
    if recording.voltage_mV.size > _MOST_MEASURED:
        why = f"{recording.name}: there is no noise floor of a recording that is so large"
        return unknown_floor(suite.markers, len(suite.sweeps), why)
    noise = noise_of_recording(recording, own.window)
    if noise is None:
        why = (
            f"{recording.name}: there is no noise floor, since less than {LEAST_MS:g} ms are "
            "before its stimulus, and twice that behind it: nothing says what its noise is"
        )
        return unknown_floor(suite.markers, len(suite.sweeps), why)
    rng = np.random.default_rng(_SEED)
    smooth = denoised(recording.voltage_mV, noise, own.window, recording.step_ms, rng)
    known = _Known(own, smooth, noise, _pooled(suite))
    one_sided, two_sided = _noise_alone(known, rng)
    repeated = [Place(number, sweep) in groups for sweep in suite.sweeps]
    components, is_bound = one_sided, np.ones(len(one_sided), dtype=bool)
    if any(repeated):
        places = [Place(number, sweep) for sweep in suite.sweeps]
        apart = _apart(known, places, groups, recordings, rng)
        varied = _with_variability(known, one_sided, two_sided, apart)
        components = np.where(_spread(suite, np.array(repeated), np.any), varied, one_sided)
        is_bound = ~_spread(suite, np.array(repeated), np.all)
    notes = [*_odd(recordings, number, odd), *_few(own, number, groups)]
    wrong = {m for m, c in zip(suite.markers, components, strict=True) if not np.isfinite(c)}
    if wrong:
        notes.append(
            f"{recording.name}: there is no noise floor, since the recording's own response has no "
            f"score by {quoted(sorted(wrong))}"
        )
    return Floor(
        suite.markers,
        components,
        is_bound,
        (noise.deviation_mV,),
        (noise.drift_mV,),
        sum(repeated),
        len(suite.sweeps),
        tuple(notes),
    )


def _noise_alone(known: _Known, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return n1 and n2 of every component, each of shape (n_score,)."""
    own, smooth, noise = known.own, known.smooth, known.noise
    sweeps = list(own.suite.sweeps)
    n_draw = max(min(_N_DRAW, _MOST_SAMPLES // smooth.size), _LEAST_DRAWS)
    # Modes of plug-ins are Python, and may take long.
    n_draw = n_draw if all(len(code) == 1 for code in own.suite.markers) else _LEAST_DRAWS
    drawn = noise.draw(rng, *smooth.shape)
    one_sided, two_sided = [], []
    for number in range(n_draw):
        target, drawn = smooth + drawn, noise.draw(rng, *smooth.shape)
        # Of the recording's own kind, but for its voltage.
        suite = bind_suite(
            replace(own.recording, voltage_mV=target), own.window, own.suite.settings
        )
        other = (smooth + drawn)[sweeps]
        half = np.where(_every_other(len(sweeps), number), other, target[sweeps])
        scores = suite.score(np.stack([smooth[sweeps], other, half]))
        one_sided.append(scores[0])
        two_sided.append(np.where(known.pooled, scores[2], scores[1]))
    return np.mean(one_sided, axis=0), np.mean(two_sided, axis=0)


def _apart(
    known: _Known,
    places: Sequence[Place],
    groups: Mapping[Place, tuple[Place, ...]],
    recordings: Sequence[Recording],
    rng: np.random.Generator,
) -> FloatArray:
    """Return p of every component, shape (n_score,): repeats as if they were a model's answers.

    A sweep without any has itself with other noise.

    Parameters
    ----------
    places
        The suite's sweeps.
    """
    suite, sweeps = known.own.suite, [place.sweep for place in places]
    target = known.own.recording.voltage_mV[sweeps]
    rounds = rounds_of(len(groups[place]) for place in places if place in groups)
    found = []
    for turn, each in enumerate(rounds, 1):
        candidate = known.smooth[sweeps] + known.noise.draw(rng, *target.shape)
        replaced = _every_other(len(sweeps), turn)
        for row, own in enumerate(places):
            group = groups.get(own, ())
            if group:
                at = group.index(own)
                place = group[(at + each.steps[len(group)]) % len(group)]
                candidate[row] = recordings[place.recording].voltage_mV[place.sweep]
                replaced[row] = (at + turn) % 2 == 0
        scores = suite.score(np.stack([candidate, np.where(replaced, candidate, target)]))
        found.append(np.where(known.pooled, scores[1], scores[0]))
    return np.asarray(np.average(found, axis=0, weights=[each.weight for each in rounds]))


def _every_other(n_sweep: int, first: int) -> BoolArray:
    """Return every other sweep, shape (n_sweep, 1)."""
    return np.asarray((np.arange(n_sweep) + first) % 2 == 0)[:, None]


def _with_variability(
    known: _Known, one_sided: FloatArray, two_sided: FloatArray, apart: FloatArray
) -> FloatArray:
    """Return n1 + k (p - n2), eq. 2, shape (n_score,).

    Where repeats are nearer to each other than the noise lets expect, k is not more than n1 / n2,
    and half of n1 is the least: of few repeats all may be alike by chance.
    """
    k = np.where(known.pooled, 1.0, [_share(code) for code in known.own.suite.markers])
    most = np.divide(one_sided, two_sided, out=np.zeros_like(k), where=two_sided > 0)
    k = np.where(apart < two_sided, np.minimum(k, most), k)
    return np.asarray(np.maximum(one_sided + k * (apart - two_sided), one_sided / 2))


def _share(code: str) -> float:
    """Return which part of what two sides differ by is one side's, by the unit of a mode."""
    unit = OBJECTIVES[code].unit
    return _SQUARES if "^2" in unit or "²" in unit else float(_DISTANCES)


def _pooled(suite: Suite) -> BoolArray:
    """Return which components are of all sweeps together, shape (n_score,)."""
    parts = [
        np.full(n, bool(getattr(OBJECTIVES[member.code], "pooled", False)))
        for member, n in zip(suite.members, suite.n_scores, strict=True)
    ]
    return np.concatenate(parts)


def _spread(
    suite: Suite, repeated: BoolArray, together: Callable[[BoolArray], object]
) -> BoolArray:
    """Return which components look at a sweep with repeats, shape (n_score,).

    Parameters
    ----------
    repeated : BoolArray, shape (n_sweep,)
        Which of the suite's sweeps have repeats.
    together
        What counts for a component that is of several sweeps: whether any has, or all have.
    """
    parts = []
    for member, n in zip(suite.members, suite.n_scores, strict=True):
        own = repeated[list(member.rows)]
        joined = getattr(OBJECTIVES[member.code], "pooled", False) or suite.settings.collapse
        if joined or n % len(own):
            parts.append(np.full(n, bool(together(own))))
        else:
            parts.append(np.repeat(own, n // len(own)))
    return np.concatenate(parts)


def _odd(recordings: Sequence[Recording], number: int, odd: Sequence[Place]) -> list[str]:
    """Say which sweeps of a recording do not count; nothing where all do."""
    recording = recordings[number]
    others = [recording.numbers[place.sweep] for place in odd if place.recording == number]
    if not others:
        return []
    return [
        f"{recording.name}: sweep {listed_numbers(others)} is far from its repeats, and does "
        "not count in the noise floor"
    ]


def _few(own: Measured, number: int, groups: Mapping[Place, tuple[Place, ...]]) -> list[str]:
    """Say that there are pairs alone; nothing where there are none."""
    sizes = {len(groups[p]) for s in own.suite.sweeps if (p := Place(number, s)) in groups}
    if not sizes or min(sizes) >= _FEW_REPEATS:
        return []
    return [
        f"{own.recording.name}: there are sweeps with one repeat alone: of one pair a floor is no "
        "more than a hint"
    ]
