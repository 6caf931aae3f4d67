"""Several databases as one."""

from __future__ import annotations

import pytest

from database._made import HEADER, content, database, model
from pyneuronautofit.database import merge
from pyneuronautofit.errors import DatabaseError


def test_references_follow(tmp_path):
    one = database(tmp_path, content(2, discarded=[{"a": 1}]), "one.json")
    other = content(
        targets=["two.abf", "three.abf"],
        sources=["run-2.json", "run-1.json"],
        evaluations={"A": {"mode": "R"}, "B": {"mode": "OV"}},
        models=[
            model(7, target=0, src=0),
            model(8, target=1, src=1, evaluation="B", mine=3),
            model(1, id=99),  # the same parameters as one of the first
            model(9, target=None, src=7),
        ],
    )
    made, n_double = merge([one, database(tmp_path, other, "other.json")])
    assert n_double == 1
    assert made.content["targets"] == ["one.abf", "two.abf", "three.abf"]
    assert made.content["sources"] == ["run-1.json", "run-2.json"]
    assert made.content["evaluations"] == {
        "A": {"mode": "OV"}, "A'": {"mode": "R"}, "B": {"mode": "OV"},
    }  # fmt: skip
    assert made.content["discarded"] == [{"a": 1}]
    assert made.content["gsynmin"] == HEADER["gsynmin"]
    picked = [[r.get(k) for k in ("id", "target", "src", "evaluation")] for r in made.records]
    assert picked == [
        [0, 0, 0, "A"],
        [1, 1, 0, "A"],
        [2, 1, 1, "A'"],
        [3, 2, 0, "B"],
        [4, None, 7, "A'"],
    ]
    assert made.records[3]["mine"] == 3
    assert [m.target for m in made.stored.models] == [
        "one.abf",
        "two.abf",
        "two.abf",
        "three.abf",
        None,
    ]


def test_alone_it_is_itself_but_for_its_ids(tmp_path):
    read = database(tmp_path, content(models=[model(3, id=30), None]))
    made, n_double = merge([read])
    assert n_double == 0
    assert made.content == {**read.content, "models": [{**model(3), "id": 0}, None]}


def test_vectors_keep_their_meaning(tmp_path):
    vector = {**HEADER, "final": [{"parameters": [50.0, 1e-5, -90.0]}]}
    made, _n = merge([database(tmp_path, vector), database(tmp_path, content(1), "b.json")])
    assert made.records[0]["parameters"]["axon.ek"] == -90.0
    assert [record["id"] for record in made.records] == [0, 1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"temperature": 36.0}, r"their temperature differ \(35\.0 and 36\.0\)"),
        ({"cell": "B"}, r"their cell differ \('A' and 'B'\)"),
        ({"parameters": HEADER["parameters"][:2]}, "their parameters differ$"),
        ({"gsynmin": [0.0]}, r"its gsynmin is for 1 mixes .* for 3 .*search-synmin"),
    ],
)
def test_what_does_not_go_together(changed, said, tmp_path):
    one = database(tmp_path, content(cell="A"), "one.json")
    two = database(tmp_path, content(cell="A") | changed, "two.json")
    with pytest.raises(DatabaseError, match=rf"two\.json cannot be merged: {said}"):
        merge([one, two])


def test_an_evaluation_that_stands_in_the_model_stays_there(tmp_path):
    one = database(tmp_path, content(1), "one.json")
    other = content(models=[model(7, evaluation={"mode": "V"})])
    made, _n_double = merge([one, database(tmp_path, other, "other.json")])
    assert [record["evaluation"] for record in made.records] == ["A", {"mode": "V"}]
