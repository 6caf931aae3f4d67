"""The best models, objectives, parameters and the table of models: numbers against the run's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyneuronautofit.report.findings.spread import spreads
from pyneuronautofit.report.sections.models import best, models, parameters, scatter
from report._content import EVIL, NAN, cells, charts, content_of, parsed, words
from report._made import info

ALL_FAILED = [[[NAN] * 3] * 2]
#: V alone.
ONE_MODE = {
    "mode_sizes": (("V", 1),),
    "header": replace(info().header, markers=("V",), bvalues=np.ones(1)),
}


def test_the_best_models_with_the_sums_of_their_modes(tmp_path):
    with content_of(tmp_path) as content:
        found = parsed(best(content))
    # Of the archive, which is the last generation's: (4, 4) is better than (6, 6) in all.
    assert cells(found.find(".//table")) == [
        ["model", "evaluation", "O (spikes)", "V (mV²)"],
        ["compromise, best sum, best O, best V", "2", "4", "4"],
    ]
    assert [button.get("data-choose") for button in found.iter("button")] == ["0"]


def test_sums_in_units_of_the_noise_floor(tmp_path):
    floor = {
        "components": [0.0, 0.0, 2.5], "is_bound": [True] * 3, "noise_mV": [0.25],
        "drift_mV": [0.0], "n_repeated": 0, "n_sweep": 2, "notes": ["a <note>"],
    }  # fmt: skip
    with content_of(tmp_path, about=info(floor=floor)) as content:
        found = parsed(best(content))
    rows = cells(found.find(".//table"))
    assert rows[1][2:] == ["4floor is 0", "41.6 floors"]
    assert rows[-1] == ["noise floor", "", "0", "2.5"]
    text = words(found)
    assert "a lower bound: from the recording's noise alone, 0.25 mV" in text
    assert "a <note>" in text


def test_sums_with_finer_steps_are_what_a_model_is(tmp_path):
    """They are told where they are others, and counted in floors."""
    floor = {
        "components": [1.0, 1.0, 2.0], "is_bound": [True] * 3, "noise_mV": [0.25],
        "drift_mV": [0.0], "n_repeated": 0, "n_sweep": 2, "notes": [],
    }  # fmt: skip
    finer = {"rows": [2], "tolerances_mV": [3e-5], "sums": [{"O": 4.1, "V": 100.0}]}
    with content_of(tmp_path, about=info(floor=floor), finer=finer) as content:
        found = parsed(best(content))
    assert cells(found.find(".//table"))[1][2:] == ["42 floors", "450 floors"]
    (said,) = [words(p) for p in found.iter("p") if p.get("id") == "finer"]
    assert said.startswith("With finer steps (--tolerance 3e-05) they are more than a fifth apart:")
    assert "compromise, best sum, best O, best V: V 100. The search" in said


def test_how_many_distinct_models_there_are(tmp_path):
    units = [[[0.2, 0.2], [0.21, 0.2], [0.8, 0.2]]]
    scores = [[[0, 0, 10], [0, 0, 20], [1, 0, 30]]]
    with content_of(tmp_path, scores, units=units) as content:
        (line,) = [p for p in parsed(best(content)).iter("p") if p.get("id") == "distinct"]
        unknown = replace(content, listed=replace(content.listed, levels=()))
        assert "Distinct" not in words(parsed(best(unknown)))
    assert words(line) == (
        "Distinct models by their weighted sum: 1 below 0.2, 2 below 2; the least is 0.1. A model "
        "counts if all better ones that count are at least 5 % of the parameters' ranges away "
        "(root of the mean square)."
    )


def test_sums_have_six_digits(tmp_path):
    with content_of(tmp_path, [[[1 / 3, 1 / 3, 2e7 / 3]]]) as content:
        (_head, row) = cells(parsed(best(content)).find(".//table"))
    assert row[2:] == ["0.666667", "6.66667e+06"]


def test_different_models_are_best(tmp_path):
    scores = [[1, 1, 9], [8, 0, 1], [2, 2, 4], [3, 3, 6]]
    with content_of(tmp_path, [scores], weights=[[0, 1, 0]]) as content:
        found = parsed(best(content))
    assert cells(found.find(".//table"))[1:] == [
        ["compromise", "2", "4", "4"],
        ["best sum, best O", "0", "2", "9"],
        ["best V, least weighted fitness", "1", "8", "1"],
    ]
    assert [button.get("data-choose") for button in found.iter("button")] == ["0", "1", "2"]


def test_where_all_failed_nobody_is_best(tmp_path):
    with content_of(tmp_path, ALL_FAILED) as content:
        found = parsed(best(content))
        assert "all of them failed" in words(found)
        assert found.find(".//table") is None
        assert scatter(content) == models(content) == parameters(content) == ""


def test_two_axes_to_choose_from(tmp_path):
    with content_of(tmp_path) as content:
        found = parsed(scatter(content))
    selects = list(found.iter("select"))
    assert [select.get("id") for select in selects] == ["axis-x", "axis-y"]
    for select in selects:
        options = [(option.get("value"), words(option)) for option in select]
        assert options == [
            ("0", "O (spikes) · total number of spikes"),
            ("1", "V (mV²) · whole voltage"),
        ]
    assert charts(found) == ["scatter"]


def test_a_single_mode_has_no_axes(tmp_path):
    with content_of(tmp_path, [[[1.0], [2.0]]], about=info(**ONE_MODE)) as content:
        assert scatter(content) == ""
        assert models(content) != ""


# Four models: of the first parameter one is at the lower bound, of the second two at the upper.
UNITS = [[[0.0, 1.0], [0.4, 0.99], [0.3, 0.5], [0.6, 0.2]]]


def test_parameters_that_press_on_a_bound(tmp_path):
    with content_of(tmp_path, [[[1, 1, k] for k in range(4)]], units=UNITS) as content:
        found = parsed(parameters(content))
    listed = [words(item) for item in found.iter("li")]
    assert listed == [
        "soma.L: 25 % of the models at its lower bound 1",
        "soma(0.5).pas.g: 50 % of the models at its upper bound 0.001",
    ]
    assert "press on a bound (25 % of the models or more within 2 % of" in words(found)
    assert charts(found) == ["parameters"]


def test_a_parameter_may_press_on_both(tmp_path):
    units = [[[0.0, 0.5], [1.0, 0.5], [0.985, 0.5], [0.5, 0.5]]]
    with content_of(tmp_path, [[[1, 1, k] for k in range(4)]], units=units) as content:
        (line,) = parsed(parameters(content)).iter("li")
    assert words(line) == (
        "soma.L: 25 % of the models at its lower bound 1, 50 % of the models at its upper bound 9"
    )


def test_no_parameter_may_press_on_a_bound(tmp_path):
    units = [[[0.1, 0.5], [0.9, 0.5], [0.5, 0.5]]]
    with content_of(tmp_path, [[[1, 1, k] for k in range(3)]], units=units) as content:
        found = parsed(parameters(content))
    assert not list(found.iter("li"))
    assert "No parameter presses on a bound (25 % of the models" in words(found)


def test_bounds_are_said_in_their_order_and_others_in_words(tmp_path):
    rows = [["soma.L", "lin", 9.0, 1.0], ["soma.diam", "lin", 0.0, "soma.L"]]
    header = replace(info().header, parameters=rows)
    with content_of(tmp_path, [[[1, 1, 1]]], units=[[[0.0, 1.0]]], about=info(header=header)) as c:
        (first, *_rest) = parsed(parameters(c)).iter("li")
        assert words(first) == "soma.L: 100 % of the models at its lower bound 1"
        (_length, diameter) = spreads(c.run)
        pressed = replace(diameter, near_low=0.0, near_high=0.5)
        (line,) = parsed(parameters(replace(c, spreads=[pressed]))).iter("li")
        text = "soma.diam: 50 % of the models at its upper bound (another parameter's value)"
        assert words(line) == text


def test_the_table_of_models(tmp_path):
    with content_of(tmp_path, weights=[[1, 1, 1], [1, 0, 2]]) as content:
        found = parsed(models(content))
        rows = content.listed.rows.tolist()
    head, *lines = cells(found.find(".//table"))
    assert head == [
        "evaluation",
        "generation",
        "O (spikes)",
        "V (mV²)",
        "weighted",
        "in",
        "parameters",
    ]
    # The scalar under the last weights: 2 + 2·4, 3 + 2·6. Row 3 failed.
    assert lines == [
        ["2", "1", "4", "4", "10", "population, front", "copy"],
        ["4", "1", "6", "6", "15", "population, front", "copy"],
    ]
    assert rows == [2, 4]
    trs = list(found.find(".//tbody"))
    assert [tr.get("data-place") for tr in trs] == ["0", "1"]
    assert [tr.get("title") for tr in trs] == [
        "compromise, best sum, best O, best V, least weighted fitness", None,
    ]  # fmt: skip
    buttons = [(b.get("data-choose"), b.get("data-copy")) for b in found.iter("button")][6:]
    assert buttons == [("0", None), (None, "0"), ("1", None), (None, "1")]
    assert "2 models of the last population" in words(found)
    assert "more are in the store" not in words(found)


def test_without_weights_there_is_no_such_column(tmp_path):
    with content_of(tmp_path) as content:
        (head, first, _second) = cells(parsed(models(content)).find(".//table"))
    assert head == ["evaluation", "generation", "O (spikes)", "V (mV²)", "in", "parameters"]
    assert first == ["2", "1", "4", "4", "population, front", "copy"]


def test_where_a_model_is_and_how_many_have_no_room(tmp_path):
    with content_of(tmp_path) as content:
        listed = replace(
            content.listed,
            in_population=frozenset({2}), in_archive=frozenset({4}), n_left_out=3,
        )  # fmt: skip
        found = parsed(models(replace(content, listed=listed)))
    lines = cells(found.find(".//table"))[1:]
    assert [line[4] for line in lines] == ["population", "front"]
    assert "3 more are in the store." in words(found)


@pytest.mark.parametrize("part", [best, models])
def test_a_title_is_only_text(tmp_path, part):
    with content_of(tmp_path) as content:
        listed = replace(content.listed, titles={0: EVIL})
        found = parsed(part(replace(content, listed=listed)))
    assert not list(found.iter("script"))
    titles = [tr.get("title") for tr in found.iter("tr")]
    assert EVIL in [*titles, cells(found.find(".//table"))[1][0]]
