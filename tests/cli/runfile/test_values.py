"""Values of TOML as those of options."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from pyneuronautofit.cli.runfile.keys import keys_of
from pyneuronautofit.cli.runfile.values import (
    UnusableValue,
    as_toml,
    expected_of,
    option_value,
    recordings_value,
    spelt,
    weights_table,
    weights_value,
)
from pyneuronautofit.cli.traces.evaluate import EvaluateConfig
from pyneuronautofit.fitting import FitOptions

KEYS = {
    key.field: key for key in (*keys_of(EvaluateConfig).values(), *keys_of(FitOptions).values())
}


def value_of(field, toml):
    (value,) = tomllib.loads(f"x = {toml}").values()
    return option_value(KEYS[field], value, Path("conf"))


@pytest.mark.parametrize(
    ("field", "toml", "expected"),
    [
        ("collapse", "true", True),
        ("collapse", "false", False),
        ("seed", "3", 3),
        ("temperature_degC", "35", 35.0),
        ("temperature_degC", "3.5e1", 35.0),
        ("stimulus", "[100, 3.5e2]", (100.0, 350.0)),
        ("modes", '"OV"', "OV"),
        ("log_level", '"debug"', "DEBUG"),
        ("voltage_channel", "0", 0),
        ("voltage_channel", '"0"', 0),
        ("voltage_channel", '"Vm:mV"', "Vm:mV"),
        ("hold_out", '"1,3"', "1,3"),
        ("hold_out", "[1, 3]", "1,3"),
        ("hold_out", '[1, "3:5", "b.abf"]', "1,3:5,b.abf"),
        ("sweeps", "4", "4"),
        ("selection", "[0, 2]", "0,2"),
        ("mask", '"[0, 4]"', "[0, 4]"),
        ("mask", "[0, 4]", "[0, 4]"),
        ("mask", "5", "5"),
        ("mask", "{O = [4, 6], V = 8}", "{'O': [4, 6], 'V': 8}"),
        ("output", '"out"', "conf/out"),
        ("plugins", '"mine.py"', ("conf/mine.py",)),
        ("plugins", '["mine.py", "/a/b.py"]', ("conf/mine.py", "/a/b.py")),
        ("figure", '"/a/fit.png"', "/a/fit.png"),
    ],
)
def test_values(field, toml, expected):
    found = value_of(field, toml)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("field", "toml", "expected"),
    [
        ("collapse", "1", "true or false"),
        ("collapse", '"yes"', "true or false"),
        ("seed", "true", "a whole number"),
        ("seed", "1.0", "a whole number"),
        ("seed", '"1"', "a whole number"),
        ("seed", "-1", "a number of at least 0"),
        ("seed", "1" * 25, "a whole number of at most 9223372036854775807"),
        ("temperature_degC", '"35"', "a number"),
        ("temperature_degC", "nan", "a number"),
        ("temperature_degC", "inf", "a number"),
        ("temperature_degC", "1" * 400, "a number"),
        ("temperature_degC", "101", "a number from -20 to 100"),
        ("stimulus", "100", "a list of 2 numbers"),
        ("stimulus", "[100]", "a list of 2 numbers"),
        ("stimulus", '[100, "x"]', "a list of 2 numbers"),
        ("modes", "3", "a text"),
        ("modes", '["O", "V"]', "a text"),
        ("modes", "1979-05-27", "a text"),
        ("voltage_channel", "1.5", "a whole number or a text"),
        ("hold_out", "[1, 2.5]", "a text, or a list of sweeps"),
        ("hold_out", "[]", "a text, or a list of sweeps"),
        ("mask", "[]", "a mask as a text, a whole number, a list of sweeps, or a table"),
        ("mask", "{}", "a mask as a text"),
        ("mask", "[true]", "a mask as a text"),
        ("plugins", "[]", "the name of a file, or a list of such names"),
        ("plugins", "[1]", "the name of a file, or a list of such names"),
        ("simulator", '"fast"', "one of batch, neuron"),
        ("output", '""', "the name of a file"),
        ("output", "3", "the name of a file or a folder"),
        ("output", '"a\\u0000b"', "the name of a file cannot hold"),
        ("run_stamp", '"a/b"', "a part of a file's name"),
        ("modes", f'"{"x" * 20_000}"', "at most 10000 characters"),
    ],
)
def test_what_is_no_value(field, toml, expected):
    with pytest.raises(UnusableValue, match=f"^{re.escape(expected)}"):
        value_of(field, toml)


def test_recordings_are_one_or_a_list():
    key = KEYS["recording"]
    assert recordings_value(key, "a.abf", Path(), several=False) == ["a.abf"]
    both = ["a.abf", "b.abf:3"]
    assert recordings_value(key, both, Path("c"), several=True) == ["c/a.abf", "c/b.abf:3"]
    with pytest.raises(UnusableValue, match="one recording here: name it on the command line"):
        recordings_value(key, both, Path(), several=False)
    for wrong in ([], 3, ["a", 3]):
        with pytest.raises(UnusableValue, match=r"the name of a file, or a list"):
            recordings_value(key, wrong, Path(), several=True)


def test_weights_as_a_table_and_as_a_text():
    text = 'V = 2.0\nO = 3\n"{a,b}" = 0.5\nsweeps = {3 = 0.5, "0:2" = 1e-3, "b.abf" = 2}'
    table = tomllib.loads(text)
    assert weights_value(table) == "V=2,O=3,{a,b}=0.5,@3=0.5,@0:2=0.001,@b.abf=2"
    sweeps = table.pop("sweeps")
    lines = "\n".join(weights_table(table, sweeps))
    assert tomllib.loads(lines) == {**table, "sweeps": sweeps}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (3, "a table, such as"),
        ({}, "something in it"),
        ({"V": "x"}, "a number for 'V', such as V = 2.0"),
        ({"V": True}, "a number for 'V'"),
        ({"sweeps": 3}, "numbers by sweeps, such as sweeps ="),
        ({"sweeps": {"3": "x"}}, "numbers by sweeps"),
    ],
)
def test_what_are_no_weights(table, message):
    with pytest.raises(UnusableValue, match=f"^{re.escape(message)}"):
        weights_value(table)


@pytest.mark.parametrize(
    "value",
    [True, 3, -2.5, 1e-300, 1e22, "", 'a "b" \\ \n\t\x7f\x01\u00b5\U0001f9e0', ["a", "b"]],
)
def test_what_is_written_is_read_again(value):
    assert tomllib.loads(f"x = {as_toml(value)}") == {"x": value}


def test_words_of_a_command_line():
    assert [spelt(v) for v in (35.0, 0.5, -2, "x", 1e22)] == ["35", "0.5", "-2", "x", "1e+22"]


def test_every_option_says_what_it_expects():
    for key in KEYS.values():
        assert re.match(r"(a |the name of|true)", expected_of(key)), key
