"""What models answer to the recorded currents, sweep by sweep, and what that scores."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pyneuronautofit._text import listed_numbers, nearest, quoted
from pyneuronautofit._types import FloatArray
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import (
    Evaluation,
    OpenedFit,
    Problem,
    evaluate_models,
    held_out_sweeps,
    models_on,
)
from pyneuronautofit.library.results.frames import frame
from pyneuronautofit.simulators import RunStatus

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class SimulatedSweeps:
    """A recording, and models under its currents.

    Attributes
    ----------
    recording : str
        What it is called.
    sweeps : tuple of int
        The numbers of the sweeps.
    held_out : frozenset of int
        Those among them that were not fitted.
    voltage_mV : FloatArray, shape (n_model, n_sweep, n_sample), mV
        The models'; nan where a model failed.
    recorded_mV : FloatArray, shape (n_sweep, n_sample), mV
    current_pA : FloatArray, shape (n_sweep, n_sample), pA
    step_ms : float
        Time between two samples.
    stimulus_ms : tuple of float
        When the stimulus begins and ends.
    """

    recording: str
    sweeps: tuple[int, ...]
    held_out: frozenset[int]
    voltage_mV: FloatArray
    recorded_mV: FloatArray
    current_pA: FloatArray
    step_ms: float
    stimulus_ms: tuple[float, float]

    @property
    def time_ms(self) -> FloatArray:
        """The time of every sample, shape (n_sample,), ms."""
        return np.asarray(np.arange(self.recorded_mV.shape[-1]) * self.step_ms)

    def __repr__(self) -> str:
        n_model, n_sweep, n_sample = self.voltage_mV.shape
        return (
            f"SimulatedSweeps({self.recording}: {n_model} models, {n_sweep} sweeps of "
            f"{n_sample * self.step_ms:g} ms, {self.step_ms:g} ms apart)"
        )


@dataclass(frozen=True, repr=False)
class Scores:
    """What models score.

    Attributes
    ----------
    components : FloatArray, shape (n_model, n_component)
        The objective vectors; nan for a model that failed.
    markers : tuple of str
        The mode of every component.
    sums : mapping of str to FloatArray, shape (n_model,)
        The sum of the components of every mode.
    units : mapping of str to str
        The unit of every mode.
    failures : mapping of int to str
        Number of a model -> why it failed.
    """

    components: FloatArray
    markers: tuple[str, ...]
    sums: Mapping[str, FloatArray]
    units: Mapping[str, str]
    failures: Mapping[int, str] = field(default_factory=dict)

    def to_dataframe(self) -> pd.DataFrame:
        """Return the sums, a row for every model and a column for every mode.

        `attrs["units"]` has the unit of each column.
        """
        numbers = np.arange(len(self.components))
        return frame(self.sums, numbers, "model", units=dict(self.units))

    def _repr_html_(self) -> str:
        heads = "".join(
            f"<th>{html.escape(f'{code} ({self.units[code]})' if self.units[code] else code)}</th>"
            for code in self.sums
        )
        rows = "".join(
            f"<tr><td>{number}</td>"
            + "".join(f"<td>{values[number]:.6g}</td>" for values in self.sums.values())
            + f"<td>{html.escape(self.failures.get(number, ''))}</td></tr>"
            for number in range(len(self.components))
        )
        return f"<table><tr><th>model</th>{heads}<th></th></tr>{rows}</table>"

    def __repr__(self) -> str:
        said = ", ".join(
            f"{code} {_range(values)}" + (f" {self.units[code]}" if self.units[code] else "")
            for code, values in self.sums.items()
        )
        failed = f", {len(self.failures)} failed" if self.failures else ""
        return f"Scores({len(self.components)} models{failed}: {said})"


def _range(values: FloatArray) -> str:
    good = values[np.isfinite(values)]
    if not len(good):
        return "nan"
    low, high = good.min(), good.max()
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"


def give(cell: Any, opened: OpenedFit, parameters: FloatArray, recording: str | None) -> None:
    """Set the parameters of one model, of shape (1, n_param), in a cell of this process.

    Parameters
    ----------
    recording
        Where several cells were fitted, a recording of the one that is meant.
    """
    from pyneuronautofit.simulators.neuron.setter import (  # noqa: PLC0415 (it loads NEURON)
        Setter,
        path_values,
        paths_of,
    )

    problem = _part(opened.problem, recording)
    if recording is None and problem.cell:
        cells = {part.recording.name: part.cell for part in opened.problem.parts}
        raise UsageError(
            f"apply: several cells were fitted; say by recording= which is meant: {cells}"
        )
    table = problem.table_of(parameters)
    profiles = opened.model.cell_source.profiles()
    Setter(paths_of(table), profiles)(cell, path_values(table, [0])[0])
    if hasattr(cell, "setcable"):
        cell.setcable()


def score(problem: Problem, parameters: FloatArray, units: Mapping[str, str]) -> Scores:
    """Simulate and score models, whose parameters have the shape (n_model, n_param).

    The problem's simulators are open.
    """
    found = [
        evaluate_models(part.simulator, part.suite, part.table_of(parameters), part.downsampler)
        for part in problem.parts
    ]
    both = problem.joined(found, parameters)
    sums = problem.whole.mode_sums(both.scores)
    return Scores(both.scores, problem.whole.markers, sums, units, _failures(both))


def _failures(found: Evaluation) -> dict[int, str]:
    pairs = zip(found.status, found.messages, strict=True)
    return {
        number: f"{status.value}: {message}" if message else status.value
        for number, (status, message) in enumerate(pairs)
        if status is not RunStatus.OK
    }


def simulate(
    opened: OpenedFit,
    parameters: FloatArray,
    sweeps: Sequence[int] | None,
    recording: str | None,
) -> SimulatedSweeps:
    """Return what models answer.

    Parameters
    ----------
    parameters : FloatArray, shape (n_model, n_param), model values
    sweeps
        Numbers of sweeps; None: those that were fitted or held out.
    recording
        The name of one of several recordings; None: the first.
    """
    problem = _part(opened.problem, recording)
    places = _places(problem, sweeps, fitted=problem in opened.problem.parts)
    found = models_on(opened.config, opened.model, problem, places, parameters)
    target = problem.target
    lengths = [target.n_sample, *(len(each.voltage_mV[0]) for each in found if each is not None)]
    n_sample = min(lengths)
    voltage = np.full((len(parameters), len(places), n_sample), np.nan)
    for number, each in enumerate(found):
        if each is not None:
            voltage[number] = each.voltage_mV[:, :n_sample]
    fitted = problem.suite.sweeps if problem in opened.problem.parts else ()
    numbers = tuple(target.numbers[place] for place in places)
    stimulus, step_ms = problem.stimulus, target.step_ms
    return SimulatedSweeps(
        recording=problem.recording.name,
        sweeps=numbers,
        held_out=frozenset(target.numbers[place] for place in places if place not in fitted),
        voltage_mV=voltage,
        recorded_mV=target.voltage_mV[list(places), :n_sample],
        current_pA=target.current_pA[list(places), :n_sample],
        step_ms=step_ms,
        stimulus_ms=(stimulus.first * step_ms, (stimulus.last + 1) * step_ms),
    )


def _part(problem: Problem, recording: str | None) -> Problem:
    if recording is None:
        return problem
    parts = {part.recording.name: part for part in (*problem.parts, *problem.elsewhere)}
    if recording not in parts:
        like = nearest(recording, parts)
        hint = f"did you mean {like!r}?" if like else f"they are {quoted(parts)}."
        raise UsageError(f"{recording!r} is none of the run's recordings; {hint}")
    return parts[recording]


def _places(problem: Problem, sweeps: Sequence[int] | None, *, fitted: bool) -> tuple[int, ...]:
    numbers = problem.target.numbers
    if sweeps is None:
        if not fitted:
            return tuple(range(len(numbers)))
        return tuple(sorted({*problem.suite.sweeps, *held_out_sweeps(problem)}))
    wanted: list[Any] = [sweeps] if isinstance(sweeps, int) else list(sweeps)
    unknown = [each for each in wanted if each not in numbers]
    if unknown or not wanted:
        raise UsageError(
            f"sweeps={wanted!r}: expected some of the recording's sweeps, which are "
            f"{listed_numbers(numbers)}"
        )
    return tuple(numbers.index(each) for each in wanted)
