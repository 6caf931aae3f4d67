"""A run file to begin with: it runs as it is."""

from __future__ import annotations

import tomllib

import pytest

from cli.conftest import write_recording


@pytest.fixture
def project(hh_project, tmp_path):
    (tmp_path / "project.py").write_text((hh_project / "project.py").read_text())


def test_it_runs_as_it_is(command, project, tmp_path):
    write_recording(tmp_path / "cell.npz", n_sweep=5)
    answer = command("init", "cell.npz")
    assert answer.code == 0, answer.err
    *_others, written, following = answer.out.splitlines()
    assert written == "written: cell.toml"
    assert following == "next:    pyneuronautofit --run cell.toml"
    text = (tmp_path / "cell.toml").read_text()
    content = tomllib.loads(text)
    assert content["model"] == {
        "project": "project.py", "eval-mode": "OV", "hold-out": "2", "spike-threshold": -20.0,
    }  # fmt: skip
    assert content["fitting"] == {"algorithm": "Auto", "evaluations": 5000, "seed": 1}
    # What was found stands above.
    for line in (
        "# cell.npz: 5 sweeps of 60 ms, samples 0.1 ms apart",
        "#   stimulus: samples 200..399 (20 to 40 ms), where the sweeps differ from each other",
        "#       4            0            100           -65       2",
        "#   3 searched parameters",
    ):
        assert line in text.splitlines(), line
    assert "evaluations per second (batch," in text
    words = following.partition("pyneuronautofit ")[2].split()
    answer = command(*words, "--evaluations", "85", "-n", "1", "-a", "run")
    assert answer.code == 0, answer.err
    assert "search      Auto, 3 parameters" in answer.out
    assert (tmp_path / "run-final.json").exists()


def test_what_was_said_is_in_it(command, recording, hh_project, tmp_path):
    (tmp_path / "conf").mkdir()
    answer = command(
        "init", recording.name, "--project", hh_project, "-o", "conf/x.toml", "--no-timing",
        "--stimulus", "20", "39", "--voltage-offset", "-3",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    content = tomllib.loads((tmp_path / "conf" / "x.toml").read_text())
    assert content["recording"] == "../cell.npz"
    assert content["model"]["stimulus"] == [20.0, 39.0]
    assert content["model"]["voltage-offset"] == -3.0
    # There are but three sweeps.
    assert "hold-out" not in content["model"]
    assert "evaluations per second" not in answer.out
    assert command("--run", "conf/x.toml", "--dry-run").code == 0


def test_a_file_that_is_there_stays(command, recording, tmp_path):
    (tmp_path / "cell.toml").write_text("mine")
    answer = command("init", recording, "--no-timing")
    assert answer.code == 2
    assert "cell.toml is there already: give another name with -o, or write over it" in answer.err
    assert (tmp_path / "cell.toml").read_text() == "mine"
    assert command("init", recording, "--no-timing", "--force").code == 0
    assert (tmp_path / "cell.toml").read_text() != "mine"


def test_what_is_no_place_for_it(command, recording, tmp_path):
    answer = command("init", recording, "-o", recording, "--force", "--no-timing")
    assert answer.code == 2
    assert "is read" in answer.err
    assert command("init", tmp_path / "none.abf").code == 2


def test_what_is_to_be_typed_next_is_a_command_of_a_shell(command, project, tmp_path):
    write_recording(tmp_path / "sp ace.npz")
    answer = command("init", "sp ace.npz", "--no-timing")
    assert answer.out.splitlines()[-1] == "next:    pyneuronautofit --run 'sp ace.toml'"
