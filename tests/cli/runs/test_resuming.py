"""Command lines with --resume: which run is meant, and what else they say."""

from __future__ import annotations

import sqlite3

import pytest

from pyneuronautofit.cli.runs.resuming import asks_to_resume, resume_request
from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import open_run


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        (["--resume", "mine"], True), (["a.abf", "--resume=mine"], True), (["a.abf"], False),
        (["--resumed", "x"], False), (["-a", "resume"], False),
        (["--resume-or-start", "-a", "x"], False),
    ],
)  # fmt: skip
def test_a_command_line_asks_to_resume(words, asks):
    assert asks_to_resume(words) is asks


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three folders, the first of them the present one."""
    monkeypatch.chdir(tmp_path)
    folders = [tmp_path, tmp_path / "out", tmp_path / "in"]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    return folders


WORDS = ("--resume", "mine", "--output", "out", "in/cell.abf", "-G", "20")


def test_a_run_is_sought_in_the_output_beside_the_recording_and_here(places):
    here, out, beside = (folder / "mine.sqlite" for folder in places)
    for store in (here, beside, out):
        store.touch()
        found, _given = resume_request(WORDS, "p", "d")
        assert found.resolve() == store
    found, given = resume_request(WORDS[:2], "p", "d")
    assert found == here
    assert given == {"resume": "mine"}


def test_what_stands_on_the_command_line_is_told_and_nothing_else(places):
    (places[0] / "mine.sqlite").touch()
    _found, given = resume_request(WORDS, "p", "d")
    assert given == {
        "resume": "mine", "output": "out", "recording": "in/cell.abf", "generations": 20,
    }  # fmt: skip


def test_a_run_that_is_nowhere(places):
    with pytest.raises(RunError, match=rf"no run mine: .*; {places[0]} has none"):
        resume_request(WORDS, "p", "d")


FIT = ("-A", "N", "-m", "OV", "-P", "8", "--seed", "3", "--dt", "0.1", "-n", "1", "-k", "[0, 2]")


@pytest.fixture
def fit(command, recording, hh_project, tmp_path):
    """Runs one command, which may begin a run or go on with it."""

    def run(*words, fit=FIT, project=hh_project):
        where = ("--project", project, "--output", tmp_path / "out", recording)
        return command("--resume-or-start", "-a", "mine", *fit, *words, *where)

    return run


def test_a_run_is_begun_gone_on_with_and_left_alone(fit, command, recording, hh_project, tmp_path):
    answer = fit("-G", "2")
    assert answer.code == 0, answer.err
    answer = fit("-G", "2")
    assert answer.code == 0, answer.err
    assert answer.out == "mine has ended already (finished), after 24 evaluations: nothing to do\n"
    # Longer than it was: it goes on, and is what it would have been.
    assert fit("-G", "4").code == 0
    words = ("-G", "4", "--project", hh_project, "-a", "whole", recording)
    assert command(*FIT, *words).code == 0
    stores = [tmp_path / "out" / "mine.sqlite", tmp_path / "whole.sqlite"]
    with open_run(stores[0]) as mine, open_run(stores[1]) as whole:
        assert len(mine.sessions) == 2
        assert mine.evaluations().scores.tobytes() == whole.evaluations().scores.tobytes()


def test_a_store_that_was_cut_off_goes_on(fit, tmp_path):
    assert fit("-G", "1").code == 0
    with sqlite3.connect(tmp_path / "out" / "mine.sqlite") as connection:
        connection.execute("DELETE FROM session")
    connection.close()
    assert "nothing to do" not in fit("-G", "1").out


OTHERS = [
    ({"-P": "10"}, "the run has -P 8, but -P 10 is asked for"),
    ({"-P": None}, "the run has -P 8, but -P at its default is asked for"),
    ({"-A": "K"}, "-A"),
    ({"-m": "O"}, "the run has -m OV, but -m O is asked for"),
    ({"--seed": "4"}, "the run has --seed 3, but --seed 4 is asked for"),
    ({"-k": None}, "-k at its default is asked for"),
    ({"-k": "[0, 1]"}, "-k [0, 1] is asked for"),
    ({"-G": None}, "the run has -G 1, but -G 256 is asked for"),
    ({"--dt": None}, "--dt at its default is asked for"),
]


def test_another_command_is_refused(fit):
    assert fit("-G", "1").code == 0
    for changed, said in OTHERS:
        given = dict(zip(FIT[::2], FIT[1::2])) | {"-G": "1"} | changed
        answer = fit(fit=[word for pair in given.items() if pair[1] for word in pair])
        assert answer.code == 2
        assert said in answer.err
        assert "--resume-or-start -a mine: " in answer.err
        assert "The command has to be the one that began the run" in answer.err


def test_what_does_not_decide_the_result_may_be_another(fit, tmp_path):
    assert fit("-G", "1").code == 0
    (tmp_path / "mask.txt").write_text("[0,  2]  # the same\n")
    given = [*FIT[:-2], "-k", "mask.txt", "-G", "1", "-n", "2", "-v", "DEBUG", "-d", "3"]
    answer = fit(fit=given)
    assert answer.code == 0, answer.err
    assert "nothing to do" in answer.out
    # Nobody has said which seed.
    given.remove("--seed")
    given.remove("3")
    assert "nothing to do" in fit(fit=given).out


def test_it_has_to_say_how_the_run_is_called(command, recording):
    answer = command("--resume-or-start", *FIT, recording)
    assert answer.code == 2
    assert "--resume-or-start: expected -a STAMP, too" in answer.err
    answer = command("--resume-or-start", "-a", "x", "--resume", "x", *FIT, recording)
    assert answer.code == 2
    assert "leave one of them out" in answer.err
    answer = command("--prepare", "--dry-run", *FIT, recording)
    assert answer.code == 2
    assert "leave one of them out" in answer.err


def test_a_run_in_which_everything_failed_has_ended_too(fit, hh_project):
    text = (hh_project / "project.py").read_text().replace("hh.gkbar > 0.5", "hh.gkbar != 0.036")
    (hh_project / "project.py").write_text(text)
    words = ("-P", "40", "-G", "9")
    assert fit(*words).code == 3
    answer = fit(*words)
    assert answer.code == 3
    assert "mine has ended already (all 120 candidates failed" in answer.out
