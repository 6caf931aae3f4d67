"""Which commands and flags are meant by words that are none."""

from __future__ import annotations

import pytest

from pyneuronautofit.cli.commands import COMMANDS
from pyneuronautofit.cli.misspelt import refuse_misspelt_command, refuse_misspelt_flags
from pyneuronautofit.errors import UsageError

FLAGS = ("-h", "--help", "-e", "-t", "--evaluations", "--eval-mode", "--seed", "-G", "--out")


@pytest.mark.parametrize(("word", "meant"), [
    ("reprot", "report"), ("simulat", "simulate"), ("search_init", "search-init"),
    ("finalcheck", "final-check"), ("Status", "status"), ("expport", "export"),
])  # fmt: skip
def test_a_command_that_is_meant(word, meant):
    with pytest.raises(UsageError, match=f"{word}: there is no command .*mean {meant}[?]"):
        refuse_misspelt_command([word, "run"], COMMANDS)


@pytest.mark.parametrize(
    "word", ["cell.abf", "./report", "x", "-m", "--reprot", "recording1", "", "report" * 999]
)
def test_what_may_be_a_recording_or_a_flag_is_left_to_the_fit(word):
    refuse_misspelt_command([word], COMMANDS)
    refuse_misspelt_command([], COMMANDS)


def test_a_file_that_is_there_is_a_recording(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reprot").touch()
    refuse_misspelt_command(["reprot"], COMMANDS)


@pytest.mark.parametrize(("word", "said"), [
    ("--evaluatons", "--evaluatons; did you mean --evaluations?"),
    ("--evaluatons=20", "--evaluatons; did you mean --evaluations?"),
    ("-evaluations", "-evaluations; did you mean --evaluations?"),
    ("-seed=3", "-seed; did you mean --seed?"),
    ("--eval", "--eval; did you mean --evaluations, --eval-mode?"),
    ("-g", "-g; did you mean -G?"),
    ("-x", "-x."),
    ("--frobnicate", "--frobnicate."),
    ("-seeed", "-seeed; did you mean --seed?"),
])  # fmt: skip
def test_a_flag_that_is_meant(word, said):
    with pytest.raises(UsageError) as refused:
        refuse_misspelt_flags(["cell.abf", word, "7"], FLAGS, "prog")
    assert str(refused.value) == f"there is no option {said} All options: prog --help"


def test_what_is_no_flag_is_left_alone():
    words = ["-e", "-t-10", "-t=3", "--seed=1", "-3", "-.5e3", "-", "--out", "a", "--", "--unknown"]
    refuse_misspelt_flags(words, FLAGS, "prog")
    refuse_misspelt_flags(["-- a text with blanks"], FLAGS, "prog")
