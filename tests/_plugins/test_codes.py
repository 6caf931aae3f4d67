"""Mode strings: letters, and names in braces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyneuronautofit._plugins.codes import (
    braced,
    codes_of,
    for_file_name,
    is_code,
    name_in,
    split_modes,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.objectives import ALL_MODES


def test_letters_and_names():
    assert codes_of("OV") == ("O", "V")
    assert codes_of("O{latency}V{efel:AP_amplitude}") == (
        "O",
        "{latency}",
        "V",
        "{efel:AP_amplitude}",
    )
    assert codes_of("") == ()


@given(st.lists(st.sampled_from([*ALL_MODES, "{latency}", "{a.b}", "{efel:AP1_amp}"])))
def test_codes_make_their_string_again(codes):
    assert codes_of("".join(codes)) == tuple(codes)


@pytest.mark.parametrize("modes", ["{", "}", "O{latency", "latency}V", "{a{bc}}", "{{ab}}", "V}{O"])
def test_braces_that_do_not_match(modes):
    with pytest.raises(UsageError, match=r"a brace has no other one: .* such as \{latency\}"):
        codes_of(modes)


@pytest.mark.parametrize("name", ["", "a", "9lives", "a b", "a/b", "é" * 3, "a..b", "x" * 81, "-a"])
def test_what_is_no_name(name):
    assert not is_code(f"{{{name}}}")
    with pytest.raises(UsageError, match=r"has no name in its braces: expected two letters"):
        codes_of(f"O{{{name}}}")


@pytest.mark.parametrize("other", [None, 3, "", "OV", "{ab", "ab}", []])
def test_what_is_no_code(other):
    assert not is_code(other)


@given(st.text())
def test_any_text_is_split(text):
    found = split_modes(text)
    assert all(found)
    # Nothing is lost but braces without others.
    assert [c for c in "".join(found) if c not in "{}"] == [c for c in text if c not in "{}"]


def test_names_and_codes():
    assert (braced("latency"), braced("B")) == ("{latency}", "B")
    assert (name_in("{latency}"), name_in("B"), name_in("{")) == ("latency", "B", "{")


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ("OV", "OV"),
        ("OV{latency}", "OV+latency"),
        ("{ab}V{cd}{ef}", "ab+V+cd+ef"),
        ("{efel:AP_amplitude}", "efel.AP_amplitude"),
        ("{walk}", "walk"),
    ],
)
def test_as_a_part_of_a_file_name(modes, expected):
    assert for_file_name(modes) == expected


def test_of_very_many_the_end_is_left_out():
    text = for_file_name("O" + "{efel:AP_amplitude}" * 20)
    assert len(text) == 60
    assert text.endswith("+etc")
