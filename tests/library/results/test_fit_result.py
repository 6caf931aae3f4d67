"""What a fit says of its run is what the run's files say."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RunError, UsageError


def test_evaluating_models_gives_the_scores_of_the_run(found):
    table = found.to_dataframe().head(3)
    for given in (table, [found.best("V")], dict(found.best("V").parameters)):
        scored = found.evaluate(given)
        assert not scored.failures
    scored = found.evaluate(table)
    np.testing.assert_allclose(scored.sums["V"], table["V"], rtol=1e-9)
    assert scored.to_dataframe().attrs["units"] == dict(found.units)
    assert repr(scored).startswith(f"Scores({len(table)} models: N ")


def test_simulating_has_the_fitted_and_the_held_out_sweeps(found, recording):
    simulated = found.simulate()
    assert simulated.sweeps == (0, 1, 2, 3)
    assert simulated.held_out == {1}
    np.testing.assert_array_equal(simulated.recorded_mV, recording.voltage_mV)
    squares = ((simulated.voltage_mV[0] - simulated.recorded_mV) ** 2).mean(axis=1)
    np.testing.assert_allclose(squares[[0, 2, 3]].sum(), found.best().scores["V"], rtol=1e-6)
    assert simulated.time_ms[-1] == pytest.approx(99.9)
    assert simulated.stimulus_ms == (20.0, 80.0)
    assert found.simulate(sweeps=[2]).voltage_mV.shape == (1, 1, 1000)
    with pytest.raises(UsageError, match=r"sweeps=\[9\]: expected some of the recording's"):
        found.simulate(sweeps=[9])
    with pytest.raises(UsageError, match="none of the run's recordings"):
        found.simulate(recording="other")


def test_it_is_drawn_on_axes_of_ones_own(found):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    panels = found.plot()
    assert [panel.get_title() for panel in panels][:2] == [
        "sweep 0: 0 pA",
        "sweep 1: -20 pA, held out",
    ]
    _figure, axes = pyplot.subplots(1, 1)
    assert found.plot("V", sweeps=[3], axes=axes).tolist() == [axes]
    with pytest.raises(UsageError, match="expected 4 axes, one for every sweep, found 1"):
        found.plot(axes=axes)
    course = found.plot_course()
    assert course.get_xlabel() == "evaluations"
    assert len(course.lines) == 2
    pyplot.close("all")


def test_a_report(found, tmp_path):
    written = found.report(tmp_path / "page.html", traces=False)
    assert written.read_text().lstrip().lower().startswith("<!doctype html>")


def test_a_page_is_never_written_over_something_else(found, tmp_path):
    before = found.path.read_bytes()
    for path in (found.path, found.path.with_name(f"{found.stamp}-final.json"), "model.py", 5):
        with pytest.raises(UsageError, match=r"ends in \.html|expected a path"):
            found.report(path)
    with pytest.raises(UsageError, match=r"the folder .* is not there"):
        found.report(tmp_path / "nowhere" / "page.html")
    assert found.path.read_bytes() == before


def test_arguments_of_the_wrong_kind(found):
    for call in (
        lambda: found.best(None),
        lambda: found.best(["V"]),
        lambda: found.plot_course(axes=5),
        lambda: found.plot(sweeps=[3], axes=5),
    ):
        with pytest.raises(UsageError, match="expected"):
            call()
    assert found.simulate(sweeps=3).sweeps == (3,)


def test_a_cell_of_ones_own_gets_a_model(found, ball):
    cell, model = ball(), found.best()
    found.apply(model, cell)
    assert cell.soma(0.5).pas.g == model.parameters["soma(0.5).pas.g"]
    assert cell.soma.cm == model.parameters["soma.cm"]
    with pytest.raises(UsageError, match="expected one model, found 2"):
        found.apply(found.to_dataframe("all").head(2), cell)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"modes": "O"}, r"resume\(modes=\.\.\.\): a run goes on with its own settings"),
        ({"figure": "x.png"}, r"use Fit\.plot"),
        ({"generations": 1}, "the run"),
        ({"generations": 2.5}, "expected a whole number"),
    ],
)
def test_a_run_goes_on_with_its_own_settings(found, given, said):
    before = found.n_evaluation
    with pytest.raises((UsageError, RunError), match=said):
        found.resume(progress=False, **given)
    assert found.n_evaluation == before
