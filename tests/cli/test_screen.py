"""What becomes of a fit whose output nobody reads any more."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


def test_a_fit_goes_on_when_its_reader_leaves(recording, hh_project, tmp_path):
    words = ["-A", "N", "-m", "OV", "-G", "3", "-P", "4", "--seed", "3", "--dt", "0.1"]
    where = ["--project", hh_project, "--output", tmp_path / "out", "-a", "run", recording]
    process = subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", *words, *map(str, where)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout.readline().startswith("recording")
    process.stdout.close()
    assert process.wait(timeout=120) == 0, process.stderr.read()
    process.stderr.close()
    everything = json.loads((tmp_path / "out" / "run-arXive.json").read_text())
    assert len(everything["records"]) == 16


def test_many_modes_are_readable(command, recording, hh_project, tmp_path):
    modes = "ONTSAWRLMUCDVZPQFX"
    words = ("-A", "N", "-m", modes, "-G", "0", "-P", "4", "--seed", "3", "--dt", "0.1")
    out = command(*words, "--project", hh_project, "--output", tmp_path / "o", recording).out
    (line,) = [line for line in out.splitlines() if line.startswith("compromise")]
    assert [part.split()[0] for part in line.split(": ", 1)[1].split(", ")] == list(modes)


@pytest.mark.parametrize("words", [
    "select db.json --models 0 -o /dev/stdout",
    "merge db.json other.json -o /dev/stdout",
    "select db.json --models 0 -o link",
])  # fmt: skip
def test_words_do_not_come_among_a_result_that_goes_to_standard_output(words, tmp_path):
    (tmp_path / "link").symlink_to("/dev/stdout")
    for name, number in (("db.json", 1), ("other.json", 2)):
        content = {"models": [{"parameters": {"soma.L": number}, "id": 0}]}
        (tmp_path / name).write_text(json.dumps(content))
    done = subprocess.run(
        [sys.executable, "-m", "pyneuronautofit", *words.split()],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["models"]
    assert "models: " in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db.json", "link", "other.json"]
    assert (tmp_path / "link").is_symlink()
