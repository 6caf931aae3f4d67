"""The numbers that are drawn, against those of the run."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import orjson
import pytest

from pyneuronautofit.report.findings.thinning import Thinned
from pyneuronautofit.report.page_data import chart_data, rounded
from report._content import GENERATIONS, NAN, answered, content_of
from report._made import info

UNITS = [[[0.5, 1.0], [0.25, 0.0]], [[0.3, 0.5], [0.2, 1.0], [0.6, 0.2]]]
WEIGHTS = [[1, 1, 1], [1, 0, 2]]


def drawn(content):
    """What the page's script reads."""
    return json.loads(orjson.dumps(chart_data(content), option=orjson.OPT_SERIALIZE_NUMPY))


@pytest.fixture
def data(tmp_path):
    def make(generations=GENERATIONS, **how):
        with content_of(tmp_path, generations, **how) as content:
            return drawn(content)

    return make


def test_the_course_has_a_list_for_every_mode(data):
    found = data(weights=WEIGHTS)
    assert found["modes"] == [
        {"code": "O", "title": "total number of spikes", "unit": "spikes"},
        {"code": "V", "title": "whole voltage", "unit": "mV²"},
    ]
    course = found["course"]
    assert course["generation"] == [0, 1]
    assert course["evaluations"] == [2, 5]
    # Sums: (2, 9) (8, 1); then (4, 4) and (6, 6), which are the second population.
    assert course["best"] == [[2, 2], [1, 1]]
    assert course["population_best"] == [[2, 4], [1, 4]]
    assert course["population_median"] == [[5, 5], [5, 5]]
    # Scalars: 11 and 9; then 2 + 8 and 3 + 12.
    assert course["scalar_best"] == [9, 10]
    assert course["scalar_median"] == [10, 12.5]
    assert course["weights"] == [[1, 1], [1, 0], [1, 2]]
    assert course["components"] == ["O0", "O1", "V0"]
    # (2, 9) and (8, 1) are outside of the box up to (5, 5); of it (4, 4) dominates a 25th.
    assert course["hypervolume"] == pytest.approx([0.0, 0.04])


def test_what_a_search_by_dominance_does_not_have_is_null(data):
    course = data()["course"]
    assert course["scalar_best"] == course["scalar_median"] == [None, None]
    assert course["weights"] == [[None, None]] * 3


def test_models_with_all_digits_and_their_places_between_the_bounds(data):
    models = data(units=UNITS, weights=WEIGHTS)["models"]
    assert models["row"] == [2, 4]
    assert models["sums"] == [[4, 4], [6, 6]]
    assert models["title"] == {"0": "compromise, best sum, best O, best V, least weighted fitness"}
    assert models["population"] == models["archive"] == [True, True]
    assert models["unit"] == [[0.3, 0.5], [0.6, 0.2]]
    # soma.L between 1 and 9; the logarithm of pas.g between -5 and -3.
    assert models["parameters"] == [[1 + 8 * 0.3, 10**-4.0], [1 + 8 * 0.6, 10 ** (-5 + 2 * 0.2)]]


def test_where_models_are_is_told_for_each(tmp_path):
    with content_of(tmp_path) as content:
        listed = replace(
            content.listed, in_population=frozenset({2}), in_archive=frozenset({4}), titles={1: "x"}
        )
        models = drawn(replace(content, listed=listed))["models"]
    assert models["population"] == [True, False]
    assert models["archive"] == [False, True]
    assert models["title"] == {"1": "x"}


def test_parameters_may_set_several_paths(data):
    rows = [[["soma.Ra", "dend.Ra"], "lin", 1.0, 9.0], ["soma(0.5).pas.g", "log", 1e-5, 1e-3]]
    header = replace(info().header, parameters=rows)
    found = data(about=info(header=header))
    assert found["paths"] == [["soma.Ra", "dend.Ra"], ["soma(0.5).pas.g"]]
    assert [spread["name"] for spread in found["spreads"]] == ["soma.Ra", "soma(0.5).pas.g"]


def test_the_sample_is_of_those_that_succeeded(data, tmp_path):
    assert data()["sample"] == [[2, 9], [8, 1], [4, 4], [6, 6]]
    (tmp_path / "many").mkdir()
    with content_of(tmp_path / "many", [[[k, 0, 1] for k in range(4001)]]) as content:
        sample = drawn(content)["sample"]
    assert len(sample) == 2000
    assert [point[0] for point in sample[:3]] == [0, 2, 4]
    assert (sample[0], sample[-1]) == ([0, 1], [4000, 1])


def test_spreads(data):
    units = [[[0.0, 0.123456], [0.0, 0.5], [0.5, 0.75], [0.96, 0.9]]]
    first, second = data([[[1, 1, k] for k in range(4)]], units=units)["spreads"]
    assert first == {
        "name": "soma.L", "column": 0, "scale": "lin", "low": "1", "high": "9",
        "points": [0, 0, 0.5, 0.96], "quartiles": [0, 0.25, pytest.approx(0.615)],
        "pressing": "lower",
    }  # fmt: skip
    assert (second["scale"], second["low"], second["high"]) == ("log", "1e-05", "0.001")
    assert second["points"] == [0.123, 0.5, 0.75, 0.9]
    assert second["pressing"] is None
    # A quarter of the way from 0.123456 to 0.5 and from 0.75 to 0.9.
    lower, middle, upper = second["quartiles"]
    assert (lower, middle, upper) == (0.4059, 0.625, 0.7875)


def test_responses(data):
    voltage = np.array([[[-60.0, 30.004, -60.006, 400.0]] * 2] * 3)
    found = data(responses=answered(traces=Thinned(voltage, 7)))["responses"][0]
    assert (found["recording"], found["held"]) == ("cell.abf", [False, False])
    assert found["models"] == [0, 2]
    assert found["sweeps"] == [3, 5]
    assert found["current"] == [-50, 123.5]
    assert found["count"] == [[0, 2], [1, 3], [0, 0]]
    assert found["rate"] == [[0, 20], [10, 33.33], [0, 0]]
    assert found["latency"] == [[None, 12.346], [1, 2], [None, None]]
    assert found["stimulus"] == [10, 30]
    # 100 samples of 0.5 ms.
    assert (found["duration"], found["step"]) == (50, 0.5)
    assert (found["bin"], found["shape"], found["unit"]) == (7, [3, 2, 4], 0.01)
    steps = np.frombuffer(base64.b64decode(found["voltage"]), "<i2").reshape(3, 2, 4)
    assert steps[2, 1].tolist() == [-6000, 3000, -6001, 32767]


def test_why_there_are_no_responses_is_not_drawn(data):
    assert data(responses="Not asked.")["responses"] == []


def test_a_run_without_models(data):
    found = data([])
    assert found["models"]["row"] == []
    assert found["sample"] == []
    assert found["spreads"] == []
    assert found["course"]["best"] == [[], []]


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (123456.789, 6, 123457.0), (0.00123456789, 3, 0.00123), (-98765.0, 2, -99000.0),
        (0.0, 4, 0.0), (1.0, 1, 1.0), (9.996, 3, 10.0), (2.5e300, 2, 2.5e300), (5e-324, 3, 5e-324),
    ],
)  # fmt: skip
def test_numbers_have_so_many_digits(value, digits, expected):
    assert rounded(np.array([value]), digits)[0] == pytest.approx(expected, rel=1e-15)


def test_what_is_not_finite_stays_so():
    values = np.array([[np.inf, -np.inf, NAN], [1.23456789, 2.0, 3.0]])
    np.testing.assert_array_equal(rounded(values, 3), [[np.inf, -np.inf, NAN], [1.23, 2.0, 3.0]])
    assert rounded(values[:, ::2]).flags.c_contiguous
