"""The commands that are named at the end of a fit: they work as they stand there."""

from __future__ import annotations

import contextvars
import shlex
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.cli.main import main
from pyneuronautofit.cli.runs.next_steps import next_commands
from pyneuronautofit.fitting import FitOptions
from pyneuronautofit.plugins import active_plugins


def progress(**changed):
    parts = {"interrupted": False, "given_up": "", "stopped": ""}
    archive = SimpleNamespace(rows=np.arange(3))
    return SimpleNamespace(**{**parts, "archive": archive, **changed})


def commands(how=None, project=None, store=Path("run.sqlite"), **options):
    config = FitOptions(recording="r.abf", **options)
    return dict(next_commands(store, config, how or progress(), project))


@pytest.mark.parametrize(("options", "how", "resumed"), [
    ({"algorithm": "N", "generations": 9}, {}, "-G 18"),
    ({"algorithm": "N", "evaluations": 90}, {}, "--evaluations 180"),
    ({"algorithm": "A", "evaluations": 90}, {}, "--evaluations 180 --extend"),
    ({"algorithm": "N", "generations": 9, "polish": 0.5}, {}, "-G 18 --extend"),
    ({"algorithm": "N", "minutes": 1.5}, {"stopped": "stopped"}, "--time 3"),
    ({"algorithm": "N", "stop_after": 7}, {"stopped": "stopped"}, "--stop-after 14"),
    ({"algorithm": "N", "stop_after": "2floor"}, {"stopped": "stopped"}, "--stop-after 30"),
    ({"algorithm": "N", "minutes": 1.5, "generations": 0}, {}, "-G 1"),
])  # fmt: skip
def test_how_a_run_goes_on(options, how, resumed):
    said = commands(progress(**how), **options)
    assert said["let it go on"] == f"pyneuronautofit --resume run.sqlite {resumed}"
    assert said["look at it"] == "pyneuronautofit report run.sqlite"
    assert said["how certain it is"] == "pyneuronautofit certainty run.sqlite"
    assert said["what it has done"] == "pyneuronautofit status run.sqlite"


def test_after_an_interruption_it_goes_on_as_it_was():
    said = commands(progress(interrupted=True), algorithm="A", evaluations=9)
    assert next(iter(said)) == "go on with it"
    assert said["go on with it"] == "pyneuronautofit --resume run.sqlite"
    assert "let it go on" not in said
    assert "how certain it is" not in said


def test_workers_are_named_where_it_goes_on(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    who = {"scheduler_file": str(tmp_path / "w" / "scheduler.json"), "workers_wait": 5.0}
    said = commands(progress(interrupted=True), **who)
    flags = "--scheduler-file w/scheduler.json --workers-wait 5.0"
    assert said["go on with it"] == f"pyneuronautofit --resume run.sqlite {flags}"
    said = commands(algorithm="N", generations=9, workers="tcp://a:1")
    assert said["let it go on"].endswith("-G 18 --workers tcp://a:1")


def test_where_nothing_was_found_there_is_nothing_to_look_at():
    nothing = SimpleNamespace(rows=np.arange(0))
    assert list(commands(progress(given_up="all failed", archive=nothing))) == ["what it has done"]


def test_paths_are_words_of_a_shell(tmp_path, monkeypatch):
    (tmp_path / "a b").mkdir()
    monkeypatch.chdir(tmp_path)
    said = commands(store=tmp_path / "a b" / "it's.sqlite")
    assert shlex.split(said["look at it"])[-1] == "a b/it's.sqlite"


def test_a_project_of_another_folder_has_to_be_named_again(tmp_path, monkeypatch):
    for folder in ("here", "far"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    far, near = tmp_path / "far" / "project.py", tmp_path / "here" / "project.py"
    said = commands(project=far, store=tmp_path / "here" / "run.sqlite")
    for what in ("look at it", "how certain it is", "let it go on"):
        assert said[what].endswith(f" --project {far}")
    assert "--project" not in said["what it has done"]
    assert "--project" not in str(commands(project=near))
    # It is loaded where the run is.
    assert "--project" not in str(commands(project=far, store=tmp_path / "far" / "run.sqlite"))


def test_what_is_named_works(command, recording, hh_project, tmp_path, monkeypatch):
    """Those of a real fit, from another folder than the run's, with blanks in its name."""
    (tmp_path / "elsewhere").mkdir()
    words = ("-A", "N", "-m", "OV", "-G", "1", "-P", "4", "--seed", "3", "--dt", "0.1", "-n", "1")
    out = tmp_path / "my results"
    monkeypatch.chdir(tmp_path / "elsewhere")
    answer = command(*words, "-a", "run", "--project", hh_project, "--output", out, recording)
    named = [line.partition(":")[2].strip() for line in answer.out.splitlines()[-4:]]
    for line in named:
        program, *rest = shlex.split(line)
        assert program == "pyneuronautofit"
        assert main(rest) == 0, line
    assert (out / "run-report.html").exists()
    assert "generation 2/2" in command("status", "--output", out, "--watch").out


PLUG_IN = """
from pyneuronautofit.plugins import objective

@objective
def highest(voltage_mV):
    return voltage_mV.max(axis=1)
"""


def test_files_of_plug_ins_are_named_again(command, recording, hh_project, tmp_path, monkeypatch):
    """Also where those of the run are, and where the user stands elsewhere; and the page of one."""
    (tmp_path / "my modes.py").write_text(PLUG_IN)
    words = ("-A", "N", "-m", "{highest}", "-G", "1", "-P", "4", "--seed", "3", "--dt", "0.1")
    more = ("-n", "1", "-a", "run", "--project", hh_project, "--plugin", "my modes.py")
    answer = command(*words, *more, recording)
    assert answer.code == 0, answer.err
    named = [line.partition(":")[2].strip() for line in answer.out.splitlines()[-4:]]
    for line in named:
        assert shlex.split(line)[-2:] == ["--plugin", "my modes.py"] or " status " in line
        program, *rest = shlex.split(line)
        assert program == "pyneuronautofit"
        # Another command knows nothing of this one's plug-ins.
        assert contextvars.Context().run(main, rest) == 0, line
    monkeypatch.chdir(hh_project)
    with active_plugins(files=[tmp_path / "my modes.py"]):
        assert commands()["look at it"].endswith(f" --plugin '{tmp_path}/my modes.py'")
