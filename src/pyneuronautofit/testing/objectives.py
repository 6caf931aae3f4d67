"""What every evaluation mode has to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pyneuronautofit._options import taken
from pyneuronautofit._types import FloatArray
from pyneuronautofit.objectives import OBJECTIVES, EvaluationSettings, Objective, Suite, bind_suite
from pyneuronautofit.plugins import active_plugins, code_of
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.testing.checking import require, run_all

_STEP_MS = 0.1


@dataclass(frozen=True)
class ModeCase:
    """A mode, and what it is tried on.

    Attributes
    ----------
    code
        Its code; the mode has to be active.
    recording
        What is compared with.
    stimulus
        The stimulus, in samples of it.
    settings
        Settings of the evaluation; its modes are replaced.
    """

    code: str
    recording: Recording
    stimulus: StimulusWindow
    settings: EvaluationSettings = field(default_factory=EvaluationSettings)

    @property
    def mode(self) -> type[Objective]:
        """The mode."""
        return OBJECTIVES[self.code]

    @property
    def voltage_mV(self) -> FloatArray:
        """The recording's, shape (n_sweep, n_sample)."""
        return self.recording.voltage_mV

    def suite(self, *, collapse: bool = False) -> Suite:
        """Return the mode alone, bound to the recording."""
        settings = taken(EvaluationSettings, self.settings, modes=self.code, collapse=collapse)
        return bind_suite(self.recording, self.stimulus, settings)

    def models(self) -> FloatArray:
        """Return voltages of models that are no such cells, (n_cand, n_sweep, n_sample), mV."""
        voltage_mV = self.voltage_mV
        others = [voltage_mV[::-1], voltage_mV + 30.0, np.full_like(voltage_mV, -70.0)]
        return np.stack([*others, np.roll(voltage_mV, 37, axis=1)])


def made_recording() -> tuple[Recording, StimulusWindow]:
    """Return a small recording with spikes in all its sweeps, and the stimulus in it."""
    rng = np.random.default_rng(20)
    n_sweep, n_sample, first, last = 3, 3000, 800, 2200
    voltage_mV = rng.normal(-65.0, 0.2, (n_sweep, n_sample))
    current_pA = np.zeros((n_sweep, n_sample))
    shape_mV = np.concatenate([np.linspace(0, 95, 8), np.linspace(90, -8, 12), [-8] * 20])
    for sweep in range(n_sweep):
        current_pA[sweep, first : last + 1] = 100.0 * (sweep + 1)
        voltage_mV[sweep, first : last + 1] += 4.0 * (sweep + 1)
        for start in np.linspace(first + 60 - 10 * sweep, last - 300, 3 + sweep).astype(int):
            voltage_mV[sweep, start : start + len(shape_mV)] += shape_mV
    return Recording("made", voltage_mV, current_pA, _STEP_MS), StimulusWindow(first, last)


def describes_itself(case: ModeCase) -> None:
    """A mode has a code, a title and a unit, and says what it counts."""
    mode = case.mode
    require(mode.code == case.code, f"its code is {mode.code!r}, not {case.code!r}")
    for name in ("title", "unit"):
        text = getattr(mode, name)
        require(isinstance(text, str) and text, f"its {name} is {text!r}: expected a text")
    require(mode.scale is None or mode.scale > 0, f"its scale is {mode.scale!r}")
    require(isinstance(mode.traced, bool), f"its traced is {mode.traced!r}: expected a bool")


def the_recording_itself_scores_zero(case: ModeCase) -> None:
    """Equal voltages do not differ."""
    for collapse in (False, True):
        suite = case.suite(collapse=collapse)
        scores = suite.score(case.voltage_mV[None, list(suite.sweeps)])
        require(scores.shape == (1, len(suite.markers)), f"its scores have shape {scores.shape}")
        off = np.abs(scores).max()
        require(off <= 1e-12, f"the recording's own voltage scores {off:g}, and not 0")


def collapsed_it_is_one_number(case: ModeCase) -> None:
    """With -e a mode has one component."""
    suite = case.suite(collapse=True)
    shape = suite.score(case.models()).shape
    require(shape == (len(case.models()), 1), f"its shape is {shape}, not (n_cand, 1)")


def scores_are_not_negative(case: ModeCase) -> None:
    """A difference is 0 or more, and other voltages differ somewhere."""
    scores = case.suite().score(case.models())
    known = scores[np.isfinite(scores)]
    require((known >= 0).all(), f"a score is {known.min() if len(known) else 0}")
    require(
        (known > 0).any() or len(known) != scores.size,
        "no model differs from the recording, not even one without spikes",
    )


def the_candidate_alone_decides(case: ModeCase) -> None:
    """Neither its neighbours, nor their order, nor earlier calls change a candidate's scores."""
    suite, models = case.suite(), case.models()
    together = suite.score(models)
    for number in [*range(len(models))][::-1]:
        alone = suite.score(models[number][None])[0]
        require(
            np.array_equal(alone, together[number], equal_nan=True),
            f"model {number} scores {alone[:4]} alone, and {together[number][:4]} among others",
        )
    again = case.suite().score(models)
    require(np.array_equal(again, together, equal_nan=True), "bound once more, it scores otherwise")


def voltages_are_not_changed(case: ModeCase) -> None:
    """What is scored stays as it is."""
    models = case.models()
    before, recorded = models.copy(), case.voltage_mV.copy()
    case.suite().score(models)
    require(np.array_equal(models, before), "the models' voltages are others afterwards")
    require(np.array_equal(case.voltage_mV, recorded), "the recording is another one afterwards")


def a_failed_candidate_is_nan_and_spoils_no_other(case: ModeCase) -> None:
    """A voltage that is no number fails its candidate, whatever sample it is."""
    sound = case.voltage_mV
    for place in ((0, 0), (-1, case.stimulus.first + 1), (0, -1)):
        broken = sound.copy()
        broken[place] = np.nan
        for collapse in (False, True):
            suite = case.suite(collapse=collapse)
            models = np.stack([sound, broken, sound])[:, list(suite.sweeps)]
            scores = suite.score(models)
            require(np.isnan(scores[1]).all(), f"nan in {place} is scored {scores[1][:4]}")
            require(np.isfinite(scores[[0, 2]]).all(), "others of the batch are not finite")


def odd_voltages_are_no_trouble(case: ModeCase) -> None:
    """Any voltage has as many components: silent ones, constant ones, short ones, absurd ones."""
    suite, shape = case.suite(), case.voltage_mV.shape
    odd = [
        np.zeros(shape),
        np.full(shape, -70.1),
        np.full(shape, 20.3),
        np.where(np.arange(shape[1]) % 2, 30.0, -60.0) + np.zeros(shape),
        case.voltage_mV * 1e6,
    ]
    scores = suite.score(np.stack(odd))
    require(scores.shape == (len(odd), len(suite.markers)), f"their shape is {scores.shape}")
    require(not np.isinf(scores).any(), "a score is infinite")
    for n_sample in (1, 2, case.stimulus.first + 1, shape[1] - 1):
        shorter = suite.score(case.voltage_mV[None, :, :n_sample])
        require(shorter.shape[1] == len(suite.markers), f"of {n_sample} samples it has others")


def the_global_generator_has_no_say(case: ModeCase) -> None:
    """Chance has no part in scores."""
    models = case.models()
    found = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002 (it is what must not matter)
        found.append(case.suite().score(models))
    one, other = found
    require(np.array_equal(one, other, equal_nan=True), "it depends on numpy's global generator")


#: All of them.
OBJECTIVE_CHECKS: tuple[Callable[[ModeCase], None], ...] = (
    describes_itself,
    the_recording_itself_scores_zero,
    collapsed_it_is_one_number,
    scores_are_not_negative,
    the_candidate_alone_decides,
    voltages_are_not_changed,
    a_failed_candidate_is_nan_and_spoils_no_other,
    odd_voltages_are_no_trouble,
    the_global_generator_has_no_say,
)


def check_objective(
    objective: Any,
    recording: Recording | None = None,
    stimulus_ms: tuple[float, float] | None = None,
    **settings: Any,
) -> None:
    """Check an evaluation mode of a plug-in.

    Parameters
    ----------
    objective
        A function, an `ObjectiveFunction`, or a class as of `Objective`.
    recording
        What it is tried on; None: a small one that is made.
    stimulus_ms
        Begin and end of the stimulus in `recording`, ms.
    settings
        Settings of the evaluation, such as `spike_threshold_mV`.

    Raises
    ------
    AssertionError
        If it is not what a mode has to be.
    UsageError
        If it is no mode at all.

    Examples
    --------
    >>> def peak(voltage_mV):
    ...     "Highest voltage."
    ...     return voltage_mV.max(axis=1)
    >>> check_objective(peak)
    """
    tried, window = made_recording()
    if recording is not None:
        if stimulus_ms is None:
            raise ValueError("a recording needs stimulus_ms: begin and end of its stimulus")
        first, last = (round(time / recording.step_ms) for time in stimulus_ms)
        tried, window = recording, StimulusWindow(first, last)
    with active_plugins(objectives=[objective]):
        code = code_of(objective)
        case = ModeCase(code, tried, window, EvaluationSettings(code, **settings))
        run_all(OBJECTIVE_CHECKS, case, f"the evaluation mode {code}")
