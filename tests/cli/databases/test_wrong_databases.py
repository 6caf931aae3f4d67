"""What every tool says of a database, or of words, that it cannot use."""

from __future__ import annotations

import json
import re

import pytest

from .quick_cells import MODELS, database

WRONG = {
    "empty": ('{"models": []}', r"its list 'models' is empty"),
    "no list": ('{"a": 1}', r"holds no models"),
    "no JSON": ("not json", r"is not a JSON file"),
    "NaN": (
        '{"models": [{"parameters": {"soma.L": NaN}}]}',
        r"model 0: the parameter soma\.L is nan, which is no number",
    ),
    "lacking": (
        '{"models": [{"parameters": {"soma.L": 1.0, "axon.L": 1.0}}, '
        '{"parameters": {"soma.L": 2.0}}, {"parameters": {"axon.L": 2.0}}]}',
        r"model 1 lacks axon\.L; model 2 lacks soma\.L",
    ),
}


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("tool", ["check", "search-init", "plot-parmdist", "final-check", "info"])
def test_a_bad_database_is_refused_and_left_as_it_is(tool, case, command, tmp_path):
    text, expected = WRONG[case]
    if case == "lacking":
        if tool in {"info", "final-check"}:
            pytest.skip("what is missing is no mistake there")
        header = '{"parameters": [["soma.L", "lin", 1, 2], ["axon.L", "lin", 1, 2]], '
        text = header + text[1:]
    db = tmp_path / "db.json"
    db.write_text(text)
    extra = {"plot-parmdist": ["-o", "f.svg"], "final-check": ["None", "m-{}.svg"]}.get(tool, [])
    answer = command(tool, db, *extra)
    message = " ".join(answer.err.split())
    assert answer.code == 2
    assert message.startswith("pyneuronautofit: error: ")
    assert message.count("error: ") == 1
    assert re.search(rf"db\.json.*{expected}", message), message
    assert db.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == ["db.json"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("check", "DB", "77"), r"no model 77"),
        (("check", "DB", "3", "-o", "f.doc"), r"f\.doc.*suffix"),
        (("check", "DB", "3", "--json", "r.json", "-o", "f.svg"), r"--json and ID exclude"),
        (("check", "DB", "-o", "no/out.json"), r"no/out\.json: the folder no does not exist"),
        (("check", "DB", "-T", "400"), r"-T.*400.*from -20 to 100"),
        (("search-init", "DB", "no/out.json"), r"no/out\.json: the folder no does not exist"),
        (("search-init", "DB", "--duration", "0"), r"--duration 0\.0: expected a number from 1"),
        (("plot-parmdist", "DB", "-o", "f.txt"), r"f\.txt.*suffix"),
        (("final-check", "DB", "None", "m.svg"), r"m\.svg: 5 figures would be written to this"),
        (("final-check", "DB", "m-{}.svg"), r"argument ID: 'm-\{\}\.svg': expected the id"),
        (("final-check", "DB", "3", "m.svg", "--models", "3"), r"ID 3 and --models exclude"),
        (("final-check", "DB", "3", "m.svg"), r"cell\.npz of the models is in none of the folders"),
        (("info", "DB", "--models", "x"), r"--models x"),
        (("select", "DB", "-o", "o.json"), r"expected --models"),
        (("select", "DB", "--models", "7", "-o", "o.json"), r"no model 7"),
        (("merge", "DB", "-o", "o.json"), r"expected two databases or more"),
        (("merge", "DB", "DB", "-o", "no/o.json"), r"cannot write no/o\.json"),
        (("info", "none.json"), r"cannot read none\.json"),
    ],
)
def test_a_mistake_gives_one_clear_message(words, expected, command, project, tmp_path):
    db = database(tmp_path / "db.json")
    before = db.read_bytes()
    answer = command(*(db if word == "DB" else word for word in words))
    message = " ".join(answer.err.split())
    assert answer.code == 2
    assert re.search(expected, message), message
    assert message.count("error: ") == 1
    assert db.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"db.json", "cell"}


@pytest.mark.parametrize("tool", ["check", "search-init"])
def test_names_that_the_cell_does_not_have(tool, command, project, tmp_path):
    content = json.loads(database(tmp_path / "db.json", {3: MODELS[3]}).read_text())
    content["models"][0]["parameters"]["soma(0.5).hh.gkbr"] = 0.1
    (tmp_path / "db.json").write_text(json.dumps(content))
    answer = command(tool, tmp_path / "db.json", "--project", project)
    assert answer.code == 2
    assert "the mechanism hh has no 'gkbr'; did you mean 'gkbar'?" in answer.err
    assert {path.name for path in tmp_path.iterdir()} == {"db.json", "cell"}


def test_a_large_file_that_is_no_database(command, tmp_path):
    """200 MB of numbers: a message, and no half-written result."""
    db = tmp_path / "db.json"
    with db.open("w") as stream:
        stream.write('{"values": [0')
        for _ in range(20):
            stream.write(",0.123456789" * 833_000)
        stream.write("]}")
    size = db.stat().st_size
    assert size > 190e6
    answer = command("check", db)
    assert answer.code == 2
    assert "holds no models: expected one of the lists models" in answer.err
    assert db.stat().st_size == size
    assert [path.name for path in tmp_path.iterdir()] == ["db.json"]
