import gzip
import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyneuronautofit.database import parse_selection, read_models
from pyneuronautofit.database.models import LIST_NAMES
from pyneuronautofit.errors import DatabaseError, PyNeuronAutofitError, UsageError

HEADER = [["soma.L", "lin", 1, 2], [["soma.ek", "axon.ek"], "lin", -90, -80]]


def _file(folder, content, name="models.json"):
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def _models(*values, **extra):
    return [{"parameters": {"soma.L": value}, **extra} for value in values]


def _found(path):
    return [(model.number, dict(model.parameters)) for model in read_models(path).models]


@pytest.mark.parametrize("name", ["models", "final", "records", "unique", "model", "population"])
def test_every_name_of_the_list(name, tmp_path):
    path = _file(tmp_path, {"version": 1, name: _models(3.5, 4)})
    assert _found(path) == [(0, {"soma.L": 3.5}), (1, {"soma.L": 4})]


def test_the_names_of_the_list():
    assert {"final", "records", "unique", "model", "models"} <= set(LIST_NAMES)


def test_a_name_with_something_else_behind_it_is_passed_over(tmp_path):
    path = _file(tmp_path, {"models": 24, "model": "TC", "records": _models(3.0)})
    assert _found(path) == [(0, {"soma.L": 3.0})]


def test_lists_may_end_with_null(tmp_path):
    vector = {"parameters": [1.5, -85.0, None]}
    path = _file(tmp_path, {"parameters": [*HEADER, None], "final": [vector, None]})
    assert _found(path) == [(0, {"soma.L": 1.5, "soma.ek": -85.0, "axon.ek": -85.0})]


def test_vectors_are_joined_with_the_names_of_the_header(tmp_path):
    path = _file(tmp_path, {"parameters": HEADER, "records": [{"parameters": [1.5, -85.0]}]})
    assert _found(path) == [(0, {"soma.L": 1.5, "soma.ek": -85.0, "axon.ek": -85.0})]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("zipped", [True, False])
def test_plain_and_gzipped_whatever_the_name_says(tmp_path, mark, zipped):
    content = mark + json.dumps({"models": _models(3.0)}).encode()
    path = tmp_path / ("a.json" if zipped else "a.json.gz")
    path.write_bytes(gzip.compress(content) if zipped else content)
    assert _found(path) == [(0, {"soma.L": 3.0})]


def test_ids_and_positions(tmp_path):
    with_ids = [{**model, "id": number} for model, number in zip(_models(1.0, 2.0), (12, 7))]
    assert [n for n, _ in _found(_file(tmp_path, {"models": with_ids}))] == [12, 7]
    without = _file(tmp_path, {"models": [None, *_models(1.0, 2.0, id=None)]})
    assert [n for n, _ in _found(without)] == [0, 1]


def test_temperature(tmp_path):
    for given_, read in ((35.5, 35.5), (36, 36), (None, None), ("warm", None), (True, None)):
        path = _file(tmp_path, {"temperature": given_, "models": _models(1.0)})
        assert read_models(path).temperature_degC == read
    assert read_models(_file(tmp_path, {"models": _models(1.0)})).temperature_degC is None


def test_table(tmp_path):
    models = [
        {"parameters": {"soma.L": 3.0, "axon.nseg": 5}},
        {"parameters": {"axon.L": 7.0, "soma.L": 4.0}},
    ]
    table = read_models(_file(tmp_path, {"models": models})).table()
    assert [[path.text for path in paths] for paths in table.targets] == [
        ["soma.L"],
        ["axon.nseg"],
        ["axon.L"],
    ]
    np.testing.assert_array_equal(table.values, [[3.0, 5.0, np.nan], [4.0, np.nan, 7.0]])
    assert [(path.text, value) for path, value in table.settings(1)] == [
        ("soma.L", 4.0),
        ("axon.L", 7.0),
    ]
    assert [type(value) for _, value in table.settings(0)] == [float, int]


def test_select_by_id_in_the_order_asked_for(tmp_path):
    models = [{**model, "id": 10 * k} for k, model in enumerate(_models(1.0, 2.0, 3.0))]
    stored = read_models(_file(tmp_path, {"temperature": 35, "models": models}))
    chosen = stored.select([20, 0])
    assert [model.parameters["soma.L"] for model in chosen.models] == [3.0, 1.0]
    assert chosen.temperature_degC == 35
    with pytest.raises(UsageError, match=r"--models: there is no model 5, 7; .* models 0, 10, 20"):
        stored.select([0, 5, 7])
    # Of a range those that are there.
    assert [m.number for m in stored.select([20, range(15), 0]).models] == [20, 0, 10]
    with pytest.raises(UsageError, match=r"--models: there is no model 30:40; .* models 0, 10, 20"):
        stored.select([range(30, 40), 0])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0,3,10:13", [0, 3, range(10, 13)]),
        ("7", [7]),
        (" 1 , 2:4 ", [1, range(2, 4)]),
        ("5:5,1", [1]),
        ("3,1", [3, 1]),
    ],
)
def test_parse_selection(text, numbers):
    assert parse_selection(text) == numbers


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a", "a"),
        ("1,,2", ""),
        ("", ""),
        ("1:", "1:"),
        ("-1", "-1"),
        ("1:2:3", "1:2:3"),
        ("1.5", "1.5"),
        ("\N{SUPERSCRIPT TWO}", "\N{SUPERSCRIPT TWO}"),
        ("1 2", "1 2"),
    ],
)
def test_a_selection_that_is_none(text, part):
    with pytest.raises(
        UsageError, match=f"--models {text}: '{part}' is neither a number nor a range"
    ):
        parse_selection(text)


def test_a_selection_of_nothing():
    with pytest.raises(UsageError, match="--models 5:5: selects no model"):
        parse_selection("5:5")


REFUSED = [
    ("a value beyond all", {"models": _models(10**400)}, "the parameter soma.L is 1000"),
    ("nested without end", "[" * 100_000, "is not a JSON file"),
    ("no JSON", "{", "is not a JSON file: "),
    ("no object", "[1]", r"holds a JSON list; expected an object with a list of models \(models, "),
    (
        "no list",
        {"a": 1, "b": 2},
        r"holds no models: expected one of the lists models, .* keys a, b",
    ),
    ("empty list", {"models": []}, "its list 'models' is empty"),
    ("list of nulls", {"final": [None, None]}, "its list 'final' is empty"),
    ("a model that is a number", {"models": [3]}, "model 0 has no parameters: expected an object"),
    ("no parameters", {"models": [*_models(1.0), {}]}, "model 1 has no parameters"),
    ("parameters are a text", {"models": [{"parameters": "x"}]}, "model 0 has no parameters"),
    (
        "too few values",
        {"parameters": HEADER, "models": [{"parameters": [1.0]}]},
        "model 0 has 1 parameters, but the header names 2",
    ),
    ("no header", {"models": [{"parameters": [1.0]}]}, "has 1 parameters, but the header names 0"),
    (
        "a value is a text",
        {"models": _models("3")},
        "model 0: the parameter soma.L is '3', which is no",
    ),
    (
        "a value is null",
        {"models": _models(None)},
        "the parameter soma.L is None, which is no number",
    ),
    (
        "a value is true",
        {"models": _models(True)},
        "the parameter soma.L is True, which is no number",
    ),
    (
        "a value is nan",
        {"models": _models(float("nan"))},
        "the parameter soma.L is nan, which is no",
    ),
    (
        "a value is inf",
        {"models": _models(float("inf"))},
        "the parameter soma.L is inf, which is no",
    ),
    ("an id twice", {"models": _models(1.0, 2.0, id=4)}, "two models have the same id"),
    (
        "header is a number",
        {"parameters": 3, "models": _models(1.0)},
        "header's parameters are not a",
    ),
    (
        "header of numbers",
        {"parameters": [3], "models": _models(1.0)},
        "header's parameters are not",
    ),
    (
        "header of objects",
        {"parameters": [{}], "models": _models(1.0)},
        "header's parameters are no",
    ),
    (
        "names that are numbers",
        {"parameters": [[[1, 2], "lin", 0, 1]], "models": [{"parameters": [0.5]}]},
        r"header's parameters are not a list of \[name, scale, low, high\]",
    ),
]


@pytest.mark.parametrize(
    ("content", "match"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED]
)
def test_refused(content, match, tmp_path):
    with pytest.raises(DatabaseError, match=rf"(?s)models\.json.*{match}"):
        read_models(_file(tmp_path, content))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DatabaseError, match=r"cannot read .*none\.json: No such file"):
        read_models(tmp_path / "none.json")


def test_a_folder(tmp_path):
    with pytest.raises(DatabaseError, match=r"cannot read .*: Is a directory"):
        read_models(tmp_path)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xff\xfe\x00\x81\x02")
    with pytest.raises(DatabaseError, match="is not a JSON file"):
        read_models(path)


def test_a_gzip_file_cut_at_any_byte(tmp_path):
    whole = gzip.compress(json.dumps({"models": _models(*range(50))}).encode())
    path = tmp_path / "a.json.gz"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DatabaseError, match=r"a\.json\.gz"):
            read_models(path)


def test_a_gzip_file_with_a_wrong_byte(tmp_path):
    whole = gzip.compress(json.dumps({"models": _models(*range(50))}).encode())
    path = tmp_path / "a.json.gz"
    for place in range(10, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with pytest.raises(DatabaseError, match=r"a\.json\.gz"):
            read_models(path)


_JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.floats(),
        st.sampled_from(["", "soma.L", "x"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*LIST_NAMES, "parameters", "id", "temperature", "soma.L"]), inner
        ),
    ),
    max_leaves=12,
)


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(_JSON, _JSON, _JSON)
def test_any_json_is_a_database_or_an_error_of_ours(tmp_path, header, models, whole):
    for content in (
        whole,
        {"parameters": header, "models": models},
        {"parameters": [header], "models": [{"parameters": models, "id": whole}]},
    ):
        path = _file(tmp_path, content)
        try:
            stored = read_models(path)
        except DatabaseError as error:
            assert path.name in str(error)  # noqa: PT017
            continue
        assert stored.models
        try:
            table = stored.table()
        except PyNeuronAutofitError:
            continue
        assert len(table) == len(stored.models)


def test_the_published_sample(shared):
    stored = read_models(shared / "data" / "P07-models-sample.json")
    assert len(stored.models) == 24
    assert [model.number for model in stored.models] == [12 * k for k in range(23)] + [276]
    assert stored.temperature_degC == 35.0
    table = stored.table()
    assert table.values.shape == (24, 32), "29 rows of the header, three of which set two places"
    assert np.isfinite(table.values).all()
    names = {path.text for paths in table.targets for path in paths}
    assert {"soma.L", "axon.Ra", "soma.Ra", "soma(0.5).TC_HH.gk_max"} <= names
