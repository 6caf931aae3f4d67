"""Which probe is used, how both are compared, and in which test."""

from __future__ import annotations

import dataclasses
import logging
from typing import ClassVar

import numpy as np
import pytest

from probes.probed import BRANCHED, table
from pyneuronautofit.errors import UnsupportedModel
from pyneuronautofit.models import CellSource, load_model
from pyneuronautofit.probes import preferred
from pyneuronautofit.probes.preferred import PreferredProbe
from pyneuronautofit.probes.synapse import SynapseTrial, TrialTrace
from pyneuronautofit.probes.tests import SOMA, Probed, RestTest, StepTest, StepTraces, SynapseTest
from pyneuronautofit.simulators import RunStatus, fallback
from pyneuronautofit.simulators.lanes import library


@pytest.fixture
def firing(tmp_path):
    (tmp_path / "project.py").write_text(BRANCHED)
    return load_model(tmp_path, tmp_path)


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, "pyneuronautofit")
    return caplog


SHORT = RestTest(6.3, 0.05, duration_ms=50.0, watched_ms=20.0)


def _warnings(said):
    return [r.getMessage() for r in said.records if r.levelno == logging.WARNING]


def test_it_is_compared_once(firing, said):
    for _time in range(2):
        said.clear()
        with PreferredProbe(firing.cell_source, SHORT, 1) as probe:
            assert len(list(probe.stream(table("soma(0.5).hh.gl", 3e-4)))) == 1
            assert probe.description.startswith("batch")
        assert not _warnings(said)
    assert "agreed with NEURON to" in said.text


@pytest.mark.parametrize("insist", [False, True])
def test_what_generated_code_cannot(firing, said, tmp_path, insist):
    """NEURON goes on with it, and the user is told; or it is refused, if asked to insist."""
    text = BRANCHED.replace(
        "        for section", "        self.made = h.IClamp(self.soma(0.5))\n        for section"
    )
    (tmp_path / "project.py").write_text(text)
    source = load_model(tmp_path, tmp_path).cell_source
    asking = table("soma(0.5).hh.gl", 3e-4, 4e-4)
    with PreferredProbe(source, SHORT, 1, insist=insist) as probe:
        if insist:
            with pytest.raises(UnsupportedModel, match=r"point process IClamp at 0\.5"):
                probe.check(asking)
            return
        found = list(probe.stream(asking))
        assert probe.description.startswith("NEURON")
    assert [each.status for each in found] == [RunStatus.OK] * 2
    (warning,) = _warnings(said)
    assert "IClamp at 0.5" in warning
    assert warning.endswith("NEURON is used, which is slower.")


@pytest.mark.parametrize("insist", [False, True])
def test_no_compiler(firing, said, monkeypatch, tmp_path, insist):
    """That is no property of the model: NEURON goes on, as it does for a fit."""
    monkeypatch.setenv("CXX", "no-such-compiler")
    # A kernel that is there is used without one.
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(tmp_path / "empty"))
    with PreferredProbe(firing.cell_source, SHORT, 1, insist=insist) as probe:
        assert len(list(probe.stream(table("soma(0.5).hh.gl", 3e-4)))) == 1
    assert "needs a C++ compiler" in _warnings(said)[0]


@pytest.mark.parametrize(
    ("factor", "what"),
    [
        ("1.02", "differs from NEURON's by"),
        pytest.param("NAN", "becomes infinite", marks=pytest.mark.nightly),
    ],
)
def test_a_wrong_kernel_is_found_out(firing, said, monkeypatch, factor, what):
    original = library.KernelLibrary._load

    def load(self, kinds):
        generate = self._generate

        def wrong(task):
            right = generate(task)
            source = right.source.replace("current = ", f"current = real({factor}) * ")
            return dataclasses.replace(right, source=source)

        self._generate = wrong
        return original(self, kinds)

    monkeypatch.setattr(library.KernelLibrary, "_load", load)
    monkeypatch.setattr(library, "read_sidecar", lambda _path: None)
    monkeypatch.setattr(library, "write_sidecar", lambda *_facts: None)
    monkeypatch.setattr(fallback, "read_sidecar", lambda _path: None)
    asking = table("soma(0.5).hh.gl", 3e-4)
    with PreferredProbe(firing.cell_source, SHORT, 1, insist=True) as probe:
        (found,) = probe.stream(asking)
        assert probe.description.startswith("NEURON")
    assert found.status is RunStatus.OK
    (warning,) = _warnings(said)
    assert what in warning
    assert warning.endswith("--simulator neuron is the reference. NEURON is used, which is slower.")


# --- made-up probes: what is asked of them


class MadeUp:
    """A probe whose voltage is the candidate's value, and one that is off by a given voltage."""

    off_mV, off_from, end_mV = 0.0, 20, -70.0
    made: ClassVar[list] = []

    def __init__(self, source, test, n_worker=None, time_limit_s=None, **options):
        self.test, self.options, self.asked, self.closed = test, options, [], False
        self.settings = (source, n_worker, time_limit_s)
        self.made.append(self)

    @property
    def description(self):
        return type(self).__name__

    def kernel_keys(self):
        return ()

    def check(self, parameters, initial_mV=()):
        self.asked.append((parameters.values[:, 0].tolist(), list(initial_mV)))

    def stream(self, parameters, initial_mV=()):
        self.check(parameters, initial_mV)
        for row, value in enumerate(parameters.values[:, 0]):
            voltage = np.repeat([[[value], [value + 7.0], [value + 9.0]]], 40, axis=2)
            voltage[:, 0, self.off_from :] += self.off_mV
            voltage[:, 0, 38:] = self.end_mV
            if isinstance(self.test, SynapseTrial):
                answer = TrialTrace(np.zeros(40), voltage[0, 0], fired=False)
            else:
                answer = StepTraces((0.0,), voltage)
            status, answer = (RunStatus.FAILED, None) if value < -100 else (RunStatus.OK, answer)
            yield Probed(row, status, "", answer, 0.0)

    def close(self):
        self.closed = True

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class Batch(MadeUp):
    pass


class Neuron(MadeUp):
    pass


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setattr(MadeUp, "made", [])
    monkeypatch.setattr(preferred, "BatchProbe", Batch)
    monkeypatch.setattr(preferred, "NeuronProbe", Neuron)
    return MadeUp.made


SOURCE = CellSource(None, None, None)
STEPS = StepTest(
    (-20.0, 150.0, -300.0, 90.0), 31.0, 0.2, ("axon(0.5).v",), 5.0, 7.0, 900.0, 0.0, -66.0
)
REST = RestTest(32.0, 0.3, initial_mV=-67.0)
SEARCH = SynapseTest(((1.0, 0.0), (0.0, 1.0)), 33.0, 0.4, 0.1, 0.7, 1e-3, 0.02, initial_mV=-68.0)
SHORT_SEARCH = dataclasses.replace(SEARCH, mixes=((0.5, 0.5),), rest_ms=20.0, response_ms=80.0)


@pytest.mark.parametrize(
    ("test", "short"),
    [
        # The strongest currents of either sign; looked at in the soma alone, from end to end.
        (STEPS, StepTest((-300.0, 150.0), 31.0, 0.2, (SOMA,), 20.0, 60.0, 100.0, None, -66.0)),
        (REST, StepTest((-50.0, 50.0), 32.0, 0.3, (SOMA,), 20.0, 60.0, 100.0, None, -67.0)),
        (SEARCH, SynapseTrial(SHORT_SEARCH, 0.7, 20.0)),
        (SynapseTrial(SEARCH, 0.33), SynapseTrial(SHORT_SEARCH, 0.7, 20.0)),
    ],
)
def test_both_simulate_a_tenth_of_a_second_with_something_in_it(made, test, short):
    with PreferredProbe(SOURCE, test, 5, 3.0) as probe:
        list(probe.stream(table("soma.L", -60.0)))
    used, ours, theirs = made
    assert (type(used), used.test, used.settings) == (Batch, test, (SOURCE, 5, 3.0))
    assert ours.test == theirs.test == short
    # One process for one model, and NEURON as it is.
    assert ours.settings == theirs.settings == (SOURCE, 1, 3.0)
    assert (type(ours), ours.options) == (Batch, {})
    assert (type(theirs), theirs.options) == (Neuron, {})
    assert all(each.closed for each in made)


def test_models_are_compared_with_their_own_beginnings(made):
    beginnings = [{"soma.v": -60.0}, {"soma.v": -61.0}, {}]
    models = table("soma.L", -200.0, -60.0, -70.0)
    with PreferredProbe(SOURCE, STEPS) as probe:
        found = list(probe.stream(models, beginnings))
    used, ours, theirs = made
    # The first cannot be simulated, and the others show all.
    others = [([-60.0], [{"soma.v": -61.0}]), ([-70.0], [{}])]
    assert ours.asked == [([-200.0], [{"soma.v": -60.0}]), *others]
    assert theirs.asked == others
    assert used.asked[-1] == ([-200.0, -60.0, -70.0], beginnings)
    assert [each.candidate for each in found] == [0, 1, 2]


@pytest.mark.parametrize("test", [STEPS, SEARCH])
def test_the_soma_is_compared(made, monkeypatch, caplog, test):
    monkeypatch.setattr(Batch, "off_mV", 0.25)
    with PreferredProbe(SOURCE, test, 5, 3.0) as probe:
        found = list(probe.stream(table("soma.L", -60.0, -70.0), [{}, {}]))
        assert probe.description == "Neuron"
    assert len(found) == 2
    (warning,) = _warnings(caplog)
    assert "differs from NEURON's by 0.25 mV" in warning
    assert "at most 0.01 mV" in warning
    assert made[0].closed
    assert (made[-1].test, made[-1].settings, made[-1].options) == (test, (SOURCE, 5, 3.0), {})


@pytest.mark.parametrize(("off_from", "name"), [(27, "Neuron"), (28, "Batch")])
def test_it_is_compared_up_to_two_milliseconds_before_the_first_spike(
    made, monkeypatch, off_from, name
):
    for setting, value in (("off_mV", 0.25), ("off_from", off_from)):
        monkeypatch.setattr(Batch, setting, value)
    monkeypatch.setattr(MadeUp, "end_mV", 20.0)
    assert STEPS.dt_ms == 0.2
    with PreferredProbe(SOURCE, STEPS) as probe:
        list(probe.stream(table("soma.L", -60.0)))
        assert probe.description == name


def test_nothing_is_compared_where_it_is_only_checked(made):
    with PreferredProbe(SOURCE, STEPS) as probe:
        probe.check(table("soma.L", -60.0), [{"soma.v": -60.0}])
    (used,) = made
    assert used.asked == [([-60.0], [{"soma.v": -60.0}])]
