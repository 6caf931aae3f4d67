"""A fit of several recordings of one cell: scores, stores, what is held out, what is shown."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from cli.conftest import write_recording
from pyneuronautofit.fitting.outcome.counted import floor_of
from pyneuronautofit.runs import open_run
from recordings.nwb._mixed import write_mixed

SEARCH = ("-A", "N", "-P", "6", "--seed", "1", "--dt", "0.1", "-m", "OV")


def other_recording(path):
    """Another protocol of the same cell: other lengths, another clock, another window, held."""
    current = np.full((2, 900), -20.0)
    current[:, 400:800] += np.array([[-60.0], [120.0]])
    voltage = -67.0 + 0.08 * current
    voltage[1, 500:510] = 20.0
    np.savez(path, voltage=voltage, current=current, dt=0.05, command=True)
    return path


@pytest.fixture
def both(tmp_path, recording):
    return recording, other_recording(tmp_path / "other.npz")


@pytest.fixture
def fit(command, hh_project, tmp_path):
    """Runs a fit and returns its final file."""

    def run(*words, name="run", code=0):
        where = ("--project", hh_project, "--output", tmp_path / "out", "-a", name)
        answer = command(*SEARCH, *words, *where)
        assert answer.code == code, answer.err
        return tmp_path / "out" / f"{name}-final.json"

    return run


def read(path):
    return json.loads(path.read_text())


def vectors(command, hh_project, *words):
    answer = command("evaluate", "--dt", "0.1", "--project", hh_project, "--json", *words)
    assert answer.code == 0, answer.err
    return [each["vector"] for each in json.loads(answer.out)]


def test_scores_are_those_of_each_recording_by_itself(fit, both, command, hh_project, tmp_path):
    final = fit("-G", "2", *both)
    content = read(final)
    assert content["markers"] == list("OOOVVVOOVV")
    assert content["evaluation"]["beside"][0]["target"] == "other.npz"
    fitness = [record["fitness"] for record in content["final"]]
    # Without what it says of the other recording it is a file of models like any.
    del content["evaluation"]["beside"]
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps(content))
    apart = [vectors(command, hh_project, plain, path) for path in both]
    assert fitness == [[*one, *two] for one, two in zip(*apart, strict=True)]
    # And so they are evaluated again, wherever the recordings are.
    assert vectors(command, hh_project, final) == fitness
    assert vectors(command, hh_project, final, *both) == fitness
    # One that is named is scored alone.
    assert [vectors(command, hh_project, final, path) for path in both] == apart


def test_the_same_bits_for_any_number_of_workers(fit, both):
    one, two = (
        fit("-G", "2", "-n", "1", *both, name="a"),
        fit("-G", "2", "-n", "3", *both, name="b"),
    )
    assert read(one)["final"] == read(two)["final"]


def test_taken_up_again_it_ends_as_if_nothing_had_happened(
    fit, both, command, hh_project, tmp_path
):
    whole = fit("-G", "3", *both, name="whole")
    fit("-G", "1", *both, name="cut")
    for path in both:
        path.rename(tmp_path / "out" / path.name)
    answer = command("--resume", "cut", "-G", "3", "--output", tmp_path / "out")
    assert answer.code == 0, answer.err
    assert read(tmp_path / "out" / "cut-final.json")["final"] == read(whole)["final"]
    # Another file is noticed, also the second one.
    write_recording(tmp_path / "out" / "other.npz")
    answer = command("--resume", "cut", "-G", "4", "--output", tmp_path / "out")
    assert answer.code == 2
    assert "the recordings beside it are not the files" in " ".join(answer.err.split())


def test_sweeps_and_masks_of_their_own(fit, both, command, hh_project):
    one, two = both
    mask = "{'cell.npz': [0, 2]}"
    final = fit("-G", "1", "-k", mask, one, f"{two}:1")
    assert read(final)["markers"] == list("OOVVOV")
    fitness = [record["fitness"] for record in read(final)["final"]]
    assert vectors(command, hh_project, final) == fitness
    with open_run(final.with_name("run.sqlite")) as run:
        assert run.info.settings["mask"] == mask
        assert run.info.mode_sizes == (("O", 2), ("V", 2), ("O", 1), ("V", 1))
    answer = command("--resume", final.with_name("run.sqlite"), "-G", "2")
    assert answer.code == 0, answer.err


def test_polishing_follows_the_residuals_of_all(fit, both):
    final = fit("--polish", "0.5", "--evaluations", "60", *both)
    assert len(read(final)["markers"]) == 10
    assert all(None not in record["fitness"] for record in read(final)["final"])


def test_a_recording_that_is_held_out_as_a_whole(command, both, hh_project, tmp_path):
    words = ("--project", hh_project, "--output", tmp_path / "out", "-a", "run", "-G", "1")
    answer = command(*SEARCH, "--hold-out", "other.npz", *both, *words)
    assert answer.code == 0, answer.err
    text = " ".join(answer.out.split())
    assert "held out other.npz: 2 sweeps of 45 ms" in text
    assert re.search(r"V of the .* model, mV\^2: other.npz 0: .*, other.npz 1: ", text)
    assert re.search(r"per held-out sweep \(per fitted sweep\): O .* V ", text)
    final = tmp_path / "out" / "run-final.json"
    assert read(final)["markers"] == list("OOOVVV")
    scored = command("evaluate", "--dt", "0.1", "--project", hh_project, "--json", final)
    assert all(set(each["held_out"]) == {"O", "V"} for each in json.loads(scored.out))
    assert command("report", tmp_path / "out" / "run.sqlite").code == 0
    page = next(tmp_path.rglob("run-report.html")).read_text()
    found = re.search(r"<script[^>]*application/json[^>]*>(.*?)</script>", page, re.DOTALL)
    shown = json.loads(found[1])["responses"]
    assert [each["held"] for each in shown] == [[False] * 3, [True] * 2]


def test_a_recording_that_is_held_out_has_repeats(command, noisy, hh_project):
    with np.load(noisy) as parts:
        for name, rows in (("one.npz", [0, 3, 4]), ("two.npz", [1, 3])):
            own = {key: parts[key][rows] for key in ("voltage", "current")}
            np.savez(noisy.with_name(name), **own, dt=0.1)
    words = ("one.npz", "two.npz", "--hold-out", "two.npz", "--project", hh_project)
    answer = command(*SEARCH, *words, "-a", "run", "-G", "1")
    assert answer.code == 0, answer.err
    said = "(from repeats of 2 of 3 compared sweeps; for the others a lower bound"
    assert said in " ".join(answer.out.split())
    # Whoever measures it anew finds the same.
    with open_run(noisy.with_name("run.sqlite")) as run:
        floor = floor_of(run)
    scored = command("evaluate", "--dt", "0.1", "--project", hh_project, "--json", "run-final.json")
    assert json.loads(scored.out)[0]["floor"]["modes"] == floor.modes


def test_a_run_is_called_after_the_first_that_is_fitted(command, both, hh_project, tmp_path):
    words = ("--project", hh_project, "--output", tmp_path / "out", "-G", "1")
    answer = command(*SEARCH, "--hold-out", "cell.npz", *both, *words)
    assert answer.code == 0, answer.err
    (final,) = (tmp_path / "out").glob("other-*-final.json")
    assert read(final)["target"] == "other.npz"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-k", "{'third.npz': 1}"), "is none of them; the recordings are cell.npz, other.npz"),
        (("-k", "[2]"), "other.npz: the evaluation mask names sweep 2 for mode O"),
        (("--hold-out", "2"), "other.npz: --hold-out 2: there is no sweep 2"),
        (
            ("--hold-out", "third.npz"),
            "third.npz is neither sweeps, such as 3, 5:8 or 1/3, nor one",
        ),
    ],
)
def test_mistakes_name_the_recording(command, both, hh_project, tmp_path, words, said):
    where = ("--project", hh_project, "--output", tmp_path / "out", "-G", "1")
    answer = command(*SEARCH, *words, *both, *where)
    assert answer.code == 2
    assert said in " ".join(answer.err.split())


@pytest.mark.nightly
def test_sweeps_that_are_held_out(command, recording, hh_project, tmp_path):
    words = ("--project", hh_project, "--output", tmp_path / "out", "-a", "run", "-G", "1")
    answer = command(*SEARCH, "--hold-out", "1", recording, *words)
    assert answer.code == 0, answer.err
    final = tmp_path / "out" / "run-final.json"
    assert read(final)["markers"] == list("OOVV")
    assert read(final)["evaluation"]["hold_out"] == "1"
    words = ("--dt", "0.1", "--project", hh_project, final, recording)
    found = command("evaluate", "--json", *words)
    scored = json.loads(found.out)
    fitness = [record["fitness"] for record in read(final)["final"]]
    assert [each["vector"] for each in scored] == fitness
    assert all(set(each["held_out"]) == {"O", "V"} for each in scored)
    table = command("evaluate", *words).out
    assert "the same of the sweeps that were held out" in table


@pytest.mark.nightly
def test_a_figure_and_a_report_of_each(command, both, hh_project, tmp_path):
    words = ("--project", hh_project, "--output", tmp_path / "out", "-a", "run", "-G", "1")
    figure = tmp_path / "best.png"
    answer = command(*SEARCH, "--hold-out", "1", "--figure", figure, *both, *words)
    assert answer.code == 0, answer.err
    assert sorted(p.name for p in tmp_path.glob("best*.png")) == ["best-cell.png", "best-other.png"]
    assert (
        command("report", "run", "--output", tmp_path / "out").code == 0
        or command("report", tmp_path / "out" / "run.sqlite").code == 0
    )
    page = next((tmp_path).rglob("run-report.html")).read_text()
    content = json.loads(
        re.search(r"<script[^>]*application/json[^>]*>(.*?)</script>", page, re.S)[1]
    )
    assert [each["recording"] for each in content["responses"]] == ["cell.npz", "other.npz"]
    assert [each["held"] for each in content["responses"]] == [[False, True, False], [False, True]]
    assert "were held out. What every mode comes to per sweep" in " ".join(page.split())


def test_two_files_of_one_name(command, both, tmp_path):
    one, _two = both
    (tmp_path / "b").mkdir()
    other = other_recording(tmp_path / "b" / one.name)
    answer = command(*SEARCH, "-G", "1", one, other)
    assert answer.code == 2
    assert "two recordings are called cell.npz" in answer.err


def test_a_file_of_several_protocols(command, fit, hh_project, tmp_path):
    pytest.importorskip("pynwb")
    path = write_mixed(tmp_path / "mixed.nwb")
    chosen = fit("-G", "1", "--sweeps", "Long Square", path, name="chosen")
    words = ("--project", hh_project, "--output", tmp_path / "out", "-a", "all", "-G", "1")
    answer = command(*SEARCH, *words, path)
    assert answer.code == 0, answer.err
    said = " ".join(answer.err.split())
    assert "mixed.nwb: 10 of 20 sweeps are left out. 0-1: voltage clamp; 12-14: its" in said
    everything = read(tmp_path / "out" / "all-final.json")
    assert read(chosen)["markers"] == list("O" * 10 + "V" * 10)
    assert read(chosen)["final"] == everything["final"]
    assert read(chosen)["evaluation"]["recording"] == {"sweeps": "Long Square"}
    # Masks have the numbers of the file.
    masked = fit("-G", "1", "-k", "[2, 11]", path, name="masked")
    assert read(masked)["markers"] == list("OOVV")


@pytest.mark.nightly
def test_what_is_made_of_a_run_of_several(command, fit, both, hh_project, tmp_path):
    final = fit("-G", "1", *both)
    words = ("--project", hh_project, "--dt", "0.1")
    answer = command("final-check", *words, final, "0", tmp_path / "m-{}.png")
    assert answer.code == 0, answer.err
    assert sorted(path.name for path in tmp_path.glob("m-*.png")) == ["m-0-other.png", "m-0.png"]
    run = final.with_name("run.sqlite")
    where = ("--project", hh_project, "--scripts", "0")
    answer = command("export", run, *where, "--recording", "other.npz", "--sweep", "1")
    assert answer.code == 0, answer.err
    (script,) = tmp_path.rglob("*-model_*.py")
    assert "other.npz" in script.read_text()
    answer = command("export", run, *where, "--recording", "third.npz")
    assert answer.code == 2
    assert "the run was fitted to cell.npz, other.npz" in answer.err
    answer = command("evaluate", "--project", hh_project, "--dt", "0.1", final, *both[:1], script)
    assert answer.code == 2
    assert "the models were not fitted to that" in " ".join(answer.err.split())


@pytest.mark.nightly
def test_a_database_of_several_runs_knows_the_recordings(command, fit, both, hh_project, tmp_path):
    final = fit("-G", "1", *both)
    answer = command("collect", final.with_name("run.sqlite"), "-o", tmp_path / "all.json")
    assert answer.code == 0, answer.err
    words = ("evaluate", "--dt", "0.1", "--project", hh_project, "--json")
    of_run = {tuple(each["vector"]) for each in json.loads(command(*words, final).out)}
    of_all = json.loads(command(*words, tmp_path / "all.json").out)
    assert of_all
    assert all(len(each["vector"]) == 10 for each in of_all)
    assert of_run & {tuple(each["vector"]) for each in of_all}
