"""A few mutated inputs in every run of the tests; `make fuzz` tries twenty thousand."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

from conftest import REPOSITORY
from fuzz import mutations, sandbox
from fuzz.sandbox import Watch, answered
from fuzz.table import KINDS
from pyneuronautofit.errors import RunError


@pytest.mark.nightly
def test_a_few_of_all_inputs():
    paths = [str(REPOSITORY / "tests"), str(REPOSITORY / "examples")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*paths, os.environ.get("PYTHONPATH", "")]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "--inputs", "80", "--seed", "3"],
        env=environment,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "80 inputs of seed 3" in done.stdout
    assert "\n0 inputs were not answered as they should be" in done.stdout


# --- what is wrong is noticed


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    watch = Watch(tmp_path_factory.mktemp("sandbox").resolve())
    watch.install()
    return watch


def faults(watch, action, *inputs, may_run=False):
    return " ".join(answered(action, watch, inputs, may_run=may_run).faults)


def raising(error):
    raise error


def test_answers_that_are_right(watch):
    for code in (0, 2, 3, 130, None):
        assert faults(watch, lambda code=code: code) == ""
    assert faults(watch, lambda: raising(RunError("said in words"))) == ""
    assert faults(watch, lambda: raising(SystemExit(2))) == ""
    (watch.folder / "own").write_text("x")
    assert faults(watch, lambda: (watch.folder / "own").write_text("y") and 0) == ""


@pytest.mark.parametrize(("action", "said"), [
    (lambda: 1, "exit code 1"),
    (lambda: raising(SystemExit(1)), "exit code 1"),
    (lambda: raising(ValueError("oh")), "raised ValueError: oh"),
    (lambda: raising(MemoryError()), "raised MemoryError"),
    (lambda: sys.stderr.write("Traceback (most recent call last)") and 0, "wrote a traceback"),
    (lambda: os.system("true"), "did os.system"),
    (lambda: subprocess.run(["true"], check=True) and 0, "did subprocess.Popen"),
])  # fmt: skip
def test_answers_that_are_wrong(watch, action, said):
    assert said in faults(watch, action)


def test_files_outside_of_the_sandbox_are_not_made(watch, tmp_path):
    for make in (
        lambda: (tmp_path / "x").write_text("x"),
        (tmp_path / "x").mkdir,
        lambda: (watch.folder / "own").rename(tmp_path / "x"),
        lambda: os.close(os.open(tmp_path / "x", os.O_CREAT | os.O_WRONLY)),
    ):
        (watch.folder / "own").write_text("x")
        assert str(tmp_path / "x") in faults(watch, make)
    assert list(tmp_path.iterdir()) == []


def test_inputs_that_are_changed(watch):
    path = watch.folder / "input"
    path.write_text("x")
    assert faults(watch, lambda: path.write_text("y") and 0, path) == "changed input"
    assert faults(watch, path.unlink, path) == "changed input"


def test_code_of_an_input_that_is_run(watch):
    code = compile("x = 1", str(watch.folder / "project.py"), "exec")

    def run():
        exec(code, {})  # noqa: S102 - that is what is to be noticed

    assert "ran code of" in faults(watch, run)
    assert faults(watch, run, may_run=True) == ""


def test_memory_and_time(watch, monkeypatch):
    monkeypatch.setattr(sandbox, "MOST_BYTES", 1 << 20)
    assert "took" in faults(watch, lambda: b"x" * (50 << 20) and 0)
    monkeypatch.setattr(sandbox, "MOST_S", -0.9)

    def loop():
        while True:
            pass

    assert "OverTimeError" in faults(watch, loop)


# --- what is done to sound content


def test_the_same_generator_makes_the_same_change():
    content = {"a": [1, {"b": "x"}], "c": 0.5}
    for make in (
        lambda rng: mutations.mutated_bytes(rng, b"abc" * 50, [b"other"]),
        lambda rng: mutations.mutated_text(rng, "a = 1 + (b, 2.5)"),
        lambda rng: mutations.json_bytes(rng, mutations.mutated_json(rng, content)),
    ):
        made = [make(random.Random(n)) for n in range(200)]
        assert made == [make(random.Random(n)) for n in range(200)]
        assert len(set(made)) > 100
    assert content == {"a": [1, {"b": "x"}], "c": 0.5}


def test_shares_are_of_a_hundred():
    assert sum(share for _make, share in KINDS.values()) == pytest.approx(100)
