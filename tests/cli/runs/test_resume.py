"""Runs that are taken up again do what they would have done without the break."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from cli.traces.comparing import assert_same_run
from pyneuronautofit._version import __version__
from pyneuronautofit.runs import RunFiles, RunLock, open_run
from pyneuronautofit.runs.store.schema import checksum


@pytest.fixture
def fit(command, recording, hh_project, tmp_path):
    """Runs a small fit into a folder of its own and returns its files."""

    def run(folder, *words, code=0):
        basis = ["-m", "OV", "-P", "8", "--seed", "3", "--dt", "0.1", "-a", "run", "-n", "1"]
        where = ["--project", hh_project, "--output", tmp_path / folder]
        run.answer = command(*basis, *words, *where, recording)
        assert run.answer.code == code, run.answer.err
        return RunFiles(tmp_path / folder, "run")

    return run


@pytest.fixture
def resume(command, tmp_path):
    """Takes a run up again and returns what the command line said."""

    def run(folder, *words, code=0):
        answer = command("--resume", tmp_path / folder / "run.sqlite", *words)
        assert answer.code == code, answer.err
        assert "Traceback" not in answer.err
        return answer

    return run


@pytest.mark.parametrize("words", [
    ("-A", "N"),
    ("-A", "N", "-P", "-2", "--archive-size", "4"),
    ("-A", "K", "-U", "1", "-Z"),
    ("-A", "M", "-U", "1", "-J", "-E", "2"),
    ("-A", "P", "-U", "2"),
    ("-A", "N", "--refine", "0.5", "-G", "5"),
], ids=" ".join)  # fmt: skip
def test_a_run_in_two_sittings_is_the_run_in_one(fit, resume, words):
    # Runs with --refine know from the beginning how long they are going to be.
    long, short = ("5", "5") if "--refine" in words else ("5", "2")
    whole = fit("whole", *words, "-G", long)
    parts = fit("parts", *words, "-G", short)
    if short != long:
        resume("parts", "-G", "3", "-n", "2")
        resume("parts", "-G", long, "-n", "1")
    assert_same_run(whole, parts)
    assert whole.adaptations.exists() == parts.adaptations.exists() == ("-Z" in words)
    if "-Z" in words:
        whole_trace = json.loads(whole.adaptations.read_text())["adaptations"]
        assert whole_trace == json.loads(parts.adaptations.read_text())["adaptations"]
        assert whole_trace


def test_a_finished_run_only_writes_its_files_again(fit, resume):
    files = fit("out", "-G", "2", "-A", "N")
    before = {path: path.read_bytes() for path in (files.final, files.evaluations)}
    for path in before:
        path.unlink()
    assert "finished: 24 evaluations" in resume("out").out
    assert before == {path: path.read_bytes() for path in before}


def test_what_is_said_about_the_sessions(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    resume("out", "-G", "2", "-n", "2")
    with open_run(files.store) as run:
        first, second = run.sessions
        assert (first.outcome, second.outcome) == ("finished", "finished")
        assert first.ended is not None
        assert second.content["n_worker"] == 2
        assert "--resume" in second.content["command"]
        assert "--resume" not in run.header.command
        assert not run.running
    assert not files.lock.exists()
    assert not files.store.with_name("run.sqlite-wal").exists()


def test_the_log_goes_on(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    with files.log.open("ab") as stream:
        stream.write(gzip.compress(b"cut off by a loss of power")[:-9])
    resume("out", "-G", "2")
    text = gzip.decompress(files.log.read_bytes()).decode()
    assert "generation 1: 16 evaluations" in text
    assert "taken up after generation 1" in text
    assert "generation 2: 24 evaluations" in text


def test_from_another_folder_by_the_stamp(fit, command, tmp_path, monkeypatch):
    fit("out", "-G", "1", "-A", "N")
    monkeypatch.chdir(tmp_path / "out")
    answer = command("--resume", "run", "-G", "2", "--project", "../model")
    assert answer.code == 0, answer.err
    assert "24 evaluations" in answer.out
    monkeypatch.chdir(tmp_path)
    answer = command("--resume", "run", "--output", "out", "-G", "2")
    assert answer.code == 0, answer.err
    answer = command("--resume", "nothing")
    assert answer.code == 2
    assert "there is no run nothing" in answer.err


def test_a_dry_run_changes_nothing(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    before = files.store.read_bytes()
    assert "dry run" in resume("out", "-G", "4", "--dry-run").out
    assert files.store.read_bytes() == before


@pytest.mark.parametrize(("words", "said"), [
    (("-P", "9"), r"the run has -P 8, but -P 9 is asked for"),
    (("-m", "OVR"), r"the run has -m OV, but -m OVR is asked for"),
    (("-A", "Krayzman"), r"the run has -A N, but -A Krayzman"),
    (("--seed", "4"), r"the run has --seed 3, but --seed 4"),
    (("--dt", "0.05"), r"the run has --dt 0.1, but --dt 0.05"),
    (("-q", "30"), r"the run has -q 35.0, but -q 30.0"),
    (("-t", "-10"), r"the run has -t 0.0, but -t -10.0"),
    (("-G", "1"), r"the run has 2 generations already, but -G 1"),
    (("-a", "other"), r"the run has -a run, but -a other"),
    (("-k", "[0]"), r"cannot be continued: the evaluation is another one"),
    (("--archive-size", "7"), r"the run has --archive-size 5000, but .*add --extend"),
    (("--refine", "0.5"), r"the run has --refine 0.0, but .*add --extend"),
    (("--nonsense",), "there is no option --nonsense"),
], ids=str)  # fmt: skip
def test_other_settings_are_refused(fit, resume, words, said):
    files = fit("out", "-G", "2", "-A", "N")
    before = files.store.read_bytes()
    answer = resume("out", *words, code=2)
    assert re.search(said, answer.err), answer.err
    assert files.store.read_bytes() == before


def test_the_same_settings_may_be_given_again(fit, resume, recording, hh_project):
    fit("out", "-G", "1", "-A", "N")
    again = ("-A", "NSGA2", "-P", "8", "-m", "OV", "--dt", "0.1", "--project", hh_project)
    assert "24 evaluations" in resume("out", *again, "-G", "2", recording).out


def test_extend_allows_another_budget(fit, resume):
    files = fit("out", "-G", "2", "-A", "N")
    resume("out", "-G", "4", "--archive-size", "2", "--refine", "0.5", "--extend")
    with open_run(files.store) as run:
        assert run.last.number == 4
        assert len(run.archive()) <= 2
        assert run.sessions[-1].content["settings"]["archive_size"] == 2
    # From now on that is how the run is: its goal, too.
    assert "generation" not in resume("out").out.replace("generation(s)", "")
    resume("out", "-G", "5", "--extend")
    with open_run(files.store) as run:
        assert run.last.number == 5
        assert len(run.archive()) <= 2


def test_extend_alone_means_nothing(fit):
    fit("out", "--extend", code=2)
    assert "give --resume RUN, too" in fit.answer.err


def test_another_recording_is_refused(fit, resume, recording):
    fit("out", "-G", "1", "-A", "N")
    with np.load(recording) as arrays:
        changed = {**arrays, "voltage": arrays["voltage"] + 0.001}
    np.savez(recording, **changed)
    answer = resume("out", "-G", "2", code=2)
    assert "is not the file that it was begun with (SHA-256" in answer.err


def test_a_recording_that_is_gone(fit, resume, recording):
    fit("out", "-G", "1", "-A", "N")
    moved = recording.rename(recording.with_name("moved.npz"))
    answer = resume("out", "-G", "2", code=2)
    assert "is not there any more" in answer.err
    resume("out", "-G", "2", moved)


def test_another_model_is_refused(fit, resume, hh_project):
    fit("out", "-G", "1", "-A", "N")
    project = hh_project / "project.py"
    before = project.read_text()
    project.write_text(before.replace("= 30", "= 31"))
    answer = resume("out", "-G", "2", code=2)
    assert "files of the model have changed: project.py" in answer.err
    assert "-I" in answer.err
    project.write_text(before)
    resume("out", "-G", "2")


def test_other_versions_are_refused_unless_that_is_wanted(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    rewrite(files.store, "identity", lambda stored: stored["versions"].update(numpy="1.0"))
    answer = resume("out", "-G", "2", code=2)
    assert "numpy was 1.0 and is" in answer.err
    assert "--extend would allow that" in answer.err
    answer = resume("out", "-G", "2", "--extend")
    assert "the last digits may be others" in answer.err


def test_another_processor_is_warned_of(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    rewrite(files.store, "identity", lambda stored: stored["versions"].update(processor="abacus"))
    assert "processor was abacus" in resume("out", "-G", "2").err


def test_another_simulator_is_refused(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    with contextlib.closing(sqlite3.connect(files.store)) as connection, connection:
        row = connection.execute("SELECT number, began, content FROM session").fetchone()
        text = row[2].replace('"simulator": "', '"simulator": "abacus ')
        connection.execute(
            "UPDATE session SET content = ?, crc = ?", (text, checksum((*row[:2], text)))
        )
    answer = resume("out", "-G", "2", code=2)
    assert "was simulated by another simulator (abacus" in answer.err


def test_a_run_of_an_unknown_option_is_refused(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    rewrite(files.store, "settings", lambda stored: stored.update(levitation=True))
    answer = resume("out", code=2)
    assert "it has the options levitation" in answer.err
    assert f"pyneuronautofit {__version__}" in answer.err


@pytest.mark.parametrize("words", [
    ("--resume", "schema-1"), ("export", "schema-1", "--scripts", "0"),
], ids=" ".join)  # fmt: skip
def test_a_run_that_does_not_say_its_settings_is_refused(command, tmp_path, words):
    shutil.copy(Path(__file__).parents[2] / "runs" / "data" / "schema-1.sqlite", tmp_path)
    answer = command(*words)
    assert answer.code == 2
    assert "schema-1.sqlite does not say with what it was made" in answer.err
    assert "-I " in answer.err


def test_a_second_process_is_kept_out(fit, resume):
    files = fit("out", "-G", "1", "-A", "N")
    with RunLock(files.lock):
        answer = resume("out", "-G", "2", code=2)
        with open_run(files.store) as run:
            assert run.running
    assert "is being written by another process (its number is" in answer.err


def test_a_mask_file_may_go(command, fit, resume, tmp_path):
    mask = tmp_path / "mask.json"
    mask.write_text("# two sweeps\n[0, 2]\n")
    files = fit("out", "-G", "1", "-A", "N", "-k", mask)
    mask.unlink()
    resume("out", "-G", "2")
    with open_run(files.store) as run:
        assert run.header.evaluation["mask"] == [0, 2]


def test_a_mask_of_a_run_that_had_rules_of_other_modes(fit, resume):
    """They were read, and nobody looked at them, before they were refused."""
    whole = fit("whole", "-G", "3", "-A", "N", "-k", "{'O': [0, 2]}")
    parts = fit("parts", "-G", "1", "-A", "N", "-k", "{'O': [0, 2]}")
    older = "{'O': [0, 2], 'T': (1, 2)}"
    rewrite(parts.store, "settings", lambda stored: stored.update(mask=older))
    rewrite(
        parts.store, "header",
        lambda stored: stored["evaluation"]["mask"].update(T={"range": [1, 2]}),
    )  # fmt: skip
    resume("parts", "-G", "3")
    found, expected = (json.loads(f.final.read_text())["final"] for f in (parts, whole))
    assert found == expected
    answer = resume("parts", "-G", "4", "-k", older, code=2)
    assert "the mask -k has the key 'T', which is no mode of -m OV" in answer.err
    assert "is another one" in resume("parts", "-G", "4", "-k", "{'O': [0, 1]}", code=2).err


def test_a_run_whose_head_does_not_have_a_later_versions_keys(fit, resume):
    """What its head does not say about the evaluation is among its settings."""
    whole = fit("whole", "-G", "3", "-A", "N", "-m", "XO", "--smoothing-kernel", "7")
    parts = fit("parts", "-G", "1", "-A", "N", "-m", "XO", "--smoothing-kernel", "7")
    rewrite(parts.store, "header", lambda stored: stored["evaluation"].pop("smoothingkernel"))
    resume("parts", "-G", "3")
    found, expected = (json.loads(f.final.read_text())["final"] for f in (parts, whole))
    assert found == expected
    answer = resume("parts", "-G", "4", "--smoothing-kernel", "8", code=2)
    assert "the run has --smoothing-kernel 7.0, but --smoothing-kernel 8.0" in answer.err
    # What it does say is compared.
    rewrite(parts.store, "header", lambda stored: stored["evaluation"].update(vpvsize=5))
    assert "the evaluation is another one" in resume("parts", "-G", "4", code=2).err


def test_a_new_run_from_an_old_ones_population(fit, command, tmp_path):
    old = fit("old", "-G", "3", "-A", "N")
    new = fit("new", "-G", "1", "-A", "M", "-I", old.store)
    with open_run(old.store) as before, open_run(new.store) as after:
        population = before.evaluations(before.last.population).parameters
        first = after.evaluations(after.generations[0].rows).parameters
        np.testing.assert_allclose(first, population[: len(first)], rtol=1e-12)
        assert after.info.initial.shape[1] == 3
    # What it began with is in its store: the old run may go.
    old.store.unlink()
    answer = command("--resume", new.store, "-G", "2")
    assert answer.code == 0, answer.err


def rewrite(store, key, change):
    """Change one value in a store's head, with the right checksum."""
    with contextlib.closing(sqlite3.connect(store)) as connection, connection:
        (text,) = connection.execute("SELECT value FROM run WHERE key = ?", (key,)).fetchone()
        value = json.loads(text)
        change(value)
        text = json.dumps(value)
        connection.execute(
            "UPDATE run SET value = ?, crc = ? WHERE key = ?", (text, checksum((key, text)), key)
        )


def test_a_run_is_not_taken_up_twice_through_a_link(fit, command, tmp_path):
    files = fit("out", "-A", "N", "-G", "1")
    (tmp_path / "link.sqlite").symlink_to(files.store)
    with RunLock(files.lock):
        answer = command("--resume", tmp_path / "link.sqlite", "-G", "2")
    assert (answer.code, "is being written by another process" in answer.err) == (2, True)
    answer = command("--resume", tmp_path / "link.sqlite", "-G", "2")
    assert answer.code == 0, answer.err
    # What it writes lies beside the store, and not beside the link.
    assert not [path for path in tmp_path.glob("link*") if path.suffix != ".sqlite"]
    with open_run(files.store) as run:
        assert run.last.number == 2


def test_more_generations_of_a_run_that_evaluations_limit_are_refused(fit, resume):
    files = fit("out", "-A", "N", "--evaluations", "16")
    said = resume("out", "-G", "50", code=2).err
    assert "-G 50 does nothing, as --evaluations 16 limits the run" in said
    resume("out", "--evaluations", "24")
    with open_run(files.store) as run:
        assert run.n_evaluation == 24
