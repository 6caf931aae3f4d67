"""Whatever is typed as a value, of any option of any command: an answer or one message, and soon.

The tests go over all options: a new one is tested by being declared. What the commands read is
sound, so whatever is not refused runs. Nobody's time is measured: what would take for ever, or the
whole memory, does not end within minutes.
"""

from __future__ import annotations

import json
import resource
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cli.commands import CALLED, options, words_of
from cli.conftest import HH_PROJECT, write_recording
from pyneuronautofit._words import FileWord, Use, real, whole
from pyneuronautofit.cli.main import main

NUMBERS = (
    "9" * 20, "-" + "9" * 20, "9" * 300, "9" * 5000, "0." + "0" * 5000 + "1", "1e999", "inf",
    "-inf", "nan", "1.7e308", "-1.7e308", "1e-300", "100000000", "-100000000", "0", "-1", "", "--",
)  # fmt: skip
TEXTS = (
    "0:99999999", "0:" + "9" * 20, "9" * 5000, "9" * 5000 + ":1", "5:3", ":", "-1", "", " ", "--",
    "x" * 300, "x" * 5000, "\u00b5" * 300, "[" * 2000, "(1, 0, 99999999999)", "{'o': 1}", "%s",
)  # fmt: skip
NAMES = (
    "--", "", " ", "x" * 250, "x" * 300, "x" * 5000, "\u00b5" * 250, "a/" + "x" * 300,
    "x/" * 3000, "..", "%s", "{}", "{}" * 200, "9" * 5000, "nothing", "db.json/x",
)  # fmt: skip
#: Of each kind those that tell most; the others are tried at night.
FIRST = frozenset(
    {"9" * 20, "9" * 5000, "inf", "1.7e308", "--", "0:99999999", "x" * 250, "x" * 300, "{'o': 1}"}
)
#: So long that only what has no end takes longer, also on a busy machine, s.
PATIENCE_S = 300
MOST_BYTES = 1 << 30

_HH = {"project": "model", "dt": "0.1"}
_PROBED = {"database": "db.json", "project": "model", "dt_ms": "0.1"}
#: What each command needs to do something, and not too much of it.
NEEDED = {
    "fit": {
        "recording": "cell.npz", "dry_run": "", "algorithm": "N", "modes": "OV",
        "population_size": "4", "project": "model",
    },
    "init": {
        "recording": "cell.npz", "project": "model", "force": "", "no_timing": "", "out": "x.toml",
    },
    "compare": {"recording": "cell.npz", "responses": "cell.npz", "modes": "O"},
    "sweeps": {"recording": "cell.npz"},
    "simulate": {**_HH, "models": "db.json", "recording": "cell.npz", "out": "out.npz"},
    "evaluate": {**_HH, "models": "db.json", "recording": "cell.npz", "modes": "O"},
    "polish": {
        **_HH, "models": "db.json", "recording": "cell.npz", "modes": "OV", "dry_run": "",
    },
    "completion": {"shell": "bash"},
    "export": {"run": "run"},
    "report": {"run": "run", "no_traces": ""},
    "certainty": {"run": "run"},
    "profile": {"run": "run", "parameter": "gl", "n_point": "3"},
    "status": {"run": "run"},
    "slurm fit": {"recording": "cell.npz", "n_run": "2", "project": "model"},
    "slurm workers": {"n_worker": "2"},
    "collect": {"runs": "run", "out": "out.json"},
    "benchmark": {"listed": ""},
    "import-model": {"source": "cell.hoc", "out": "imported"},
    "info": {"database": "db.json"},
    "select": {"database": "db.json", "selection": "0", "out": "out.json"},
    "merge": {"databases": "db.json", "out": "out.json"},
    "check": _PROBED,
    "final-check": {**_HH, "models": "db.json", "number": "0", "patterns": "{}.png"},
    "search-init": {**_PROBED, "seconds": "1"},
    "search-synmin": {**_PROBED, "ampa": "1", "nmda": "0", "accuracy_uS": "0.1"},
    "populations": {"sources": "db.json", "out": "out.png"},
    "plot-parmdist": {"database": "db.json", "out": "out.png"},
}  # fmt: skip


def cases():
    """Yield every option; one that several commands share is tried with the others at night."""
    tried = set()
    for command, field, option in options():
        if option.parse is None:
            continue
        same = (option.flags, option.parse, option.check)
        marks = [pytest.mark.nightly] if option.flags and same in tried else []
        tried.add(same)
        yield pytest.param(command, field, option, id=f"{command}-{field}", marks=marks)


def words_for(option):
    """Return what is tried as a value of an option."""
    if option.parse in (whole, real):
        return NUMBERS
    return NAMES if isinstance(option.parse, FileWord) else TEXTS


def command_lines(command, field, option, *, thorough) -> Iterator[list[str]]:
    for word in words_for(option):
        if word in FIRST or thorough:
            yield words_of(command, {**NEEDED[command], field: word})
    if option.flags:
        # Joined with its flag, a value that argparse itself takes for something else.
        line = words_of(command, {n: v for n, v in NEEDED[command].items() if n != field})
        n_word = len(CALLED.get(command, (command,)))
        yield [*line[:n_word], f"{option.flags[-1]}=--", *line[n_word:]]
        yield [*line[:n_word], f"{option.flags[0]}--", *line[n_word:]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A folder with a run, a recording, a database and a model."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "model").mkdir()
    (folder / "model" / "project.py").write_text(HH_PROJECT)
    write_recording(folder / "cell.npz")
    model = {"soma(0.5).hh.gnabar": 0.12, "soma(0.5).hh.gkbar": 0.036, "soma(0.5).hh.gl": 3e-4}
    content = {"targets": ["cell.npz"], "models": [{"parameters": model, "id": 0, "target": 0}]}
    (folder / "db.json").write_text(json.dumps(content))
    words = ["-A", "N", "-m", "OV", "-P", "4", "-G", "0", "--dt", "0.1", "--seed", "1", "-n", "1"]
    where = ["-a", "run", "--output", folder, "--project", folder / "model", folder / "cell.npz"]
    assert main([*words, *map(str, where)]) == 0
    return folder


@contextmanager
def patience(words):
    def give_up(_number, _frame):
        raise AssertionError(f"{[word[:40] for word in words]} does not end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.nightly)])
@pytest.mark.parametrize(("name", "field", "option"), list(cases()))
def test_any_word_is_answered(name, field, option, thorough, sound, command, tmp_path, monkeypatch):
    folder = tmp_path / "folder" / "sound"
    shutil.copytree(sound, folder)
    monkeypatch.chdir(folder)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for words in command_lines(name, field, option, thorough=thorough):
        shown = [word[:40] for word in words]
        with patience(words):
            answer = command(*words)
        assert answer.code in {0, 1, 2}, (shown, answer.err[-1000:])
        assert "Traceback" not in answer.err, shown
        if answer.code == 2:
            assert answer.err.count("error: ") == 1, (shown, answer.err[-1000:])
            assert len(answer.err) < 8000, (shown, len(answer.err))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < MOST_BYTES
    # Only the folder above can be named by "..", and nothing is left there but by `--output ..`.
    beside = {path.name for path in folder.parent.iterdir()} - {"sound"}
    assert not beside or (isinstance(option.parse, FileWord) and option.parse.use is Use.FOLDER)


def test_every_command_has_what_it_needs():
    assert {command for command, _field, _option in options()} == set(NEEDED)


def test_a_run_that_would_take_for_ever_can_be_planned(sound, command, monkeypatch):
    monkeypatch.chdir(sound)
    words = ("-A", "K", "-m", "OV", "-G", "100000000", "-P", "10", "-E", "2", "--dry-run")
    with patience(words):
        answer = command(*words, "--project", "model", "cell.npz")
    assert answer.code == 0, answer.err
    assert "100000000 generation(s), 800000010 evaluations" in answer.out
