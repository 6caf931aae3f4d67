"""Results as JSON and as tables."""

from __future__ import annotations

import json
from dataclasses import replace

from benchmarking.made import PROBLEM, trial
from pyneuronautofit.benchmarking.comparing import compare
from pyneuronautofit.benchmarking.published import PublishedValue
from pyneuronautofit.benchmarking.writing import (
    columns_of,
    header_of,
    level_columns,
    level_rows,
    note_on,
    published_rows,
    rank_rows,
    ranked,
    results_as_json,
    results_as_markdown,
    rows_of,
)

TRIALS = [
    trial("A", 1, (10, 0.5)),
    trial("A", 2, (20, 2.0)),
    trial("A", 3, (30, 0.7)),
    trial("none", 1, distance=None),
]
FEW = compare(PROBLEM, TRIALS)
MANY = compare(
    PROBLEM,
    [trial(name, seed, (10, total + seed / 100)) for name, total in (("A", 0.1), ("B", 5.0))
     for seed in range(5)],
)  # fmt: skip
VALUES = [
    PublishedValue("rest", 1, "soma.v", -70.0, -70.0),
    PublishedValue("rest", 2, "soma.v", -70.0, -60.0),
]


def test_rows():
    assert columns_of(FEW) == ["algorithm", "F", "quartiles", "distance", "s"]
    assert rows_of(FEW) == [
        ["A", "0.7", "0.6 .. 1.4", "0.10", "2.0"],
        ["none", "-", "- .. -", "-", "2.0"],
    ]
    assert level_columns(FEW) == ["evaluations until F", "1"]
    assert level_rows(FEW) == [["A", "30 (2/3)"], ["none", "-"]]


def test_levels_that_nobody_has_reached():
    nobody = compare(PROBLEM, [trial("A", 1, (10, 5.0))])
    assert level_rows(nobody) == []
    assert "evaluations until" not in results_as_markdown([nobody], [])


def test_ranks_are_shown_where_seeds_suffice():
    assert columns_of(MANY)[-1] == "rank"
    assert [row[-1] for row in rows_of(MANY)] == ["1", "2"]
    assert rank_rows([MANY]) == [["A", "1.00", "1"], ["B", "2.00", "2"]]
    assert note_on(MANY) == ""
    assert ranked([FEW, MANY]) == [MANY]
    assert note_on(FEW) == "No ranks: to tell any two of 2 algorithms apart the test needs 4 seeds"


def test_heads():
    assert header_of(FEW) == "made: passive cell, 1,000 evaluations, 1 to 3 seeds"
    assert header_of(MANY) == "made: passive cell, 1,000 evaluations, 5 seeds"


def test_json_has_no_infinite_numbers():
    content = json.loads(json.dumps(results_as_json([FEW, MANY], VALUES), allow_nan=False))
    few, many = content["problems"]
    assert few["algorithms"][1]["median"] is None
    assert few["algorithms"][0]["levels"][0] == {"level": 1.0, "reached": 2, "evaluations": 30.0}
    assert many["algorithms"][1]["worse_than"] == ["A"]
    assert content["mean_ranks"] == {"A": 1.0, "B": 2.0}
    assert [each["agrees"] for each in content["published"]] == [True, False]


def test_a_held_out_column():
    example = replace(PROBLEM, fit=replace(PROBLEM.fit, held_out=(1,)))
    result = compare(example, [trial("A", 1, (10, 0.5), held_out=12.345)])
    row = dict(zip(columns_of(result), rows_of(result)[0], strict=True))
    assert row["held-out V"] == "12.3"


def test_published_values():
    assert published_rows(VALUES) == [["rest", "2", "1", "10 mV"]]
    assert published_rows([]) == []


def test_markdown():
    text = results_as_markdown([MANY, MANY], VALUES)
    assert "| evaluations until F | 1 | 0.1 |" in text
    assert "| algorithm | mean | made | made |" in text
    assert "| rest | 2 | 1 | 10 mV |" in text
    widths = [line.count("|") for line in text.split("\n\n")[1].splitlines()]
    assert len(set(widths)) == 1
