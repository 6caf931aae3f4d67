"""Options: the fields that the command line is made from."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pyneuronautofit._options import (
    above,
    at_least,
    between,
    field_names,
    json_keys_of,
    not_zero,
    one_of,
    same_option,
    stored,
    taken,
)
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions, check_options, option, options_of


@dataclass(frozen=True, kw_only=True)
class Config:
    size: int = option(3, "-s", "--size", group="g", help="size", parse=int, check=at_least(1))
    kind: str = option(
        "a", "--kind", group="g", help="kind", parse=str, check=one_of("a", "b"), json_key="sort"
    )


def test_defaults_are_allowed():
    check_options(Config())


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"size": 0}, UsageError, r"-s/--size 0: expected a number of at least 1"),
        ({"size": float("nan")}, UsageError, r"-s/--size nan"),
        ({"kind": "d"}, UsageError, r"--kind d: expected one of a, b"),
    ],
)
def test_other_values_are_refused(changed, error, message):
    with pytest.raises(error, match=message):
        check_options(Config(**changed))


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (at_least(2), 2, 1.9),
        (above(2), 2.1, 2),
        (between(0, 1), 1, 1.1),
        (one_of("x"), "x", "y"),
        (not_zero, -1, 0),
    ],
)
def test_checks_say_what_is_expected(check, good, bad):
    assert check(good) is None
    assert check(bad)


def test_an_upper_end_may_be_given():
    check = above(0, 10)
    assert check(10) is None
    assert check(10.5) == "a number above 0, at most 10"
    assert check(float("inf"))


@dataclass(frozen=True, kw_only=True)
class Other(Config):
    size: int | None = same_option(Config, "size", default=None, flags=("-z",), help=lambda: "made")
    note: str = stored("", "remark")


def test_an_option_is_declared_again_with_what_is_different():
    described, default = options_of(Other)["size"]
    assert (described.flags, described.text, default) == (("-z",), "made", None)
    before = options_of(Config)["size"][0]
    assert (described.parse, described.check) == (before.parse, before.check)
    assert (before.text, before.name, described.name) == ("size", "-s", "-z")


def test_what_files_hold():
    assert json_keys_of(Other) == {"note": "remark", "kind": "sort"}
    assert "note" not in options_of(Other)


def test_records_take_values_from_each_other_by_name():
    @dataclass(frozen=True)
    class Part:
        kind: str
        more: int

    assert field_names(Part) == ("kind", "more")
    assert taken(Part, Config(size=9, kind="b"), more=4) == Part("b", 4)
    with pytest.raises(AttributeError, match="more"):
        taken(Part, Config())


def test_no_flag_is_declared_twice():
    flags = [
        flag for described, _default in options_of(FitOptions).values() for flag in described.flags
    ]
    assert len(flags) == len(set(flags))
    assert options_of(FitOptions)["generations"][1] == 256
