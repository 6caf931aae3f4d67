"""Modes of a notebook are fitted, kept as a plug-in, and known wherever the run is looked at."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from library.conftest import PARAMETERS, SETTINGS
from library.defined import defined
from pyneuronautofit.cli.main import main
from pyneuronautofit.errors import PyNeuronAutofitError, UsageError
from pyneuronautofit.library.fitting import fit
from pyneuronautofit.library.own_modes import plugin_of
from pyneuronautofit.library.results.opening import open_fit
from pyneuronautofit.runs import open_run

MODES = """
    import numpy as np
    from pyneuronautofit.plugins import objective
    FACTOR = 2.0

    def my_error(model_mV, recording_mV):
        "Difference of the means."
        return FACTOR * np.abs(model_mV.mean(axis=1) - recording_mV.mean(axis=1))

    @objective(unit="mV", scale=3.0)
    def lowest(voltage_mV):
        "Lowest voltage."
        return voltage_mV.min(axis=1)
"""


@pytest.fixture(scope="module")
def modes():
    return defined(MODES)


@pytest.fixture(scope="module")
def own(recording, ball, modes, tmp_path_factory):
    """A fit with modes of its own."""
    return fit(
        recording, ball, PARAMETERS, objectives=[modes["my_error"], modes["lowest"]],
        output=tmp_path_factory.mktemp("own") / "runs", progress=False, **SETTINGS,
    )  # fmt: skip


def test_they_are_compared(own, recording):
    assert own.modes == ("N", "V", "{my_error}", "{lowest}")
    assert own.units["{lowest}"] == "mV"
    best = own.best("V")
    model = own.simulate(best).voltage_mV[0]
    wanted = 2 * np.abs(model.mean(axis=1) - recording.voltage_mV.mean(axis=1)).sum()
    assert best.scores["{my_error}"] == pytest.approx(wanted, rel=1e-6)
    wanted = np.abs(model.min(axis=1) - recording.voltage_mV.min(axis=1)).sum()
    assert best.scores["{lowest}"] == pytest.approx(wanted, abs=1e-6)
    assert own.best("{lowest}").scores["{lowest}"] <= best.scores["{lowest}"]
    assert "{my_error}" in own.to_dataframe()
    assert "{lowest}" in own._repr_html_()


def test_the_run_is_evaluated_and_goes_on_with_them(own):
    scored = own.evaluate(own.best("V"))
    assert scored.sums["{my_error}"][0] == pytest.approx(own.best("V").scores["{my_error}"])
    assert own.report(traces=False).stat().st_size > 10_000


def test_the_command_gives_the_same_bits(own, tmp_path):
    with open_run(own.path) as stored:
        command, scores = stored.header.command, stored.evaluations().scores
    assert main([*shlex.split(command)[1:], "--output", str(tmp_path), "-a", "again"]) == 0
    with open_run(tmp_path / "again.sqlite") as stored:
        np.testing.assert_array_equal(stored.evaluations().scores, scores)


def test_a_run_is_opened_with_its_file(own):
    (file,) = own.path.parent.glob("objectives-*.py")
    again = open_fit(own.path, plugins=[file])
    assert again.units == own.units
    assert again.evaluate(again.best("V")).sums["{lowest}"][0] == pytest.approx(
        own.best("V").scores["{lowest}"]
    )
    without = open_fit(own.path)
    assert without.units["{lowest}"] == ""
    assert without.best("V") == own.best("V") or without.best("V").scores == own.best("V").scores
    with pytest.raises(PyNeuronAutofitError, match=r"\{my_error\}|plug-in"):
        without.evaluate(without.best("V"))


def test_the_same_modes_are_one_file(modes, tmp_path):
    codes, file = plugin_of([modes["lowest"]], tmp_path)
    before = file.stat().st_mtime_ns
    assert plugin_of([modes["lowest"]], tmp_path) == (codes, file)
    assert (codes, file.stat().st_mtime_ns) == ("{lowest}", before)
    assert plugin_of([modes["my_error"]], tmp_path)[1] != file
    assert plugin_of([], tmp_path) == ("", None)


@pytest.mark.parametrize(
    ("objectives", "said"),
    [
        ("{latency}", "expected a list of functions; .* modes='OV"),
        ([3], "is int: expected a function"),
        ([lambda voltage_mV: voltage_mV.max()], "lambda"),
    ],
)
def test_mistakes_write_nothing(objectives, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        plugin_of(objectives, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_function_that_asks_for_what_there_is_not(tmp_path):
    wrong = defined("def wrong(voltage_mv): return voltage_mv.max()")["wrong"]
    with pytest.raises(UsageError, match="voltage_mV"):
        plugin_of([wrong], tmp_path)
