"""Tools that change one database in place at the same time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyneuronautofit.database.locking import locked

TRUTH = Path(__file__).parents[3] / "examples" / "experimentaldata" / "TC-example-truth.json"
NUMBERS = [1, 2, 3, 4, 5, 6]
INIT = ("search-init", "--duration", "1", "--dt", "0.1")
SYNMIN = ("search-synmin", "-A", "1", "-N", "0", "-G", "0.4", "-a", "0.03", "--dt", "0.1")
MINUTES = 300


def database(path, numbers=NUMBERS):
    """Write models that differ a little."""
    content = json.loads(TRUTH.read_text())
    (truth,) = content["models"]
    content["models"] = [
        {**truth, "id": number, "parameters": {**truth["parameters"], "soma.L": 50.0 + number}}
        for number in numbers
    ]
    path.write_text(json.dumps(content))
    return path


def start(words, path, folder, name):
    """Start a tool that writes what it says into files."""
    with (folder / f"{name}.txt").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "pyneuronautofit", *words, str(path), "-p", "1"],
            cwd=folder, stdout=said, stderr=said,
        )  # fmt: skip


@pytest.mark.nightly
def test_the_second_does_not_undo_the_first(tmp_path):
    for words in (INIT, SYNMIN):
        # Compiles what they need: nobody should wait for that.
        one = database(tmp_path / "one.json", [1])
        assert start(words, one, tmp_path, "first").wait(MINUTES) == 0
    path = database(tmp_path / "db.json")
    tools = {"init": INIT, "synmin": SYNMIN, "again": SYNMIN}
    with locked(path):
        running = {n: start(words, path, tmp_path, n) for n, words in tools.items()}
        # Each has read the database, and has something to write.
        for name, process in running.items():
            text, until = tmp_path / f"{name}.txt", time.monotonic() + MINUTES
            while "waiting for" not in text.read_text():
                assert process.poll() is None, text.read_text()
                assert time.monotonic() < until, text.read_text()
                time.sleep(0.05)
    for name, process in running.items():
        assert process.wait(MINUTES) == 0, (tmp_path / f"{name}.txt").read_text()
    models = json.loads(path.read_text())["models"]
    assert [model["id"] for model in models] == NUMBERS
    assert [set(model["init"]) for model in models] == [{"soma.v", "axon.v"}] * len(NUMBERS)
    assert [len(model["gsynmin"]) for model in models] == [1] * len(NUMBERS)
    assert json.loads(path.read_text())["gsynmin"] == [-1.0]
    said = (tmp_path / "init.txt").read_text()
    assert "which another process is writing" in said
    assert not [p.name for p in tmp_path.iterdir() if p.suffix in {".lock", ".progress"}]
