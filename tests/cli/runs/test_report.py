"""`report RUN`: the file; `test_report_in_browser.py` has what a browser makes of it."""

from __future__ import annotations

import hashlib
import re
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from cli.conftest import write_recording
from pyneuronautofit.runs import RunFiles, RunLock, open_run
from report._made import make_run

from .pages import GENERATIONS, NAN, read


def test_it_says_what_was_fitted_to_what(reported, recording, tmp_path):
    text, content = read(reported("-m", "OV", "-A", "K", "-U", "1"))
    digest = hashlib.sha256(recording.read_bytes()).hexdigest()
    for said in (
        "Fit of cell.npz", str(recording), digest, "project.py, version 1.2",
        "total number of spikes", "whole voltage", "finished: generation 6 of 6",
        "Krayzman, 6 generations, population 16, seed 3", "--dt 0.1", "neuron ",
        f"--resume {tmp_path / 'run.sqlite'} --project",
    ):  # fmt: skip
        assert said in text, said
    with open_run(tmp_path / "run.sqlite") as run:
        assert content["course"]["generation"] == list(range(7))
        assert content["course"]["evaluations"][-1] == run.n_evaluation
        weights = run.weights(6).values
        assert [w[-1] for w in content["course"]["weights"]] == pytest.approx(weights, rel=1e-3)
        # All digits of the parameters, to go on with them.
        rows = content["models"]["row"]
        assert content["models"]["parameters"] == run.evaluations(rows).parameters.tolist()
    (found,) = content["responses"]
    assert found["count"][0] == [0, 0, 2]
    assert found["rate"][0] == pytest.approx([0, 0, 100])
    assert found["latency"][0] == [None, None, 5.0]
    assert found["current"] == [-100, 0, 100]
    assert found["shape"][1:] == [3, 600]
    assert found["bin"] == 0


def test_it_needs_nothing_but_itself(reported):
    path = reported("-m", "OV", "-A", "N")
    assert "default-src 'none'" in read(path)[0]
    assert not re.search(r"<(link|img|iframe)\b|\bsrc=|\burl\(", read(path)[0])
    assert path.stat().st_size < 2e6


def test_a_run_in_progress(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS, outcome=None)
    with RunLock(RunFiles(tmp_path, "run").lock):
        assert command("report", "run").code == 0
    text, _content = read(tmp_path / "run-report.html")
    assert "running: generation 1 of 9" in text
    assert re.search(r"This run is still computing.*about 0:00:\d\d were left", text)


def test_a_recording_that_is_gone(reported, command, recording):
    path = reported("-m", "OV", "-A", "N")
    recording.unlink()
    answer = command("report", "run")
    assert answer.code == 0, answer.err
    text, content = read(path)
    assert "there are no traces: the recording of run is not there any more" in text
    assert content["responses"] == []
    assert content["models"]["row"]


def test_a_recording_that_is_another_one(reported, command, recording):
    path = reported("-m", "OV", "-A", "N")
    write_recording(recording, n_sample=500)
    assert command("report", "run").code == 0
    text, content = read(path)
    assert "there are no traces: run cannot be simulated again: " in text
    assert content["responses"] == []


def test_without_traces(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    out = tmp_path / "other.html"
    answer = command("report", "run", "--no-traces", "-o", out)
    assert answer.out.split() == [str(out)]
    assert "Traces were left out" in read(out)[0]


def test_failed_candidates_are_said(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    assert command("report", "run").code == 0
    text, _content = read(tmp_path / "run-report.html")
    assert "5 evaluations by" in text
    assert "5, 1 of them failed" in text
    assert "<td>CRASHED</td><td>the simulating process died</td><td>1</td>" in text
    assert "The last one was evaluation 3, CRASHED: signal &lt;11&gt;" in text


def test_a_run_in_which_all_failed(command, tmp_path):
    make_run(tmp_path / "run.sqlite", [[[NAN] * 3] * 2] * 2)
    assert command("report", "run").code == 0
    text, content = read(tmp_path / "run-report.html")
    assert "No candidate could be simulated" in text
    assert content["models"]["row"] == []


def test_a_run_without_a_generation(command, tmp_path):
    make_run(tmp_path / "run.sqlite", [])
    assert command("report", "run").code == 0
    text, _content = read(tmp_path / "run-report.html")
    assert "No generation is finished yet" in text
    assert "How to reproduce it" in text


def test_what_presses_on_a_bound_is_said(command, tmp_path):
    units = [[[0.5, 1.0], [0.4, 0.995]], [[0.3, 0.5], [0.2, 1.0], [0.6, 0.2]]]
    make_run(tmp_path / "run.sqlite", GENERATIONS, units=units)
    assert command("report", "run").code == 0
    text, content = read(tmp_path / "run-report.html")
    assert "<code>soma(0.5).pas.g</code>: 40 % of the models at its upper bound 0.001" not in text
    # Those that failed (the second of the last generation) do not count.
    assert "No parameter presses on a bound" in text
    assert [spread["pressing"] for spread in content["spreads"]] == [None, None]
    units[1][0][1] = 1.0
    make_run(tmp_path / "more.sqlite", GENERATIONS, units=units)
    assert command("report", "more").code == 0
    text, content = read(tmp_path / "more-report.html")
    assert "<code>soma(0.5).pas.g</code>: 50 % of the models at its upper bound 0.001" in text
    assert [spread["pressing"] for spread in content["spreads"]] == [None, "upper"]


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_a_damaged_store_says_what_was_lost(command, tmp_path, part):
    path = make_run(tmp_path / "run.sqlite", np.random.default_rng(1).random((50, 30, 3)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    answer = command("report", "run")
    assert answer.code == 0, answer.err
    assert "is damaged" in answer.err
    text, _content = read(tmp_path / "run-report.html")
    assert re.search(r"The store is damaged: generations 0 to \d+ of", text)


def test_a_store_of_the_first_schema(command, tmp_path):
    """It was made by hand, and does not say with what settings."""
    shutil.copy(Path(__file__).parents[2] / "runs" / "data" / "schema-1.sqlite", tmp_path)
    answer = command("report", "schema-1")
    assert answer.code == 0, answer.err
    text, content = read(tmp_path / "schema-1-report.html")
    assert "schema-1.sqlite does not say with what it was made" in text
    assert len(content["models"]["row"]) > 0
    assert command("status", "schema-1").code == 0


def test_a_store_that_is_none(command, tmp_path):
    (tmp_path / "run.sqlite").write_bytes(b"nothing")
    for words in (("report", "run"), ("report", "other"), ("report",)):
        answer = command(*words)
        assert answer.code == 2
        assert "Traceback" not in answer.err
    assert not (tmp_path / "run-report.html").exists()


def test_an_old_report_stays_where_a_new_one_cannot_be_written(command, tmp_path):
    make_run(tmp_path / "run.sqlite", GENERATIONS)
    answer = command("report", "run", "-o", tmp_path / "no" / "report.html")
    assert answer.code == 2
    assert "the folder" in answer.err
    (tmp_path / "folder").mkdir()
    answer = command("report", "run", "-o", tmp_path / "folder")
    assert answer.code == 2
    assert "cannot write" in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "run.sqlite"]


def test_the_library_is_the_one_that_was_published():
    """`vendor/README.md` says where it is from."""
    folder = files("pyneuronautofit.report").joinpath("vendor")
    said = folder.joinpath("README.md").read_text(encoding="utf-8")
    digest = hashlib.sha256(folder.joinpath("echarts.common.min.js").read_bytes()).hexdigest()
    assert digest in said
    assert "Apache License" in folder.joinpath("LICENSE").read_text(encoding="utf-8")


def test_several_runs_are_compared(command, tmp_path):
    for name in ("one", "two"):
        make_run(tmp_path / f"{name}.sqlite", GENERATIONS)
    answer = command("report", "one", "two", "one")
    assert answer.code == 0, answer.err
    assert answer.out.split() == [str(tmp_path / "comparison.html")]
    assert "2 fits of cell.abf" in read(tmp_path / "comparison.html")[0]
    answer = command("report", "one", "two", "-o", "other.html")
    assert answer.out.split() == ["other.html"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "expected a run, or several to compare"),
        (("one", "two", "--no-traces"), "--no-traces is for one run"),
        (("one", "two", "--project", "x"), "--project is for one run"),
        (("one", "two", "--serve"), "--serve follows one run, and 2 are given"),
        (("one", "--serve", "-o", "x.html"), "--serve writes no file"),
        (("one", "--port", "8000"), "--port is for the page: it needs --serve"),
        (("one", "--no-browser"), "--no-browser is for the page: it needs --serve"),
        (("one", "two", "-o", "one.sqlite"), "this is the same file as"),
        (("one", "three"), "there is no run three"),
        (("one", "-o", "one.stop"), "this is a part of the run one"),
    ],
)
def test_what_cannot_be_reported(command, tmp_path, words, said):
    for name in ("one", "two"):
        make_run(tmp_path / f"{name}.sqlite", GENERATIONS)
    answer = command("report", *words)
    assert answer.code == 2
    assert said in answer.err
    assert not list(tmp_path.glob("*.html"))


def test_of_many_runs_the_best_are_compared(command, tmp_path):
    names = [f"r{number:02d}" for number in range(14)]
    for number, name in enumerate(names):
        make_run(tmp_path / f"{name}.sqlite", [[[1, 1, 20 - number]]])
    answer = command("report", *names)
    assert answer.code == 2
    assert "14 runs: expected at most 12 on one page" in answer.err
    answer = command("report", *names, "--best", "3", "-o", "best.html")
    assert answer.code == 0, answer.err
    assert answer.out.splitlines() == ["the best 3 of 14 runs: r13, r12, r11", "best.html"]
    page = (tmp_path / "best.html").read_text()
    assert "r11" in page
    assert "r10" not in page
    # Fewer than that are all compared, and a run alone has its report.
    assert command("report", "r01", "r02", "--best", "12", "-o", "two.html").code == 0
    make_run(tmp_path / "bad.sqlite", [[[float("nan")] * 3]])
    make_run(tmp_path / "worse.sqlite", [[[float("nan")] * 3]])
    answer = command("report", "bad", "worse", "--best", "1")
    assert answer.code == 2
    assert "none of these 2 runs has a model" in answer.err
