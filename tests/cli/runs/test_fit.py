"""Whole fits of a fast model, through the command line."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

HEADER = ["markers", "bvalues", "parameters", "version", "target", "evaluation", "cmd"]
HEADER += ["temperature", "program"]
STAMP = re.compile(r"cell-v1\.2-\d{8}-\d{6}-\d{7}-OV-LN")


@pytest.fixture
def fit(command, recording, hh_project, tmp_path):
    """Runs a small fit into a folder of its own and returns its files by kind."""

    def run(*words, folder="out", code=0):
        words = [*words] if "-G" in words else ["-G", "2", *words]
        basis = ["-A", "NSGA2", "-m", "OV", "-P", "8", "--seed", "3", "--dt", "0.1"]
        where = ["--project", hh_project, "--output", tmp_path / folder]
        answer = command(*basis, *where, *words, recording)
        assert answer.code == code, answer.err
        run.answer = answer
        return {kind: path for path in (tmp_path / folder).glob("*") for kind in [_kind(path.name)]}

    return run


def _kind(name):
    return re.search(r"(arXive|chpnt|final|log|sqlite)", name)[1]


def read(path):
    return json.loads(path.read_text(), parse_constant=_no_constant)


def _no_constant(name):
    raise AssertionError(f"{name} is not JSON")


@pytest.mark.parametrize("ending", ["os._exit(0)", "h.quit()", "os.abort()"])
@pytest.mark.parametrize("n_call", [0, 9])
def test_a_downsampler_that_ends_its_process(fit, hh_project, ending, n_call):
    """At once, or when the models are scored, after the recording."""
    text = f"""
import os
def downsampler(what):
    calls.append(0)
    if len(calls) > {n_call}:
        {ending}
    return what
calls = []
"""
    with (hh_project / "project.py").open("a") as project:
        project.write(text)
    fit(code=2)
    assert "the project's downsampler cannot be used: given " in fit.answer.err
    assert "it ended the process that called it" in fit.answer.err


def test_a_fit_leaves_valid_files(fit, recording):
    files = fit()
    assert set(files) == {"arXive", "chpnt", "final", "log", "sqlite"}
    assert all(STAMP.match(path.name) for path in files.values())
    everything, final, checkpoint = (read(files[k]) for k in ("arXive", "final", "chpnt"))
    assert [*everything] == [*HEADER, "records"]
    assert [*final] == [*HEADER, "final"]
    assert [*checkpoint] == [*HEADER, "generation", "population"]
    assert everything["markers"] == list("OOOVVV")
    assert everything["target"] == recording.name
    assert everything["version"] == "1.2"
    assert everything["parameters"][0] == ["soma(0.5).hh.gnabar", "log", 0.001, 1.0]
    assert everything["evaluation"] == {
        "mode": "OV", "mask": None, "prespike": 70, "postspike": 140, "spikethreshold": 0.0,
        "spikecount": 2, "collapse_tests": False, "spikeweight": None, "downsampler": None,
        "vpvsize": 12, "smoothingkernel": 20.0,
    }  # fmt: skip
    # The recording against silence at 0 mV: two spikes are missed, and V is the mean square.
    assert everything["bvalues"][:3] == [0.0, 0.0, 2.0]
    with np.load(recording) as arrays:
        squares = (arrays["voltage"] ** 2).mean(axis=1)
    np.testing.assert_allclose(everything["bvalues"][3:], squares, rtol=1e-12)
    assert len(everything["records"]) == 3 * 8
    assert checkpoint["generation"] == 2
    sources = [record["sours"] for record in final["final"]]
    assert sources.count("P") == 8
    assert sources == sorted(sources, reverse=True)
    for record in everything["records"]:
        assert all(
            low <= value <= high
            for value, (_n, _s, low, high) in zip(record["parameters"], everything["parameters"])
        )


def test_the_archive_is_the_non_dominated_set_of_all_evaluations(fit):
    files = fit("-G", "4")
    records = read(files["arXive"])["records"]
    scores = np.array([r["fitness"] for r in records if None not in r["fitness"]])
    better = (scores[:, None] <= scores[None]).all(-1) & (scores[:, None] < scores[None]).any(-1)
    expected = scores[~better.any(axis=0)]
    kept = [r["fitness"] for r in read(files["final"])["final"] if r["sours"] == "A"]
    assert sorted(kept) == sorted(expected.tolist())


def test_the_same_seed_gives_the_same_result_for_any_number_of_processes(fit):
    one, two, other = (
        read(fit("-n", "1", folder="one")["arXive"]),
        read(fit("-n", "2", folder="two")["arXive"]),
        read(fit("-n", "2", "--seed", "4", folder="other")["arXive"]),
    )
    assert one["records"] == two["records"]
    assert one["records"] != other["records"]


def test_failed_candidates_are_null_and_never_in_the_archive(fit):
    # The cell class raises for the largest potassium conductances.
    files = fit("-P", "40", "-G", "1")
    records = read(files["arXive"])["records"]
    failed = [record for record in records if record["parameters"][1] > 0.5]
    assert failed
    assert all(record["fitness"] == [None] * 6 for record in failed)
    kept = [r for r in read(files["final"])["final"] if r["sours"] == "A"]
    assert kept
    assert all(None not in record["fitness"] for record in kept)
    assert "ValueError: too leaky" in gzip.decompress(files["log"].read_bytes()).decode()


def test_plain_progress_and_summary(fit):
    fit()
    lines = fit.answer.out.splitlines()
    progress = [line for line in lines if re.match(r"generation \d/2 ", line)]
    # It is over before half a minute: the first and the last have a line.
    assert [line[11] for line in progress] == ["0", "2"]
    assert re.search(
        r"24 evaluations .*/s  compromise O \d+, V [\d.]+  time left 0:00:00", progress[1]
    )
    table = next(line for line in lines if "compromise" in line and "evaluations" not in line)
    o, v = (float(cell.split("(")[0]) for cell in table.split("│")[3:5])
    assert f"compromise O {o:.4g}, V {v:.4g} " in progress[1]
    assert any(line.startswith("finished: 24 evaluations") for line in lines)
    assert any("-final.json" in line for line in lines)


def test_dry_run_writes_nothing(fit, tmp_path):
    assert fit("--dry-run") == {}
    assert "24 evaluations" in fit.answer.out
    assert "dry run" in fit.answer.out
    assert not (tmp_path / "out").exists()


def test_figure(fit, tmp_path):
    fit("--figure", tmp_path / "best.png")
    assert (tmp_path / "best.png").read_bytes().startswith(b"\x89PNG")


def test_stamp_flags(fit, tmp_path):
    files = fit("-a", "mine", "-i", "7")
    assert files["final"].name == "mine-I007-final.json"
    fit("-a", "mine", "-i", "7", code=2)
    assert "already a run with the stamp mine-I007" in fit.answer.err
    assert "-0001234-OV-" in fit("--slurm-id", "1234", folder="slurm")["final"].name
    assert fit("-L", folder="linear")["final"].name.endswith("-OV-FN-final.json")


def test_population_size_counts_the_objective_vector(fit):
    assert len(read(fit("-P", "0", folder="length")["chpnt"])["population"]) == 6
    assert len(read(fit("-P", "-2", folder="twice")["chpnt"])["population"]) == 12
    assert len(read(fit("-P", "-2", "-e", folder="collapsed")["chpnt"])["population"]) == 4


def test_checkpoints_are_written_as_often_as_asked(fit):
    assert "chpnt" not in fit("-d", "-1", folder="never")
    assert "population after generation" not in fit.answer.out
    fit("-p", "2", folder="printed")
    printed = re.findall(r"population after generation (\d)", fit.answer.out)
    assert printed == ["0", "2"]


def test_log_flags(fit):
    quiet = fit(folder="quiet")
    text = gzip.decompress(quiet["log"].read_bytes()).decode()
    assert "generation 2: 24 evaluations" in text
    assert "population 0:" not in text
    full = fit("--log-population", "--log-archive", folder="full")
    text = gzip.decompress(full["log"].read_bytes()).decode()
    assert len(re.findall(r" population \d+: \{", text)) == 3 * 8
    assert " archive 0: {" in text
    silent = fit("-v", "error", folder="silent")
    assert gzip.decompress(silent["log"].read_bytes()) == b""
    screen = fit("-u", folder="screen")
    assert "log" not in screen
    assert "generation 2: 24 evaluations" in fit.answer.err


def test_flags_that_change_the_scores(fit):
    basis = read(fit(folder="basis")["arXive"])
    hotter = read(fit("-q", "20", folder="hotter")["arXive"])
    finer = read(fit("--dt", "0.05", folder="finer")["arXive"])
    scaled = read(fit("--dt", "-0.5", folder="scaled")["arXive"])
    masked = read(fit("-k", "[0, 2]", folder="masked")["arXive"])
    higher = read(fit("-t", "1e2", folder="higher")["arXive"])

    def first(result):
        return [record["fitness"] for record in result["records"][:8]]

    assert first(basis) != first(hotter)
    assert first(basis) != first(finer)
    assert first(finer) == first(scaled)
    assert masked["markers"] == list("OOVV")
    assert [[f[i] for i in (0, 2, 3, 5)] for f in first(basis)] == first(masked)
    assert higher["bvalues"][:3] == [0.0, 0.0, 0.0]
    negative = read(fit("-t", "-1e1", folder="negative")["arXive"])
    assert negative["evaluation"]["spikethreshold"] == -10.0


def test_search_flags(fit):
    basis = read(fit(folder="basis")["arXive"])["records"]
    for words in (["-M", "0.9"], ["-S", "-1"], ["-L"], ["-P", "6"]):
        changed = read(fit(*words, folder="_".join(words))["arXive"])["records"]
        assert changed != basis, words
    small = read(fit("--archive-size", "2", folder="small")["final"])["final"]
    assert sum(record["sours"] == "A" for record in small) == 2


def test_flags_without_meaning_here_are_noted_in_the_log(fit):
    files = fit("-E", "0", "-U", "0", "-c", "3")
    text = gzip.decompress(files["log"].read_bytes()).decode()
    assert text.count("-E is ignored: NSGA2 does not use it") == 1
    assert text.count("-U is ignored: NSGA2 does not use it") == 1
    assert "-c is used by the modes TSW only; none of them is in -m OV" in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_exports_what_it_has(number, recording, hh_project, tmp_path):
    words = ["-A", "N", "-m", "OV", "-G", "100000", "-P", "8", "--seed", "3", "--dt", "0.1"]
    words += ["-p", "1"]
    where = ["--project", hh_project, "--output", tmp_path / "out", recording]
    process = subprocess.Popen(
        [sys.executable, "-m", "pyneuronautofit", *words, *map(str, where)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    for line in process.stdout:
        if line.startswith("population after generation 1:"):
            break
    process.send_signal(number)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert process.returncode == 128 + number, err
    assert "Traceback" not in err
    assert "interrupted" in out
    files = {_kind(path.name): path for path in (tmp_path / "out").glob("*")}
    generation = read(files["chpnt"])["generation"]
    assert generation >= 1
    assert len(read(files["arXive"])["records"]) == 8 * (generation + 1)
    assert read(files["final"])["final"]


def test_the_closing_summary_says_what_was_found_and_what_to_do(fit):
    """All of rank 1 in eight components, and nothing better for most of the time."""
    files = fit("-G", "40", "-P", "6", "-m", "RAMV")
    lines = fit.answer.out.splitlines()
    titles = [line.split("│")[1].strip() for line in lines if line.startswith("│")]
    assert titles == ["compromise", "best sum", "best R", "best A", "best M", "best V"]
    (distinct,) = [line for line in lines if line.startswith("distinct models: ")]
    assert re.fullmatch(
        r"distinct models: \d+ below [\d.]+(, \d+ below \d+)* \(weighted sum; the least is \S+\)",
        distinct,
    )
    log = gzip.decompress(files["log"].read_bytes()).decode()
    notes = [line.removeprefix("note: ") for line in lines if line.startswith("note: ")]
    assert notes, "no member of the population is dominated, as a rule"
    assert all(note in log for note in notes)


def test_the_best_sums_can_be_kept_in_the_population(fit):
    words = ["-G", "6", "-P", "6", "-m", "RAMV"]
    plain, none, kept = (
        fit(*words, *more, folder=folder)
        for folder, more in (("a", ()), ("b", ("--elite-sums", "0")), ("c", ("--elite-sums", "6")))
    )
    assert read(plain["arXive"])["records"] == read(none["arXive"])["records"]
    assert read(plain["arXive"])["records"] != read(kept["arXive"])["records"]


def test_a_threshold_in_noise_is_warned_of_on_the_screen(fit):
    fit("-t", "150", "-G", "0")
    assert "warning: -t" not in fit.answer.err
    files = fit("-t", "-64", "-G", "0", folder="noise")
    assert "pyneuronautofit: warning: -t -64: the compared sweeps cross" in fit.answer.err
    assert "WARNING" in gzip.decompress(files["log"].read_bytes()).decode()
