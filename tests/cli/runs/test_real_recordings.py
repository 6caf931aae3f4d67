"""Fits of the built-in model to real recordings."""

from __future__ import annotations

import json
import statistics

import numpy as np
import pytest

BASIS = ("-A", "NSGA2", "-m", "OV", "-c", "3", "-t", "-10")


def run(command, folder, *words):
    """Run a fit into a folder and return its final and its arXive file."""
    answer = command(*BASIS, "--output", folder, *words)
    assert answer.code == 0, answer.err
    (final,) = folder.glob("*-final.json")
    (everything,) = folder.glob("*-arXive.json")
    return json.loads(final.read_text()), json.loads(everything.read_text())


def sums(records, markers, mode):
    """Return the sum of a mode's components for every record that succeeded."""
    chosen = np.array(markers) == mode
    finite = [r["fitness"] for r in records if None not in r["fitness"]]
    return np.array(finite)[:, chosen].sum(axis=1)


def test_two_sweeps_of_a_real_recording(shared, command, tmp_path):
    recording = shared / "data" / "File_axon_5.abf"
    words = ("-G", "1", "-P", "6", "--seed", "1", "-k", "[2, 8]", recording)
    one, _all = run(command, tmp_path / "one", "-n", "1", *words)
    two, everything = run(command, tmp_path / "two", "-n", "2", *words)
    assert one["final"] == two["final"]
    assert everything["markers"] == list("OOVV")
    assert len(everything["records"]) == 12


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_the_search_improves_over_five_seeds(shared, command, tmp_path):
    recording = shared / "data" / "File_axon_5.abf"
    first, last = {"O": [], "V": []}, {"O": [], "V": []}
    for seed in range(1, 6):
        words = ("-G", "8", "-P", "24", "--seed", seed, recording)
        final, everything = run(command, tmp_path / str(seed), *words)
        records, markers = everything["records"], everything["markers"]
        assert len(records) == 24 * 9
        archive = [record for record in final["final"] if record["sours"] == "A"]
        for mode in "OV":
            first[mode].append(sums(records[:24], markers, mode).min())
            last[mode].append(sums(archive, markers, mode).min())
    assert statistics.median(last["V"]) < statistics.median(first["V"])
    assert statistics.median(last["O"]) <= statistics.median(first["O"])


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_one_process_finds_the_same_population(shared, command, tmp_path):
    words = ("-G", "8", "-P", "24", "--seed", "1", shared / "data" / "File_axon_5.abf")
    one, _all = run(command, tmp_path / "one", "-n", "1", *words)
    two, _all = run(command, tmp_path / "two", "-n", "2", *words)
    assert one["final"] == two["final"]


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_a_long_recording_with_two_steps(shared, command, tmp_path):
    words = ("--stimulus", "1646.8", "2146.8", "-k", "[0,6,8,16]", "-G", "3", "-P", "12")
    recording = shared / "data" / "171116sh_0018.abf"
    one, everything = run(command, tmp_path / "one", "--seed", "1", "-n", "1", *words, recording)
    two, _all = run(command, tmp_path / "two", "--seed", "1", "-n", "2", *words, recording)
    assert one["final"] == two["final"]
    assert everything["markers"] == list("OOOOVVVV")
    assert len(everything["records"]) == 48


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_adapted_weights_do_not_depend_on_the_number_of_processes(shared, command, tmp_path):
    words = ("-A", "K", "-G", "20", "-P", "48", "-E", "8", "-U", "0", "--seed", "3", "-Z")
    recording = shared / "data" / "File_axon_5.abf"
    one, _all = run(command, tmp_path / "one", "-n", "1", *words, recording)
    two, _all = run(command, tmp_path / "two", "-n", "2", *words, recording)
    assert one["final"] == two["final"]
    (trace,) = (tmp_path / "two").glob("*-KrWtLg.json")
    adaptations = json.loads(trace.read_text())["adaptations"]
    assert [adaptation["generation"] for adaptation in adaptations] == list(range(1, 21))
