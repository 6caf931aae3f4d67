"""Generated code where it can be used and is right, and NEURON where not: for whoever simulates.

Code that is generated has to be right about every construct of every channel. So before it is used
for a model the first time, both simulate two candidates: if the voltages before the first spike are
further apart than rounding explains, NEURON is used, and the user told. That they agreed is kept
beside the kernels, until the model changes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar

import numpy as np

from pyneuronautofit._native import artifacts, isa
from pyneuronautofit._types import FloatArray, IntArray
from pyneuronautofit.codegen.compile import KernelBuildError, read_sidecar, write_sidecar
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import CellSource, model_files, neuron_version
from pyneuronautofit.simulators._base import RunStatus
from pyneuronautofit.simulators.agreement import (
    Agreement,
    compare_sweep,
    disagreement,
    early_difference,
    spike_samples,
    worst,
)

_log = logging.getLogger(__name__)

# How many candidates are tried until some of them are simulated by both.
_MOST_TRIED = 8
#: How many are simulated by both.
COMPARED = 2
# In how many calls that is tried: the first candidates of one may all fail.
_MOST_ATTEMPTS = 3


class NotComparedError(Exception):
    """It would take too long to compare; says so to the user."""


class CandidateTable(Protocol):
    """Candidates that are to be simulated."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def rows(self, chosen: Sequence[int], /) -> Self:
        """Return some of them."""
        ...


class Answer(Protocol):
    """What became of some candidates."""

    @property
    def numbers(self) -> IntArray:
        """Their rows in the table, shape (n_cand,)."""
        ...

    def renumbered(self, numbers: IntArray) -> Self:
        """Return the same of a table of which the present one has the rows `numbers`."""
        ...


T = TypeVar("T", bound=CandidateTable)
A = TypeVar("A", bound=Answer)
T_contra = TypeVar("T_contra", bound=CandidateTable, contravariant=True)
A_co = TypeVar("A_co", bound=Answer, covariant=True)


class Simulates(Protocol[T_contra, A_co]):
    """Simulates candidates, as a `Simulator` does."""

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        ...

    def check(self, candidates: T_contra, /) -> None:
        """Find out whether the model can be simulated; raises ModelError if not."""
        ...

    def stream(self, candidates: T_contra, /) -> Iterator[A_co]:
        """Simulate candidates, every one once, in any order."""
        ...

    def close(self) -> None:
        """Give back processes and threads."""
        ...


class Generated(Simulates[T_contra, A_co], Protocol[T_contra, A_co]):
    """Does so with generated code."""

    def kernel_keys(self) -> tuple[str, ...]:
        """Return names for the kernels in use."""
        ...


@dataclass(frozen=True)
class Comparison(Generic[T]):
    """How generated code is compared with NEURON, and what is said of it.

    Attributes
    ----------
    agreement
        Says how far the two are apart for the candidates that show it; None: none does. See
        `first_agreement`.
    tolerance_mV
        How far voltages before the first spike may be apart.
    against
        What it is compared with, and in which simulation.
    nothing
        Why it could not be compared, if no candidate shows anything.
    advice
        What the user can do where the two do not agree.
    """

    agreement: Callable[[T], Agreement | None]
    tolerance_mV: float
    against: str
    nothing: str
    advice: str


class Fallback(Generic[T, A]):
    """Simulates with generated code as long as that is possible and right, else with NEURON.

    Parameters
    ----------
    source
        Where the cell class comes from.
    generated
        Simulates with generated code.
    make_neuron
        Makes what simulates with NEURON, when it is needed.
    comparison
        How the two are compared.
    insist
        Refuse a model that the generated code cannot simulate, instead of using NEURON. Without a
        compiler, or where the comparison fails, NEURON is used all the same.
    """

    def __init__(
        self,
        source: CellSource,
        generated: Generated[T, A],
        make_neuron: Callable[[], Simulates[T, A]],
        comparison: Comparison[T],
        *,
        insist: bool,
    ) -> None:
        self._source = source
        self._generated: Generated[T, A] | None = generated
        self._make_neuron = make_neuron
        self._active: Simulates[T, A] = generated
        self._comparison = comparison
        self._insist = insist
        self._told = False
        self._compared = False
        self._attempts = 0

    @property
    def is_generated(self) -> bool:
        """Whether generated code simulates, as far as is known by now."""
        return self._generated is not None

    def be_told(self, *, generated: bool) -> None:
        """Let somebody else decide: nothing is compared, and what cannot be done is an error."""
        self._told = self._compared = True
        if not generated:
            self._turn_to_neuron()

    @property
    def description(self) -> str:
        """What simulates, in a few words."""
        return self._active.description

    def check(self, candidates: T) -> None:
        """Find out whether the model can be simulated, and by what.

        Raises
        ------
        ModelError
            If the model lacks what is needed; UnsupportedModel if `insist` was asked for;
        KernelBuildError if all computers are to compute the same (`isa`), and this one cannot.
        """
        if self._generated is None:
            self._active.check(candidates)
            return
        try:
            self._generated.check(candidates)
        except (UnsupportedModel, KernelBuildError) as error:
            self.give_up(error)
            self._active.check(candidates)

    def stream(self, candidates: T) -> Iterator[A]:
        """Simulate candidates and yield what became of them as they are finished.

        Raises
        ------
        UnsupportedModel
            If a candidate cannot be simulated and `insist` was asked for. Without, NEURON goes on.
        """
        self.settle(candidates)
        rest = np.ones(len(candidates), dtype=bool)
        try:
            for answer in self._active.stream(candidates):
                rest[answer.numbers] = False
                yield answer
        except (UnsupportedModel, KernelBuildError) as error:
            # A parameter may decide which channels there are.
            self.give_up(error)
        numbers = np.flatnonzero(rest)
        if len(numbers):
            for answer in self._active.stream(candidates.rows(numbers.tolist())):
                yield answer.renumbered(numbers)

    def close(self) -> None:
        """End processes and threads."""
        self._active.close()

    def give_up(self, error: UnsupportedModel | KernelBuildError) -> None:
        """Use NEURON from here on; raises the error if that is not wanted."""
        if self._told or (self._insist and isinstance(error, UnsupportedModel)):
            raise error
        level = isa.level_of_process()
        if level != isa.NATIVE and isinstance(error, KernelBuildError):
            # Computers that are to compute the same are not to have different simulators.
            raise KernelBuildError(
                f"{error} Nothing else is used with --isa {level}: a kernel that was compiled on "
                "another computer is taken where both have one cache (PYNEURONAUTOFIT_CACHE); "
                "'fit --prepare' with this --isa makes it."
            ) from error
        self._use_neuron(str(error))

    def _use_neuron(self, why: str) -> None:
        _log.warning("%s NEURON is used, which is slower.", why)
        self._turn_to_neuron()

    def _turn_to_neuron(self) -> None:
        if self._generated is not None:
            self._generated.close()
            self._generated = None
            self._active = self._make_neuron()

    # --- the comparison

    def settle(self, candidates: T) -> None:
        """Find out what simulates: compare with NEURON, once, before these are simulated."""
        if self._generated is None or self._compared or not len(candidates):
            return
        self.check(candidates)
        if self._generated is not None:
            self._attempts += 1
            compared = self._compare(self._generated, candidates)
            self._compared = compared or self._attempts == _MOST_ATTEMPTS

    def _compare(self, generated: Generated[T, A], candidates: T) -> bool:
        """Use NEURON if the two differ; return False if it cannot be said yet."""
        comparison, keys = self._comparison, generated.kernel_keys()
        known = (read_sidecar(_sidecar(self._source, keys)) or {}).get("quiet_mV") if keys else None
        if isinstance(known, float) and known <= comparison.tolerance_mV:
            _log.info("the batch simulator agreed with NEURON to %.2g mV for this model", known)
            return True
        try:
            found = comparison.agreement(candidates)
        except (UnsupportedModel, KernelBuildError) as error:
            self.give_up(error)
            return True
        except NotComparedError as why:
            _log.warning("%s", why)
            return True
        if found is None:
            _log.warning(
                "the batch simulator could not be compared with NEURON: %s", comparison.nothing
            )
            return False
        _log.info(
            "the batch simulator against %s: voltages before the first spike differ by %.2g mV at "
            "the most, spikes %d and %d, their times by %.2g ms",
            comparison.against, found.quiet_mV, *found.n_spike, found.shift_ms,
        )  # fmt: skip
        what = disagreement(found, comparison.tolerance_mV)
        if what:
            self._use_neuron(f"{what}; {comparison.advice}.")
        elif keys:
            write_sidecar(_sidecar(self._source, keys), {"quiet_mV": found.quiet_mV})
        return True


def _sidecar(source: CellSource, kernel_keys: Sequence[str]) -> Path:
    """Return where it is kept that a model was compared."""
    parts = [*(key.encode() for key in kernel_keys), neuron_version().encode()]
    files = {} if source.project is None else model_files(source)
    for name, path in files.items():
        parts += [os.fsencode(name), path.read_bytes()]
    return artifacts.cache_folder("kernels") / f"compared-{artifacts.digest(parts)}.json"


@dataclass(frozen=True)
class Response:
    """How one candidate responds to what both simulate.

    Attributes
    ----------
    status
        Of its simulation.
    voltage_mV : FloatArray, shape (n_sweep, n_sample), mV
        Of soma(0.5); of use if the status is OK.
    """

    status: RunStatus
    voltage_mV: FloatArray


def first_agreement(
    candidates: T,
    generated: Callable[[T], Response],
    reference: Callable[[T], Response],
    step_ms: float,
    values: FloatArray,
) -> Agreement | None:
    """Simulate candidates by both, until two show how far they are apart; return the worst.

    The first of a search are drawn from all of its space. The first of them is taken, and the one
    that is least like it: a channel that is hardly there in one is likely to show in the other.

    Parameters
    ----------
    generated, reference
        Simulate the only candidate of a table.
    step_ms
        From sample to sample.
    values : FloatArray, shape (n_cand, n_param)
        The parameters of the candidates.
    """
    found: list[Agreement] = []
    n_compared = 0
    for candidate in _order_of_trial(values):
        alone = candidates.rows([candidate])
        ours = generated(alone)
        if ours.status not in {RunStatus.OK, RunStatus.DIVERGED}:
            continue
        theirs = reference(alone)
        if theirs.status is RunStatus.OK:
            found += _compared(theirs.voltage_mV, ours, step_ms)
            n_compared += 1
        if n_compared == COMPARED:
            break
    return _worst(found) if found else None


def _order_of_trial(values: FloatArray) -> list[int]:
    """Return the first candidates, the one that is least like the first in the second place."""
    order = list(range(min(len(values), _MOST_TRIED)))
    known = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    extent = np.ptp(known, axis=0)
    varied = extent > 0.0
    if not varied.any():
        return order
    unlike = np.abs(known - known[0])[:, varied] / extent[varied]
    farthest = int(np.argmax(unlike.sum(axis=1)))
    others = [number for number in order if number not in {0, farthest}]
    return [0, farthest, *others][:_MOST_TRIED]


def _compared(theirs_mV: FloatArray, ours: Response, step_ms: float) -> list[Agreement]:
    """Return how far the two are apart in every sweep."""
    if ours.status is not RunStatus.OK:
        infinite = float("inf")
        n_spike = max(len(spike_samples(sweep_mV)) for sweep_mV in theirs_mV)
        return [Agreement(infinite, infinite, (n_spike, 0), float("nan"))]
    found = []
    for one_mV, other_mV in zip(theirs_mV, ours.voltage_mV, strict=True):
        each = compare_sweep(one_mV, other_mV, step_ms)
        if np.isnan(each.quiet_mV):  # it fires from the start
            each = replace(each, quiet_mV=early_difference(one_mV, other_mV, step_ms))
        found.append(each)
    return found


def _worst(found: list[Agreement]) -> Agreement:
    """Return the worst in every respect; a sweep in which but one fires is worst in that."""
    alone = [each.n_spike for each in found if min(each.n_spike) == 0 < max(each.n_spike)]
    return replace(worst(found), n_spike=alone[0]) if alone else worst(found)
