import json
import math
from functools import partial

import numpy as np
import pytest

from pyneuronautofit.errors import OutputError
from pyneuronautofit.objectives import EvaluationSettings, Mask
from pyneuronautofit.runs import (
    Header,
    Models,
    numbers,
    write_checkpoint,
    write_evaluations,
    write_final,
)

HEADER = Header(
    ("O", "V"),
    np.array([3.0, np.inf]),
    [["soma.L", "lin", 1.0, 2.0], [["soma.ek", "axon.ek"], "con", -90.0, -80.0]],
    "1.2",
    "cell.abf",
    EvaluationSettings("OV", Mask(rule=(1, 4))).as_json(),
    "pyneuronautofit -k '(1, 4)' cell.abf",
)
HEAD_KEYS = [
    "markers",
    "bvalues",
    "parameters",
    "version",
    "target",
    "evaluation",
    "cmd",
    "temperature",
    "program",
]
SOME = Models(np.array([[1.5, -85.0], [2.0, -85.0]]), np.array([[0.0, 2.5], [np.nan, np.nan]]))
OTHER = Models(np.array([[1.0, -85.0]]), np.array([[7.0, 0.1]]))


def _sourced(models, source):
    return Models(models.parameters, models.scores, source=source)


WRITERS = {
    "records": partial(write_evaluations, header=HEADER, blocks=[SOME]),
    "final": partial(
        write_final,
        header=HEADER,
        population=_sourced(SOME, "P"),
        archive=_sourced(OTHER, "A"),
    ),
    "population": partial(write_checkpoint, header=HEADER, generation=8, population=SOME),
}


def _refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def _read(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)


@pytest.mark.parametrize("key", sorted(WRITERS))
def test_the_header(key, tmp_path):
    path = tmp_path / "out.json"
    WRITERS[key](path)
    content = _read(path)
    extra = ["generation"] if key == "population" else []
    assert list(content) == [*HEAD_KEYS, *extra, key]
    assert content["markers"] == ["O", "V"]
    assert content["bvalues"] == [3.0, None]
    assert content["parameters"] == HEADER.parameters
    assert content["evaluation"]["mask"] == {"range": [1, 4]}
    assert (content["version"], content["target"], content["cmd"]) == (
        "1.2",
        "cell.abf",
        HEADER.command,
    )


@pytest.mark.parametrize("key", sorted(WRITERS))
def test_the_keys_of_the_evaluation(key, tmp_path):
    WRITERS[key](tmp_path / "out.json")
    assert list(_read(tmp_path / "out.json")["evaluation"]) == [
        "mode", "mask", "prespike", "postspike", "spikethreshold", "spikecount", "collapse_tests",
        "spikeweight", "downsampler", "vpvsize", "smoothingkernel",
    ]  # fmt: skip


def test_every_evaluation(tmp_path):
    WRITERS["records"](tmp_path / "out.json")
    assert _read(tmp_path / "out.json")["records"] == [
        {"fitness": [0.0, 2.5], "parameters": [1.5, -85.0], "weighted-fitness": None},
        {"fitness": [None, None], "parameters": [2.0, -85.0], "weighted-fitness": None},
    ]


def test_the_final_population_and_the_archive(tmp_path):
    WRITERS["final"](tmp_path / "out.json")
    final = _read(tmp_path / "out.json")["final"]
    assert [record["sours"] for record in final] == ["P", "P", "A"]
    assert set(final[0]) == {"fitness", "parameters", "weighted-fitness", "sours"}
    assert final[2]["parameters"] == [1.0, -85.0]


def test_a_checkpoint(tmp_path):
    WRITERS["population"](tmp_path / "out.json")
    content = _read(tmp_path / "out.json")
    assert content["generation"] == 8
    assert len(content["population"]) == 2


@pytest.mark.parametrize("key", sorted(WRITERS))
def test_a_record_is_a_line(key, tmp_path):
    WRITERS[key](tmp_path / "out.json")
    lines = (tmp_path / "out.json").read_text().splitlines()
    records = [line.rstrip(",") for line in lines if line.startswith("  {")]
    assert [json.loads(line) for line in records] == _read(tmp_path / "out.json")[key]


def test_no_models_at_all(tmp_path):
    nobody = Models(np.empty((0, 0)), np.empty((0, 0)))
    write_evaluations(tmp_path / "out.json", HEADER, [nobody])
    assert _read(tmp_path / "out.json")["records"] == []


@pytest.mark.parametrize("key", sorted(WRITERS))
def test_a_number_survives_to_the_last_bit(key, tmp_path):
    value = 0.1 + 0.2
    models = Models(np.array([[value, math.pi]]), np.array([[1e-300, 5e15]]))
    write_evaluations(tmp_path / "out.json", HEADER, [models])
    (record,) = _read(tmp_path / "out.json")["records"]
    assert (record["parameters"], record["fitness"]) == ([value, math.pi], [1e-300, 5e15])


def test_numbers():
    assert numbers(np.array([1.5, np.nan, np.inf, -np.inf, -0.0])) == [1.5, None, None, None, 0.0]
    assert numbers(np.empty(0)) == []


@pytest.mark.parametrize(
    "command", ["fit \N{GREEK SMALL LETTER MU}.abf", "fit \udcff.abf", 'fit "a\\b"\n']
)
def test_any_file_name_can_stand_in_the_header(command, tmp_path):
    """Also one that is no UTF-8, which Python reads as lone surrogates."""
    header = Header((), np.empty(0), [], "1", command, {}, command)
    write_evaluations(tmp_path / "out.json", header, [SOME])
    content = _read(tmp_path / "out.json")
    assert (content["cmd"], content["target"]) == (command, command)


@pytest.mark.parametrize("key", sorted(WRITERS))
def test_a_writer_that_fails_half_way_leaves_the_old_file(key, tmp_path):
    path = tmp_path / "out.json"
    WRITERS[key](path)
    old = path.read_bytes()
    broken = Models(np.zeros((3, 2)), np.zeros((2, 2)))
    arguments = {
        "records": {"blocks": [broken]},
        "final": {"archive": broken},
        "population": {"population": broken},
    }
    with pytest.raises(ValueError, match="shorter"):
        WRITERS[key](path, **arguments[key])
    assert path.read_bytes() == old
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]


def test_a_folder_that_is_gone(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write .*out\.json"):
        write_evaluations(tmp_path / "gone" / "out.json", HEADER, [SOME])
