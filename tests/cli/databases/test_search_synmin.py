"""search-synmin on the command line, with the built-in cell."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

TRUTH = Path(__file__).parents[3] / "examples" / "experimentaldata" / "TC-example-truth.json"
INIT = {"soma.v": -77.0, "axon.v": -77.0}
#: AMPA alone and NMDA alone, coarse; a quarter of the usual number of steps.
WORDS = ("-A", "(1, 0, 2)", "-N", "(0, 1, 2)", "-G", "0.4", "-a", "0.03", "--dt", "0.1")
#: One of them, of model 4.
ONE = ("-n", "4", "-A", "1", "-N", "0", "--dt", "0.1")
STEP_US = 0.4 / 10 / 10  # of the second grid, which is the last
HH_RECORD = {"parameters": {"soma(0.5).hh.gl": 3e-4}, "id": 4}


def database(path, *, models=(4, 7, 9), **more):
    """Model 4 is that of the example, 7 has no sodium channels, 9 cannot be built."""
    content = json.loads(TRUTH.read_text())
    content |= {"gsynmin": [], **more}
    (truth,) = content["models"]
    sodium = [name for name in truth["parameters"] if name.endswith(".gna_max")]
    changes = {4: {}, 7: dict.fromkeys(sodium, 0.0), 9: {"soma.L": -1.0}}
    content["models"] = [
        {**truth, "parameters": truth["parameters"] | changes[number], "id": number, "mine": number}
        for number in models
    ]
    content["models"][0]["init"] = INIT
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def ok(command, *words):
    answer = command("search-synmin", *words)
    assert answer.code == 0, answer.err
    return answer


@pytest.fixture
def db(tmp_path):
    return database(tmp_path / "db.json")


def test_the_values_that_are_written_divide_firing_from_silence(command, db, tmp_path):
    before, out = db.read_bytes(), tmp_path / "out.json"
    answer = ok(command, db, *WORDS, "-o", out)
    assert db.read_bytes() == before
    assert "2 mix(es), conductances from 0 to 0.4 uS to 0.03 uS, at 35 degC (batch" in answer.out
    assert "2 model(s) without init (7, 9) begin at -76 mV" in answer.out
    assert "model 7: no conductance fires for any mix" in answer.out
    assert "model 9: the simulation failed: " in answer.out
    assert "2 of 6 conductances found: " in answer.out
    made = json.loads(out.read_text())
    assert made["gsynmin"] == [-1.0, 1.0]
    fires, silent, failed = made["models"]
    assert silent["gsynmin"] == [None, None]
    assert failed["gsynmin"] is None
    assert fires["init"] == INIT
    assert [each["mine"] for each in made["models"]] == [4, 7, 9]
    assert not list(tmp_path.glob("*.progress"))
    # The trials that the search says it has seen, once more.
    value_uS = fires["gsynmin"][0]
    assert 0.0 < value_uS < 0.4
    assert value_uS == pytest.approx(STEP_US * round(value_uS / STEP_US), abs=1e-12)
    for conductance_uS, said in ((value_uS, "fires"), (value_uS - STEP_US, "does not fire")):
        answer = ok(command, db, *ONE, "-G", repr(conductance_uS), "-X", "-o", tmp_path / "f.svg")
        assert f"model 4 {said} with {conductance_uS:g} uS, AMPA 1, NMDA 0, at 35" in answer.out
    # A current of potassium keeps it from firing.
    words = ("-G", repr(value_uS), "-B", "0.1", "-X", "-o", tmp_path / "f.svg")
    assert "model 4 does not fire" in ok(command, db, *ONE, *words).out


def test_neuron_finds_the_same(command, tmp_path):
    db, found = database(tmp_path / "db.json", models=(4,)), []
    for simulator in ("neuron", "batch"):
        out = tmp_path / f"{simulator}.json"
        words = (*ONE, "-G", "0.4", "-a", "0.03", "--simulator", simulator, "-o", out)
        answer = ok(command, db, *words)
        assert f"at 35 degC ({'NEURON' if simulator == 'neuron' else 'batch'}" in answer.out
        found.append(json.loads(out.read_text())["models"][0]["gsynmin"])
    assert found[0] == found[1]
    assert None not in found[0]


def test_one_model_in_place(command, tmp_path):
    db = database(tmp_path / "db.json", models=(4, 7))
    before = json.loads(db.read_text())
    ok(command, db, *ONE, "-G", "0.1", "-g", "0.09", "-a", "0.02", "-T", "30")
    after = json.loads(db.read_text())
    assert after["gsynmin"] == [-1.0]
    (value,) = after["models"][0].pop("gsynmin")
    assert value is None or 0.09 < value <= 0.1
    assert after["models"] == before["models"]


def test_a_figure_of_one_trial(command, db, tmp_path):
    before = db.read_bytes()
    for name in ("trial.svg", "trial.pdf"):
        ok(command, db, *ONE, "-G", "0.4", "-X", "-o", tmp_path / name)
    assert db.read_bytes() == before
    text = (tmp_path / "trial.svg").read_text()
    assert "model 4 at 35 °C, 0.4 µS, AMPA 1, NMDA 0" in text
    assert "time since the event (ms)" in text
    assert (tmp_path / "trial.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-A", "[1, 0]"), r"-A has 2 value\(s\) of AMPA and -N 11 of NMDA"),
        (("-A", "open('x')"), r"-A.*open\('x'\).*expected a number such as 0\.5, a list such as"),
        (("-N", "[0, -1]"), r"-N.*a number from 0 on"),
        (("-A", "0", "-N", "0"), r"mix 1 of -A and -N has neither AMPA nor NMDA"),
        (("-G", "0.1", "-g", "0.1"), r"-g 0\.1 and -G 0\.1: expected the smallest and the largest"),
        (("-a", "0"), r"-a.*0\.0: expected a number above 0"),
        (("-B", "-1"), r"-B.*-1\.0: expected a number of at least 0"),
        (("-n", "5"), r"-n 5: there is no such model; the file has the models 4, 7, 9"),
        (("-n", "4"), r"-n 4: in .*db\.json other models \(7\) have gsynmin for other mixes"),
        (("-X", "-n", "4"), r"-X draws one trial: give one model with -n, and one number"),
        (("-X", "-A", "1", "-N", "0"), r"-X draws one trial: give one model with -n"),
        ((*ONE, "-X", "-o", "f.doc"), r"f\.doc.*suffix"),
        (("-o", "no/out.json"), r"no/out\.json: the folder no does not exist"),
    ],
)
def test_a_mistake_gives_one_clear_message(words, expected, command, db, tmp_path):
    content = json.loads(db.read_text())
    content["models"][1]["gsynmin"] = [0.1]
    db.write_text(json.dumps(content | {"gsynmin": [0.0]}))
    before = db.read_bytes()
    answer = command("search-synmin", db, *words)
    message = " ".join(answer.err.split())
    assert answer.code == 2
    assert re.search(expected, message), message
    assert message.count("error: ") == 1
    assert db.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["db.json"]


def test_a_cell_without_the_mechanism(command, hh_project, tmp_path):
    db = tmp_path / "db.json"
    db.write_text(json.dumps({"temperature": 6.3, "models": [HH_RECORD]}))
    before = db.read_bytes()
    answer = command("search-synmin", db, "--project", hh_project)
    assert answer.code == 2
    message = " ".join(answer.err.split())
    assert "AMPAandNMDAwithTone, but the model's channels do not have it" in message
    assert re.search(r"Copy .*AMPAandNMDAwithTone\.mod to the model's \.mod files", message)
    assert message.startswith("pyneuronautofit: error: ")
    assert message.count("AMPAandNMDAwithTone, but") == 1
    assert db.read_bytes() == before
    assert not list(tmp_path.glob("*.progress"))
