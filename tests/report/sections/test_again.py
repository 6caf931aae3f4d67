"""How to do it again: the command lines, as a reader pastes them."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pyneuronautofit import __version__
from pyneuronautofit.report.sections import again
from pyneuronautofit.report.sections.again import program, reproduce
from pyneuronautofit.runs import open_run
from report._content import EVIL, content_of, parsed, words
from report._made import info, make_run


@pytest.fixture(autouse=True)
def named(monkeypatch):
    """The program is found by its name."""
    found = str(Path(sys.executable).with_name("pyneuronautofit"))
    monkeypatch.setattr(again.shutil, "which", lambda _name: found)


def commands(run):
    section = parsed(reproduce(run, 7))
    lines = [each for each in section.iter("code") if each.get("class") == "line"]
    return [line.text for line in lines], words(section)


def test_how_to_do_it_again(tmp_path):
    with content_of(tmp_path) as content:
        lines, text = commands(content.run)
    store = tmp_path / "mine.sqlite"
    assert lines == [
        "cd /r && pyneuronautofit -m OV cell.abf --seed 7",
        f"pyneuronautofit --resume {store}",
        f"pyneuronautofit status {store}",
        f"pyneuronautofit export {store} --formats csv",
        f"pyneuronautofit export {store} --scripts 7",
        f"pyneuronautofit report {store}",
    ]
    assert "It was begun in /r." in text
    assert text.endswith(f"This page was made by pyneuronautofit {__version__}.")


def test_a_reader_who_pastes_it_agrees_to_the_project_file(tmp_path):
    places = {"recording": None, "project": "/my p/project.py", "directory": "/p"}
    settings = {**info().settings, "plugins": ["own.py"]}
    with content_of(tmp_path, about=info(places=places, settings=settings)) as content:
        lines, _text = commands(content.run)
    own = " --project '/my p/project.py' --plugin /p/own.py"
    agreeing = [line for line in lines if line.endswith(own)]
    assert [line.split()[1] for line in agreeing] == ["--resume", "export", "report"]


@pytest.mark.parametrize("word", ["--seed 7", "--seed=7"])
def test_a_seed_that_was_given_is_not_said_twice(tmp_path, word):
    header = replace(info().header, command=f"pyneuronautofit {word} cell.abf")
    with content_of(tmp_path, about=info(header=header)) as content:
        assert commands(content.run)[0][0] == f"cd /r && pyneuronautofit {word} cell.abf"


def test_a_stamp_that_was_given_is_another_one_the_second_time(tmp_path):
    settings = {**info().settings, "run_stamp": "mine"}
    with content_of(tmp_path, about=info(settings=settings)) as content:
        assert commands(content.run)[0][0].endswith(" --seed 7 -a mine-again")


@pytest.mark.parametrize("command", ["fit('a')", "pyneuronautofit 'a"])
def test_what_was_no_command_line_stays_what_it_is(tmp_path, command):
    header = replace(info().header, command=command)
    with content_of(tmp_path, about=info(header=header)) as content:
        assert commands(content.run)[0][0] == command


def test_a_name_with_a_space(tmp_path):
    path = make_run(tmp_path / "my run.sqlite", [[[1, 2, 3]]])
    with open_run(path) as run:
        assert commands(run)[0][1] == f"pyneuronautofit --resume '{path}'"


def test_a_program_of_another_environment_is_not_called(monkeypatch):
    monkeypatch.setattr(again.shutil, "which", lambda _name: "/elsewhere/pyneuronautofit")
    assert program() == f"{shlex.quote(sys.executable)} -m pyneuronautofit"


def test_without_a_model_there_is_no_script(tmp_path):
    with content_of(tmp_path, []) as content:
        assert "--scripts" not in reproduce(content.run)


def test_no_text_becomes_markup(tmp_path):
    places = {"recording": EVIL, "project": EVIL, "directory": EVIL}
    header = replace(info().header, command=EVIL)
    with content_of(tmp_path, about=info(places=places, header=header)) as content:
        found = parsed(reproduce(content.run))
    assert not list(found.iter("script"))
    assert EVIL in words(found)


def test_they_work_from_another_directory(tmp_path, monkeypatch):
    """What is written of a run that was made up can be asked for by a shell, anywhere."""
    monkeypatch.undo()
    (tmp_path / "a run").mkdir()
    (tmp_path / "elsewhere").mkdir()
    with open_run(make_run(tmp_path / "a run" / "mine.sqlite", [[[1, 2, 3]]])) as run:
        lines, _text = commands(run)
    for line in lines:
        if " status " in line or " --formats " in line:
            done = subprocess.run(
                ["/bin/sh", "-c", line],
                cwd=tmp_path / "elsewhere",
                check=False,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
    assert (tmp_path / "a run" / "mine-evaluations.csv").is_file()
