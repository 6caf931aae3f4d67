"""The population of fits, as a notebook has it: the same as the command's."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cli.conftest import command  # noqa: F401 (a fixture)
from database.populations._points import clouds
from pyneuronautofit.errors import DatabaseError, RunError, UsageError
from pyneuronautofit.library.results.fit_result import Fit
from report._made import make_run


@pytest.fixture
def fits(tmp_path):
    unit, _family = clouds([0.2, 0.5], [0.8, 0.5], n=20, width=0.03)
    found = []
    for name, part in (("one", unit[:20]), ("two", unit[20:])):
        scores = [[[0.0, 0.0, 1.0 + k / 10] for k in range(20)]]
        found.append(Fit(make_run(tmp_path / f"{name}.sqlite", scores, units=[part])))
    return found


def test_as_the_command_has_it(fits, command):  # noqa: F811
    one, two = fits
    found = one.population(two, limits={"V": 2.5}, distance=0.001, levels=[2.0, 1.5])
    words = ("--json", "--max", "V=2.5", "--distance", "0.001", "--below", "V=1.5,2")
    said = command("populations", "one", "two", *words)
    assert found.as_json() == json.loads(said.out)
    assert found.n_chosen == 32
    assert list(found.levels) == [1.5, 2.0]
    assert sum(found.families) <= found.n_distinct
    assert len(found.families) == 2
    assert found.silhouette > 0.8
    assert repr(found).startswith(f"ModelPopulation({found.n_distinct} distinct models of 32; ")
    assert "V up to" in found._repr_html_()


def test_as_a_table(fits):
    one, two = fits
    table = one.population(two.path, limits={"V": 2.5}, distance=0.001).to_dataframe()
    assert table["source"].unique().tolist() == ["one", "two"]
    assert table["V"].is_monotonic_increasing
    stored = one.to_dataframe("all")
    mine = table[table["source"] == "one"].set_index("number")
    for name in ("soma.L", "soma(0.5).pas.g"):
        np.testing.assert_allclose(mine[name], stored.loc[mine.index, name])
    assert set(table["family"]) >= {1, 2}


def test_a_figure(fits):
    from matplotlib import pyplot

    figure = fits[0].population(distance=0.001).plot()
    assert "soma L (µm)" in [t.get_text() for t in figure.axes[-1].get_yticklabels()]
    pyplot.close(figure)


def test_mistakes(fits):
    with pytest.raises(UsageError, match=r"distance=0, least=5\): expected a distance above 0"):
        fits[0].population(distance=0)
    with pytest.raises(UsageError, match="expected one of the modes"):
        fits[0].population(measure="X")
    for limits in ({"V": "2flo"}, {"V": None}, [1], {"V": "0floor"}):
        with pytest.raises(UsageError, match="expected modes with the largest sums"):
            fits[0].population(limits=limits)
    # Whatever can be said to the command: these runs were made without a floor.
    with pytest.raises(RunError, match="--max V=2floor: one has no noise floor"):
        fits[0].population(limits={"V": "2floor"})
    with pytest.raises(DatabaseError, match="no model of one is V <= 0"):
        fits[0].population(limits={"V": 0})
