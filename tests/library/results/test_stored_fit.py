"""Which models a run has found: as its files have them."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError
from pyneuronautofit.runs import open_run


def test_what_it_is(found):
    assert found.stamp == found.path.stem
    assert found.modes == ("N", "V")
    assert found.parameters == ("soma(0.5).pas.g", "soma.cm")
    assert found.units["V"] == "mV^2"
    assert (found.state, found.n_evaluation) == ("finished", 24)
    assert repr(found).startswith(f"Fit({found.stamp}: finished, 24 evaluations, ")
    assert "best compromise" in repr(found)


def test_the_noise_floor_is_the_runs(found):
    floor = found.floor
    assert list(floor.modes) == ["N", "V"]
    # Nobody has recorded this cell: it has no noise.
    assert not floor.is_known


def test_what_the_best_score_with_finer_steps_is_kept(found):
    """A passive cell has no spikes that could come and go with steps: hardly another sum."""
    finer = found.finer
    assert list(finer.tolerances_mV.values()) == pytest.approx([3e-5] * len(finer.sums))
    assert set(finer.sums) == {found.best(title).evaluation for title in found.titles}
    best = found.best("V")
    assert finer.sums[best.evaluation] == pytest.approx(dict(best.scores), rel=0.05, abs=1e-4)


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


def test_it_shows_itself_in_a_notebook(found):
    text = found._repr_html_()
    assert text.startswith("<table><caption>")
    assert "compromise" in text
    assert "V (mV^2)" in text
    assert "<table>" in found.best()._repr_html_()
