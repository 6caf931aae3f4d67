"""What a fit says of its run is what the run's files say."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RunError, UsageError
from pyneuronautofit.runs import open_run


def test_what_it_is(found):
    assert found.stamp == found.path.stem
    assert found.modes == ("N", "V")
    assert found.parameters == ("soma(0.5).pas.g", "soma.cm")
    assert found.units["V"] == "mV^2"
    assert (found.state, found.n_evaluation) == ("finished", 24)
    assert repr(found).startswith(f"Fit({found.stamp}: finished, 24 evaluations, ")
    assert "best compromise" in repr(found)


def test_the_table_is_the_archive(found):
    table = found.to_dataframe()
    with open_run(found.path) as stored:
        rows = stored.archive()
        scores = stored.evaluations(rows).scores
        of_V = np.array(stored.header.markers) == "V"
    assert table.index.tolist() == rows.tolist()
    np.testing.assert_array_equal(table["V"], scores[:, of_V].sum(axis=1))
    assert list(table.columns) == ["soma(0.5).pas.g", "soma.cm", "N", "V"]
    assert table.attrs["units"]["V"] == "mV^2"
    assert table.index.name == "evaluation"


def test_all_evaluations_and_the_population(found):
    everything, population = found.to_dataframe("all"), found.to_dataframe("population")
    assert len(everything) == 24
    assert everything.index.tolist() == list(range(24))
    assert population.index.isin(everything.index).all()
    assert len(population) == 8
    with pytest.raises(UsageError, match=r"to_dataframe\('some'\): expected one of"):
        found.to_dataframe("some")


def test_the_best_of_a_mode_is_the_least_of_the_table(found):
    table = found.to_dataframe()
    best = found.best("V")
    assert best.title == "best V"
    assert best.scores["V"] == table["V"].min()
    assert table.loc[best.evaluation, "soma.cm"] == best.parameters["soma.cm"]
    assert found.best() == found.best("compromise")
    assert "best V" in found.titles
    assert "soma.cm" in str(best)


def test_a_choice_that_there_is_not(found):
    with pytest.raises(UsageError, match=r"best\('compromize'\): did you mean 'compromise'\?"):
        found.best("compromize")


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


def test_it_shows_itself_in_a_notebook(found):
    text = found._repr_html_()
    assert text.startswith("<table><caption>")
    assert "compromise" in text
    assert "V (mV^2)" in text
    assert "<table>" in found.best()._repr_html_()


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
