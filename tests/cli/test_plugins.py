"""Plug-ins of a file on the command line, from --help to --resume."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pyneuronautofit._plugins import given_plug_ins

MINE = '''
import numpy as np

from pyneuronautofit.plugins import objective, reader, strategy


@objective(unit="mV", scale=10.0)
def depth(voltage_mV):
    """Lowest voltage."""
    return voltage_mV.min(axis=1)


@strategy
def stroll(x, rng, size, low, high):
    """Small steps from members."""
    chosen = rng.integers(len(x), size=size)
    return x[chosen] + 0.1 * rng.normal(size=(size, x.shape[1])) * (high - low)[chosen]


@reader(".zzz", name="our amplifier's")
def read_zzz(path):
    with np.load(path) as content:
        return content["v"], content["i"], 0.1
'''


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


@pytest.fixture
def fit(command, hh_project, mine):
    """Runs a small fit."""

    def run(*words):
        search = ["-G", "1", "-P", "5", "--seed", "1", "--dt", "0.1", "--project", hh_project]
        return command(*search, "--plugin", mine, *words)

    return run


@pytest.fixture
def fitted(fit, recording, tmp_path):
    """A run that uses a mode and a search of the file; its store and its final file."""
    weights = ["--weights", "{depth}=0.3,O=1", "-k", "{'{depth}': [0, 2]}"]
    answer = fit(
        "-m", "O{depth}", "-A", "stroll", *weights, "--output", tmp_path / "out", recording
    )
    assert answer.code == 0, answer.err
    (store,) = (tmp_path / "out").glob("*.sqlite")
    return answer, store, store.with_name(f"{store.stem}-final.json")


def test_a_run_and_what_it_leaves(fitted, command, mine, recording, hh_project):
    answer, store, final = fitted
    assert "modes O{depth}, 5 components" in answer.out
    assert "search      stroll, " in answer.out
    assert "best {depth}" in answer.out
    assert store.stem.endswith("-O+depth-Lstroll")
    head = json.loads(final.read_text())
    assert head["markers"] == ["O", "O", "O", "{depth}", "{depth}"]
    assert head["evaluation"]["mode"] == "O{depth}"
    assert head["evaluation"]["mask"] == {"{depth}": [0, 2]}
    assert head["evaluation"]["plugins"]["{depth}"].startswith("mine.py, SHA-256 ")
    # What a command lets there be is gone when it has ended.
    assert given_plug_ins() == ()
    words = ("evaluate", "--json", "--dt", "0.1", "--project", hh_project, final, recording)
    answer = command(*words, "--plugin", mine)
    assert answer.code == 0, answer.err
    expected = [record["fitness"] for record in json.loads(final.read_text())["final"]]
    assert [each["vector"] for each in json.loads(answer.out)] == expected
    answer = command("report", store, "--plugin", mine)
    assert answer.code == 0, answer.err
    assert "Lowest voltage" in store.with_name(f"{store.stem}-report.html").read_text()
    answer = command("collect", store, "--max", "{depth}=1e9", "-o", "db.json")
    assert answer.code == 0, answer.err
    answer = command("export", store, "--formats", "csv", "--output", "ex")
    assert answer.code == 0, answer.err
    # Those that were scored with another file are scored, and that is said.
    mine.write_text(MINE.replace("min(axis=1)", "min(axis=1) + 0.0"))
    words = ("evaluate", "--dt", "0.1", "--project", hh_project, final, recording)
    answer = command(*words, "--plugin", mine)
    assert answer.code == 0
    assert "{depth} is another one than the models were scored with" in answer.err


def test_without_the_file_that_is_said(fitted, command, recording, hh_project, mine):
    """The store names the file, and it lies where it lay; but nobody has named it now."""
    _answer, store, final = fitted
    marked = mine.with_name("executed")
    mine.write_text(f"open({str(marked)!r}, 'w').close()\n" + MINE)
    words = ("evaluate", "--dt", "0.1", "--project", hh_project, final, recording)
    missing = "it was made with -m {depth} of mine.py"
    for line in (words, ("--resume", store, "-G", "2")):
        answer = command(*line)
        assert answer.code == 2
        assert missing in answer.err
        assert "which is not there: give --plugin FILE.py, or install the package" in answer.err
    answer = command("report", store)
    assert answer.code == 0, answer.err
    assert "-A {stroll} of mine.py, which is not there" in answer.err
    page = store.with_name(f"{store.stem}-report.html").read_text()
    assert "{depth}" in page
    assert "a mode of a plug-in that is not there" in page
    answer = command("status", store)
    assert answer.code == 0, answer.err
    command("polish", store)
    assert not marked.exists()


def test_a_run_goes_on_with_the_same_file_by_any_name(fitted, command, mine, tmp_path):
    _answer, store, _final = fitted
    moved = tmp_path / "moved.py"
    mine.rename(moved)
    answer = command("--resume", store, "-G", "2", "--plugin", moved)
    assert answer.code == 0, answer.err
    assert "finished: 15 evaluations" in answer.out
    answer = command("polish", store, "--evaluations", "8", "--plugin", moved, "-a", "polished")
    assert answer.code == 0, answer.err
    assert "modes O{depth}" in answer.out
    moved.write_text(MINE.replace("voltage_mV.min", "voltage_mV.max"))
    answer = command("--resume", store, "-G", "3", "--plugin", moved)
    assert answer.code == 2
    assert "the plug-in -m {depth} is another one than it was (mine.py, SHA-256" in answer.err


def test_packages_are_not_looked_for_where_nobody_needs_them(command, recording, monkeypatch):
    """That takes a while where many are installed."""

    def refuse(**_group):
        raise AssertionError

    monkeypatch.setattr("importlib.metadata.entry_points", refuse)
    for words in (("sweeps", recording), ("-m", "OV", "-A", "Auto", "--dry-run", recording)):
        answer = command(*words)
        assert answer.code == 0, answer.err


def test_help_names_them(command, mine):
    text = " ".join(command("--help", "--plugin", mine).out.split())
    assert "{depth} - Lowest voltage; {efel:NAME}, a feature of eFEL; or a name in braces" in text
    assert "stroll - Small steps from members" in text
    assert "K, N, M, P, A, D, L, C " in text
    assert "Lowest voltage" not in command("--help").out


def test_a_recording_of_ones_own_format(command, mine, tmp_path):
    with np.load(_made(tmp_path)) as content:
        voltage, current = content["v"], content["i"]
    answer = command("sweeps", tmp_path / "cell.zzz", "--plugin", f"{mine}")
    assert answer.code == 0, answer.err
    np.savez(tmp_path / "responses.npz", voltage=voltage)
    words = ("compare", tmp_path / "cell.zzz", tmp_path / "responses.npz", f"--plugin={mine}")
    answer = command(*words, "-m", "V{depth}", "--stimulus", "20", "40")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out) == {"marks": "VV{depth}{depth}", "vector": [0.0] * 4}
    assert current.shape == voltage.shape
    answer = command("sweeps", tmp_path / "cell.zzz")
    assert answer.code == 2
    assert "the file has i, v. Add what is missing" in answer.err


def _made(folder):
    current = np.zeros((2, 600))
    current[:, 200:400] = 50.0
    path = folder / "cell.zzz"
    with path.open("wb") as stream:
        np.savez(stream, v=-65.0 + 0.1 * current, i=current)
    return path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ["-m", "{deth}"],
            "{deth} is an evaluation mode of a plug-in that is not there: give --pl",
        ),
        (["-m", "{deth}"], "or is {depth} meant?"),
        (["-m", "O{depth"], "-m O{depth: a brace has no other one"),
        (["-m", "O{}"], "{} has no name in its braces"),
        (
            ["-m", "O", "-A", "{strol}"],
            "-A {strol}: this is a search of a plug-in that is not there",
        ),
        (["-m", "O{depth}", "-k", "{'depth': 1}"], "; write '{depth}', as in -m"),
        (["-m", "O", "-k", "{'{depth}': 1}"], "key '{depth}', which is no mode of -m O"),
        (["-m", "O{depth}", "--weights", "depth=1"], "modes of -m (O, {depth})"),
        (["--plugin", "gone.py"], "gone.py: cannot be read: No such file"),
        (["--plugin", "--seed"], "--plugin: expected one argument"),
        (["--plugin", "a\0b"], "expected the name|cannot hold the character of the number 0"),
    ],
)
def test_slips(words, expected, fit, recording):
    answer = fit(*words, recording)
    assert answer.code == 2
    assert any(each in answer.err for each in expected.split("|")), answer.err
    assert "Traceback" not in answer.err


def test_a_file_that_is_given_twice_is_used_once_and_a_copy_is_refused(fit, mine, recording):
    answer = fit("--plugin", mine, "-m", "{depth}", "--dry-run", recording)
    assert answer.code == 0, answer.err
    copy = mine.with_name("copy.py")
    copy.write_text(MINE)
    answer = fit("--plugin", copy, "-m", "{depth}", recording)
    assert answer.code == 2
    assert "{depth} is there twice: in mine.py and in copy.py" in answer.err


def test_a_plug_in_is_no_output(fit, mine, recording):
    answer = fit("--figure", mine.with_suffix(".png"), "-m", "O", "--dry-run", recording)
    assert answer.code == 0, answer.err
    answer = fit("--figure", mine, "-m", "O", recording)
    assert answer.code == 2
    assert mine.read_text() == MINE


def test_efel_on_the_command_line(command, recording, tmp_path):
    pytest.importorskip("efel")
    np.savez(tmp_path / "r.npz", voltage=np.load(recording)["voltage"])
    words = ("compare", recording, tmp_path / "r.npz", "-m", "{efel:voltage_base}", "-t", "-10")
    answer = command(*words)
    assert answer.code == 0, answer.err
    assert json.loads(answer.out) == {"marks": "{efel:voltage_base}" * 3, "vector": [0.0] * 3}
    answer = command(*words[:4], "{efel:voltage_bas}")
    assert answer.code == 2
    assert "is {efel:voltage_base} meant?" in answer.err
