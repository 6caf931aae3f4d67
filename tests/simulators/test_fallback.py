"""Who simulates, when both are compared, and what is remembered of that; with made-up simulators.

A candidate is a number: what the two make of it is in the tables of the test.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pyneuronautofit.codegen.compile import KernelBuildError, NoCompilerError
from pyneuronautofit.errors import ModelError, UnsupportedModel
from pyneuronautofit.models import CellSource
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.agreement import Agreement
from pyneuronautofit.simulators.fallback import Comparison, Fallback, Response, first_agreement

STEP_MS = 0.1
GOOD = Agreement(1e-9, 1e-6, (2, 2), 0.0)


@dataclass(frozen=True)
class Candidates:
    values: tuple[int, ...]

    def __len__(self):
        return len(self.values)

    def rows(self, chosen):
        return Candidates(tuple(self.values[row] for row in chosen))


@dataclass(frozen=True)
class Answer:
    numbers: np.ndarray
    made_by: str
    values: tuple[int, ...]

    def renumbered(self, numbers):
        return replace(self, numbers=numbers[self.numbers])


@dataclass
class Simulator:
    """Answers two candidates at a time, the last ones first."""

    description: str
    errors: dict[int, Exception] = field(default_factory=dict)
    keys: tuple[str, ...] = ("kernel",)
    checked: int = 0
    closed: bool = False

    def kernel_keys(self):
        return self.keys

    def check(self, candidates):
        self.checked += 1
        self._raise(candidates.values[:1])

    def stream(self, candidates):
        for start in reversed(range(0, len(candidates), 2)):
            values = candidates.values[start : start + 2]
            self._raise(values)
            yield Answer(np.arange(start, start + len(values)), self.description, values)

    def close(self):
        self.closed = True

    def _raise(self, values):
        for value in values:
            if value in self.errors:
                raise self.errors[value]


class Choice:
    """A fallback, and what it was made of.

    `agreements` is what the comparison finds, call after call; `compared` has their candidates.
    """

    def __init__(self, source, agreements=(GOOD,), *, errors=(), keys=("kernel",), insist=False):
        self.batch = Simulator("batch", dict(errors), keys)
        self.neurons = []
        self.compared = []
        self._agreements = list(agreements)
        comparison = Comparison(
            self._agreement, 0.01, against="NEURON", nothing="nothing", advice="try both"
        )
        self.fallback = Fallback(source, self.batch, self._neuron, comparison, insist=insist)

    def _neuron(self):
        self.neurons.append(Simulator("NEURON"))
        return self.neurons[-1]

    def _agreement(self, candidates):
        self.compared.append(candidates.values)
        found = self._agreements.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def run(self, *values):
        """Return who simulated every candidate."""
        found = {}
        for answer in self.fallback.stream(Candidates(values)):
            for number, value in zip(answer.numbers.tolist(), answer.values, strict=True):
                assert number not in found
                assert values[number] == value
                found[number] = answer.made_by
        assert len(found) == len(values)
        return [found[number] for number in range(len(values))]


@pytest.fixture
def source(tmp_path):
    (tmp_path / "project.py").write_text("")
    return CellSource(tmp_path / "project.py", None, None)


@pytest.fixture(autouse=True)
def said(caplog, tmp_path, monkeypatch):
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "kernels").mkdir(parents=True)
    caplog.set_level(logging.INFO, "pyneuronautofit.simulators")
    return caplog


def warnings(said):
    return [r.getMessage() for r in said.records if r.levelno == logging.WARNING]


# --- when they are compared


def test_they_are_compared_once_before_the_first_simulation(source, said):
    choice = Choice(source)
    choice.fallback.check(Candidates((5, 6)))
    assert not choice.compared
    assert choice.run(5, 6, 7) == ["batch"] * 3
    assert choice.run(8) == ["batch"]
    assert choice.compared == [(5, 6, 7)]
    assert not choice.neurons
    assert not warnings(said)


def test_without_candidates_nothing_is_compared(source):
    choice = Choice(source)
    assert choice.run() == []
    assert not choice.compared


def test_agreement_is_remembered_until_kernels_or_the_model_change(source, said):
    def compared(**changes):
        choice = Choice(source, **changes)
        assert choice.run(1) == ["batch"]
        return len(choice.compared)

    assert [compared(), compared()] == [1, 0]
    assert "agreed with NEURON to 1e-09 mV" in said.text
    assert [compared(keys=("other",)), compared(keys=("other",))] == [1, 0]
    source.project.write_text("# changed")
    assert [compared(), compared()] == [1, 0]


def test_what_is_not_known_to_agree_closely_enough_is_compared(source):
    assert Choice(source, [replace(GOOD, quiet_mV=0.02)]).run(1) == ["NEURON"]
    # Nothing was kept of that: the next one finds out for itself.
    assert Choice(source).run(1) == ["batch"]


def test_three_calls_may_show_nothing(source, said):
    choice = Choice(source, [None] * 3)
    for call in range(5):
        assert choice.run(call) == ["batch"]
    assert choice.compared == [(0,), (1,), (2,)]
    assert warnings(said) == ["the batch simulator could not be compared with NEURON: nothing"] * 3


def test_a_later_call_may_show_something(source):
    choice = Choice(source, [None, GOOD])
    for call in range(3):
        choice.run(call)
    assert choice.compared == [(0,), (1,)]
    again = Choice(source, [])
    again.run(0)
    assert not again.compared


# --- when NEURON is used


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (replace(GOOD, quiet_mV=0.02), "differs from NEURON's by 0.02 mV before the first spike"),
        (replace(GOOD, quiet_mV=np.inf), "becomes infinite where NEURON's does not"),
        (replace(GOOD, n_spike=(2, 0)), "NEURON's cell fires 2 spike(s), and that of the batch"),
        (replace(GOOD, n_spike=(0, 1)), "NEURON's cell fires 0 spike(s), and that of the batch"),
    ],
)
@pytest.mark.parametrize("insist", [False, True])
def test_where_they_do_not_agree(source, said, found, what, insist):
    choice = Choice(source, [found], insist=insist)
    assert choice.run(1, 2) == ["NEURON"] * 2
    (warning,) = warnings(said)
    assert what in warning
    assert warning.endswith("; try both. NEURON is used, which is slower.")
    assert choice.batch.closed
    assert choice.run(3) == ["NEURON"]
    assert len(choice.neurons) == len(choice.compared) == 1
    choice.fallback.close()
    assert choice.neurons[0].closed


def test_one_spike_more_is_no_disagreement(source):
    # After the first one differences of rounding are of any size.
    assert Choice(source, [replace(GOOD, n_spike=(2, 1), largest_mV=80.0)]).run(1) == ["batch"]


def test_a_model_that_only_neuron_can_simulate(source, said):
    choice = Choice(source, errors={1: UnsupportedModel("no.")})
    choice.fallback.check(Candidates((1,)))
    assert choice.fallback.description == "NEURON"
    assert choice.neurons[0].checked == 1
    assert choice.run(1, 2) == ["NEURON"] * 2
    assert warnings(said) == ["no. NEURON is used, which is slower."]
    assert not choice.compared


@pytest.mark.parametrize("error", [NoCompilerError("none."), KernelBuildError("broken.")])
def test_without_a_kernel_neuron_is_used_whoever_insists(source, said, error):
    choice = Choice(source, errors={1: error}, insist=True)
    assert choice.run(1, 2) == ["NEURON"] * 2
    assert warnings(said) == [f"{error} NEURON is used, which is slower."]


@pytest.mark.parametrize("error", [NoCompilerError("none."), KernelBuildError("broken.")])
def test_computers_that_are_to_compute_the_same_do_not_use_neuron(source, said, error, monkeypatch):
    monkeypatch.setenv("PYNEURONAUTOFIT_ISA", "x86-64-v3")
    choice = Choice(source, errors={1: error})
    with pytest.raises(KernelBuildError, match=r"Nothing else is used with --isa x86-64-v3: "):
        choice.run(1, 2)
    assert not warnings(said)
    # A model that no computer has a kernel for is simulated alike on all of them.
    choice = Choice(source, errors={1: UnsupportedModel("no.")})
    assert choice.run(1, 2) == ["NEURON"] * 2


def test_who_insists_is_refused_what_only_neuron_can_simulate(source, said):
    choice = Choice(source, errors={1: UnsupportedModel("no.")}, insist=True)
    with pytest.raises(UnsupportedModel, match="no"):
        choice.fallback.check(Candidates((1,)))
    with pytest.raises(UnsupportedModel, match="no"):
        choice.run(2, 3, 1)
    assert not choice.neurons
    assert not warnings(said)


def test_a_later_candidate_that_only_neuron_can_simulate(source, said):
    choice = Choice(source, errors={22: UnsupportedModel("no.")})
    assert choice.run(20, 21, 22, 23, 24) == ["NEURON"] * 4 + ["batch"]
    assert len(warnings(said)) == 1


@pytest.mark.parametrize("insist", [False, True])
def test_a_comparison_that_is_refused(source, said, insist):
    choice = Choice(source, [UnsupportedModel("no.")], insist=insist)
    if insist:
        with pytest.raises(UnsupportedModel, match="no"):
            choice.run(1)
    else:
        assert choice.run(1) == ["NEURON"]
        assert len(warnings(said)) == 1


def test_other_errors_of_a_model_are_errors(source):
    choice = Choice(source, errors={1: ModelError("no soma")})
    with pytest.raises(ModelError, match="no soma"):
        choice.run(1)
    assert not choice.neurons


# --- when somebody else decides


def test_who_is_told_compares_nothing_and_never_turns_to_neuron(source, said):
    choice = Choice(source, [], errors={3: UnsupportedModel("no."), 4: NoCompilerError("none.")})
    choice.fallback.be_told(generated=True)
    assert choice.run(1, 2) == ["batch"] * 2
    for value in (3, 4):
        with pytest.raises(ModelError):
            choice.run(1, value)
        with pytest.raises(ModelError):
            choice.fallback.check(Candidates((value,)))
    assert choice.fallback.is_generated
    assert not choice.neurons
    assert not choice.compared
    assert not warnings(said)


def test_who_is_told_to_use_neuron_does(source, said):
    choice = Choice(source, [])
    choice.fallback.be_told(generated=False)
    assert choice.run(1, 2) == ["NEURON"] * 2
    assert not choice.fallback.is_generated
    assert choice.batch.closed
    assert not warnings(said)


def test_it_is_settled_before_anybody_simulates(source, said):
    choice = Choice(source, [replace(GOOD, quiet_mV=0.02)])
    choice.fallback.settle(Candidates((1, 2)))
    assert not choice.fallback.is_generated
    assert len(choice.compared) == len(warnings(said)) == 1
    again = Choice(source, [GOOD])
    again.fallback.settle(Candidates((1, 2)))
    assert again.fallback.is_generated
    again.fallback.give_up(UnsupportedModel("no."))
    assert again.run(1) == ["NEURON"]


# --- the candidates of the comparison

SPIKE = np.array([[-70.0] * 60 + [30.0] * 5 + [-70.0] * 35])
QUIET = np.full((1, 100), -70.0)
OK, FAILED, DIVERGED = RunStatus.OK, RunStatus.FAILED, RunStatus.DIVERGED


def agreement(ours, theirs, values=None):
    """Return what is found, and the candidates that each has simulated."""
    asked = ([], [])

    def simulating(place, responses):
        def simulate(candidates):
            (value,) = candidates.values
            asked[place].append(value)
            return responses[value]

        return simulate

    candidates = Candidates(tuple(range(len(ours))))
    both = (simulating(0, ours), simulating(1, theirs))
    if values is None:
        values = np.zeros((len(ours), 1))
    return first_agreement(candidates, *both, STEP_MS, values), asked


def test_the_first_two_that_both_can_simulate_are_compared():
    shifted, more = SPIKE.copy(), SPIKE.copy()
    shifted[0, 10] += 0.5
    more[0, 20] += 0.25
    good = Response(OK, SPIKE)
    ours = [Response(FAILED, SPIKE), good, good, good, None]
    theirs = [None, Response(FAILED, SPIKE), Response(OK, shifted), Response(OK, more), None]
    found, asked = agreement(ours, theirs)
    assert found.quiet_mV == pytest.approx(0.5)
    assert found.n_spike == (1, 1)
    assert asked == ([0, 1, 2, 3], [1, 2, 3])


def test_the_second_is_the_one_that_is_least_like_the_first():
    good = [Response(OK, SPIKE)] * 12
    values = np.column_stack([np.linspace(1.0, 2.0, 12), np.full(12, 7.0), np.zeros(12)])
    values[9, 2] = 1e-9  # of that parameter it is all the way
    _found, asked = agreement(good, good, values)
    assert asked[1] == [0, 9]
    values[0, 0] = np.nan
    _found, asked = agreement(good, good, values)
    assert asked[1] == [0, 9]


def test_one_candidate_is_enough():
    assert agreement([Response(OK, SPIKE)], [Response(OK, SPIKE)])[0].quiet_mV == 0.0


def test_every_sweep_counts():
    """Also one in which but one fires, beside another in which both do, not as often."""
    often = np.tile(SPIKE, 4)
    quiet = np.full_like(often, -70.0)
    one = Response(OK, np.concatenate([often, quiet]))
    other = Response(OK, np.concatenate([np.tile(QUIET, 4), quiet]))
    other.voltage_mV[0, :100], other.voltage_mV[1, 300:] = SPIKE, SPIKE
    found, _asked = agreement([one], [other])
    assert found.n_spike == (1, 0)
    other.voltage_mV[1] = quiet[0]
    other.voltage_mV[1, 50] += 0.125
    found, _asked = agreement([one], [other])
    assert (found.quiet_mV, found.n_spike) == (0.125, (1, 4))


def test_eight_are_tried():
    found, asked = agreement([Response(FAILED, SPIKE)] * 20, [])
    assert found is None
    assert asked[0] == list(range(8))


def test_a_voltage_that_becomes_infinite_is_a_difference_where_the_other_s_does_not():
    bad, good = Response(DIVERGED, np.zeros((1, 0))), Response(OK, SPIKE)
    found, _asked = agreement([bad], [good])
    assert found.quiet_mV == np.inf
    found, asked = agreement([bad, good], [bad, good])
    assert found.quiet_mV == 0.0
    assert asked[1] == [0, 1]


def test_one_that_fires_from_the_start_is_compared_in_the_first_millisecond():
    one, other = SPIKE[:, ::-1].copy(), SPIKE[:, ::-1].copy()
    one[0, :3] += 100.0
    other[0, :3] += 100.0
    other[0, 5] += 0.25
    other[0, 20] += 7.0
    found, _asked = agreement([Response(OK, one)], [Response(OK, other)])
    assert found.quiet_mV == pytest.approx(0.25)
