"""How certain a fit is, in a notebook: what the command says."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import UsageError


def test_certainty_as_text_table_and_figure(found):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    certain = found.certainty(found.best(), scale=0.5)
    assert certain.found.rows.tolist() == [found.best().evaluation]
    table = certain.to_dataframe()
    assert table.index.tolist() == ["soma(0.5).pas.g", "soma.cm"]
    assert (table["low_95"] <= table["value"]).all()
    assert "what the data leave open" in str(certain)
    assert certain._repr_html_().startswith("<pre>evaluation(s) ")
    assert len(certain.plot().axes) == 4
    pyplot.close("all")


def test_a_profile_as_text_table_and_figure(found):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    scanned = found.profile("cm", points=3, between=(0.9, 1.1))
    table = scanned.to_dataframe()
    assert table["soma.cm"].is_monotonic_increasing
    assert np.isclose(table["soma.cm"].iloc[[0, -1]], [0.9, 1.1]).all()
    assert table["rise"].min() == 0.0
    assert str(scanned).startswith("soma.cm: best at ")
    assert scanned._repr_html_().startswith("<pre>soma.cm")
    assert scanned.plot().get_xlabel() == "soma.cm"
    pyplot.close("all")


def test_what_is_no_model_of_the_fit_is_refused(found):
    for wrong, said in (
        ([999], r"certainty\(999\): the fit has the evaluations 0 to"),
        ("best", "expected models of the fit, such as best"),
        ([], "expected models of the fit"),
        ([1.5], "the fit has the evaluations"),
    ):
        with pytest.raises(UsageError, match=said):
            found.certainty(wrong)
    with pytest.raises(UsageError, match="expected the name of a parameter"):
        found.profile(3)
    for few_or_many in (2, 2.5, 10**9, "7"):
        with pytest.raises(UsageError, match="expected a whole number, 3 to 1001"):
            found.profile("cm", points=few_or_many)
