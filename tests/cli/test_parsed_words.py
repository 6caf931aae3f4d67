"""From words to options: what a parser makes of any."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pyneuronautofit._options import option
from pyneuronautofit._words import real, text, whole
from pyneuronautofit.cli.parser import given_options, parse_config
from pyneuronautofit.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Config:
    name: str = option("", group="", metavar="NAME", parse=text, help="a name")
    size: int = option(3, "-s", "--size", group="", metavar="N", parse=whole, help="its size")
    pair: tuple[float, float] | None = option(
        None, "--pair", group="", metavar="X", parse=real, count=2, help="two numbers"
    )
    loud: bool = option(False, "-l", "--loud", group="", help="whether it is loud")


def parsed(*words):
    return parse_config(Config, words, "test", "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["x"], Config(name="x")),
        (["-s", "-7", "x"], Config(name="x", size=-7)),
        (["--size=-7", "x"], Config(name="x", size=-7)),
        (["--pair", "1e3", ".5", "x", "-l"], Config(name="x", pair=(1000.0, 0.5), loud=True)),
        (["-s", "1", "--", "--size"], Config(name="--size", size=1)),
        (["--", "--"], Config(name="--")),
    ],
)
def test_words_become_options(words, expected):
    assert parsed(*words) == expected


def test_only_what_stands_there_is_given():
    assert given_options(Config, ["x", "-s", "3"], "test", "") == {"name": "x", "size": 3}


@pytest.mark.parametrize(
    "words", [["-s", "--"], ["-s=--"], ["-s--"], ["--size=--"], ["--size", "--"]]
)
def test_two_dashes_are_no_value(words):
    for order in (["x", *words], [*words, "x"]):
        with pytest.raises(UsageError, match=r"-s|--size"):
            parsed(*order)


@pytest.mark.parametrize("word", ["9" * 5000, "x" * 5000, "1e999"])
@pytest.mark.parametrize("flag", ["-s", "--size=", "--pair", ""])
def test_no_message_is_longer_than_a_screen(flag, word):
    words = [flag + word] if flag.endswith("=") else [flag, word, "1"] if flag else ["x", word]
    with pytest.raises(UsageError) as refused:
        parsed("x", *words)
    assert len(str(refused.value)) < 700
    assert str(refused.value).endswith(". See test --help")
