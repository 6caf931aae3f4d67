"""Command lines become records, and records say what they take."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pyneuronautofit._options import FITTING, RUN, at_least, option
from pyneuronautofit.cli.parser import given_options, make_parser, parse_config
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitConfig


@dataclass(frozen=True, kw_only=True)
class Config:
    """One option of each kind."""

    where: str = option("", group="", metavar="WHERE", parse=str, help="a place")
    more: tuple[str, ...] = option((), group="", metavar="MORE", parse=str, place=1, help="others")
    level: float = option(
        0.5, "-l", "--level", group=RUN, metavar="MV", parse=float, check=at_least(-9), help="50 %"
    )
    window: tuple[int, int] | None = option(
        None, "--window", group=RUN, metavar="N", parse=int, count=2, help="from and to"
    )
    names: tuple[str, ...] = option((), "--name", group=RUN, metavar="X", parse=str, help="names")
    loud: bool = option(False, "-u", "--loud", group=FITTING, help="the default is to be quiet")
    made: int = option(
        7, "--made", group=FITTING, metavar="N", parse=int, place=-1, help=lambda: "made late"
    )


def parsed(*words):
    return parse_config(Config, words, "prog", "does")


def test_defaults_and_every_kind_of_option():
    assert parsed("here") == Config(where="here")
    words = ["-u", "-l", "2", "--window", "3", "4", "--name", "a", "--name=b", "here", "c", "d"]
    assert parsed(*words) == Config(
        where="here", more=("c", "d"), level=2.0, window=(3, 4), names=("a", "b"), loud=True
    )


@pytest.mark.parametrize("word", ["-2", "-2.5", "-.5", "-1e-3", "-0"])
def test_negative_numbers_are_values_in_any_notation(word):
    assert parsed("-l", word, "here").level == float(word)
    assert parsed("--level", word, "here").level == float(word)


@pytest.mark.parametrize(("words", "message"), [
    ((), r"required: WHERE.* See prog --help"),
    (("here", "--lev", "2"), r"no option --lev; did you mean --level\? All options: prog --help"),
    (("here", "--nonsense"), r"there is no option --nonsense\. All options"),
    (("here", "-l", "high"), r"-l.*invalid float value: 'high'"),
    (("here", "--window", "3"), r"--window.*expected 2"),
    (("here", "-l", "-10"), r"-l/--level -10\.0: expected a number of at least -9"),
], ids=str)  # fmt: skip
def test_mistakes_are_errors_of_ours(words, message):
    with pytest.raises(UsageError, match=message):
        parsed(*words)


def test_what_stands_on_the_command_line():
    def given(*words):
        return given_options(Config, words, "prog", "does")

    assert given("here") == {"where": "here"}
    # Also where it says what is so by default.
    assert given("here", "-l", "0.5", "-u") == {"where": "here", "level": 0.5, "loud": True}
    with pytest.raises(UsageError, match="at least -9"):
        given("here", "-l", "-10")


def test_the_help_has_groups_defaults_and_what_is_made_late():
    text = " ".join(make_parser(Config, "prog", "does", "the end").format_help().split())
    assert "50 % (default 0.5)" in text
    assert "from and to" in text
    assert "from and to (default" not in text
    assert "quiet (default" not in text
    assert "made late (default 7)" in text
    assert text.index("Fitting:") < text.index("made late") < text.index("quiet")
    assert text.index("quiet") < text.index("Run:") < text.index("50 %") < text.index("the end")
    assert "Model:" not in text


def test_the_help_says_who_reads_an_option():
    text = " ".join(make_parser(FitConfig, "prog", "does").format_help().split())
    assert "number of spikes for evaluation; read by modes T, S, W (default 2)" in text
    assert "read by algorithm K (default 0.05)" in text
    assert "basic mutation rate; read by algorithms K, N, M, P (default 0.1)" in text
    # Everybody reads it.
    assert "Auto does so by itself (default 0.0)" in text


def test_names_stand_on_both_sides_of_flags():
    expected = Config(where="here", more=("c", "d", "e"), level=2.0, names=("a", "b"))
    for words in (
        "here c -l 2 d --name a e --name b",
        "-l 2 here --name a c d --name b e",
        "here --name a --name b -l 2 c d e",
    ):
        assert parsed(*words.split()) == expected
    given = given_options(Config, ["here", "-l", "2", "c"], "prog", "does")
    assert given == {"where": "here", "level": 2.0, "more": ("c",)}
    # Behind -- there are no flags, and what looks like one before it is no name.
    assert parsed("here", "c", "--", "-l", "2").more == ("c", "-l", "2")
    with pytest.raises(UsageError, match="unrecognized arguments: d"):
        parsed("here", "c", "-l", "2", "d", "--", "e")
    with pytest.raises(UsageError, match="-x"):
        parsed("here", "-l", "2", "-x", "c")
