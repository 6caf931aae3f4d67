"""Every mistake gives one clear message and exit code 2, and never a traceback.

Each case: what to put into the working directory, the command line, and what the message has to
say. RECORDING stands for a recording that is all right.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from abf2_writer import write_abf2
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import BatchSimulator, plan_experiment
from pyneuronautofit.space import ParameterSpace


def nothing(folder: Path) -> None:
    """Everything is there."""


def text(name: str, content: str):
    return lambda folder: (folder / name).write_text(content)


def arrays(name: str, **changed):
    def write(folder: Path) -> None:
        current = np.zeros((2, 300))
        current[:, 100:200] = 50.0
        kept = {"voltage": current - 65.0, "current": current, "dt": 0.1, **changed}
        np.savez(folder / name, **{k: v for k, v in kept.items() if v is not None})

    return write


#: Three sweeps of three lengths.
ROWS = [[1.0] * n for n in (3, 9, 20)]


def with_nan(folder: Path) -> None:
    voltage = np.full((2, 300), -65.0)
    voltage[:, 7] = np.nan
    arrays("r.npz", voltage=voltage)(folder)


def truncated_abf(folder: Path) -> None:
    current = np.zeros((2, 3000))
    current[:, 1000:2000] = 50.0
    write_abf2(folder / "r.abf", current - 65.0, current, 0.1)
    whole = (folder / "r.abf").read_bytes()
    (folder / "r.abf").write_bytes(whole[: len(whole) * 2 // 3])


# Whatever should be refused and is not ends at once.
FIT = ("-A", "N", "-m", "OV", "-G", "0", "-P", "4", "--dry-run")


CASES = {
    "missing recording": (nothing, (*FIT, "no.abf"), r"no\.abf.*(does not exist|no such file)"),
    "no recording": (nothing, FIT, r"required: RECORDING"),
    "folder as recording": (lambda f: (f / "d.abf").mkdir(), (*FIT, "d.abf"), r"d\.abf.*folder"),
    "foreign file": (text("r.abf", "hello, world"), (*FIT, "r.abf"), r"r\.abf.*(ABF|formats)"),
    "unknown suffix": (text("r.xyz", "hello, world"), (*FIT, "r.xyz"), r"\.xyz.*\.abf"),
    "truncated ABF": (truncated_abf, (*FIT, "r.abf"), r"r\.abf.*(short|truncat|ends|bytes)"),
    "NaN": (with_nan, (*FIT, "r.npz"), r"0-1: its voltage has 1 samples.*the first is sample 7"),
    "unequal shapes": (
        arrays("r.npz", voltage=np.zeros((2, 200))),
        (*FIT, "r.npz"),
        r"\(2, 200\).*\(2, 300\)",
    ),
    "unequal sweeps": (
        text("r.json", json.dumps(dict.fromkeys(("voltage", "current"), ROWS) | {"dt": 1})),
        (*FIT, "r.json"),
        r"r\.json.*several protocols, and fewer than half.*--sweeps 0",
    ),
    "missing key": (arrays("r.npz", dt=None), (*FIT, "r.npz"), r"dt"),
    "conditions without voltages": (
        text("r.json", '{"mode": "OV", "nrec": 1, "cond": [], "currents": []}'),
        (*FIT, "r.json"),
        r"recording",
    ),
    "no stimulus": (arrays("r.npz", current=np.zeros((2, 300))), (*FIT, "r.npz"), r"stimulus"),
    "bad stimulus": (
        nothing,
        (*FIT, "--stimulus", "40", "30", "RECORDING"),
        r"--stimulus.*40",
    ),
    "stimulus outside": (
        nothing,
        (*FIT, "--stimulus", "10", "9000", "RECORDING"),
        r"--stimulus.*9000",
    ),
    "unknown channel": (
        lambda f: write_abf2(f / "r.abf", np.ones((1, 500)), np.eye(1, 500, 250), 0.1),
        (*FIT, "--voltage-channel", "7", "r.abf"),
        r"channel.*7",
    ),
    "unknown flag": (nothing, (*FIT, "--nonsense", "RECORDING"), r"no option --nonsense"),
    "not a number": (nothing, ("-A", "N", "-G", "many", "RECORDING"), r"-G.*many"),
    "negative generations": (nothing, (*FIT, "-G", "-3", "RECORDING"), r"-G.*-3.*at least 0"),
    "population of one": (nothing, (*FIT, "-P", "1", "RECORDING"), r"-P 1.*at least"),
    "rate above one": (nothing, (*FIT, "-M", "1.5", "RECORDING"), r"-M.*from 0 to 1"),
    "no time step": (nothing, (*FIT, "--dt", "0", "RECORDING"), r"--dt 0"),
    "unknown mode": (
        nothing,
        ("-A", "N", "-m", "OB", "--dry-run", "RECORDING"),
        r"'B' is no evaluation mode",
    ),
    "unknown algorithm": (nothing, ("-A", "Gradient", "RECORDING"), r"-A Gradient.*NSGA2"),
    "tolerance out of range": (nothing, (*FIT, "--tolerance", "5", "RECORDING"), r"--toler.* 5"),
    "tolerance of fixed steps": (
        nothing,
        (*FIT, "--dt", "0.05", "--tolerance", "0.01", "RECORDING"),
        r"--tolerance 0\.01 is for the adaptive integrator",
    ),
    "step of adaptive steps": (
        nothing,
        (*FIT, "--dt", "0.05", "--integrator", "adaptive", "RECORDING"),
        r"--dt 0\.05 .*leave out one of them",
    ),
    "as many elites as members": (
        nothing,
        ("-A", "K", "-m", "OV", "-P", "8", "-E", "8", "--dry-run", "RECORDING"),
        r"-E 8: expected 0 to 7 elites in a population of -P 8",
    ),
    "bound below one": (
        nothing,
        ("-A", "K", "-b", "0.5", "--dry-run", "RECORDING"),
        r"-b.*0\.5.*at least 1",
    ),
    "no initial population": (nothing, (*FIT, "-I", "none.json", "RECORDING"), r"none\.json"),
    "foreign initial population": (
        text("p.json", '{"models": [{"parameters": {"dend.L": 3}}]}'),
        (*FIT, "-I", "p.json", "RECORDING"),
        r"-I p\.json: none of its parameters is searched",
    ),
    "evaluate without a recording": (
        text("m.json", '{"models": [{"parameters": {"soma.L": 50}}]}'),
        ("evaluate", "m.json"),
        r"do not say which recording",
    ),
    "evaluate a recording that is not there": (
        text("m.json", '{"target": "far.abf", "models": [{"parameters": {"soma.L": 50}}]}'),
        ("evaluate", "m.json"),
        r"far\.abf.*--recordings",
    ),
    "no such run": (nothing, ("--resume", "x"), r"there is no run x: expected a run's stamp"),
    "unknown simulator": (
        nothing,
        (*FIT, "--simulator", "brian", "RECORDING"),
        r"--simulator brian.*neuron",
    ),
    "adaptive steps of neuron": (
        nothing,
        (*FIT, "--integrator", "adaptive", "--simulator", "neuron", "RECORDING"),
        r"--integrator adaptive is the batch simulator's",
    ),
    "precision of NEURON": (
        nothing,
        (*FIT, "--precision", "single", "--simulator", "neuron", "RECORDING"),
        r"--precision single is for the batch simulator",
    ),
    "both simulators in a fit": (
        nothing,
        (*FIT, "--simulator", "both", "RECORDING"),
        r"--simulator both: expected one of batch, neuron",
    ),
    "unreadable mask": (nothing, (*FIT, "-k", "no-such-file.json", "RECORDING"), r"mask.*neither"),
    "mask with code": (nothing, (*FIT, "-k", "__import__('os')", "RECORDING"), r"mask.*neither"),
    "broken mask file": (
        text("mask.json", "{'O': [0, 1,\n 'V': 2}"),
        (*FIT, "-k", "mask.json", "RECORDING"),
        r"mask\.json is not a Python literal \(line \d\)",
    ),
    "mask beyond the sweeps": (nothing, (*FIT, "-k", "[0, 9]", "RECORDING"), r"sweep 9.*3 sweeps"),
    "negative mask": (nothing, (*FIT, "-k", "-1", "RECORDING"), r"sweep -1.*3 sweeps"),
    "mask of a small letter": (
        nothing,
        (*FIT, "-k", "{'o': 1}", "RECORDING"),
        r"key 'o', which is no mode of -m OV",
    ),
    "mask of two modes": (nothing, (*FIT, "-k", "{'OV': 1}", "RECORDING"), r"a rule of its own"),
    "mask of another mode": (
        text("mask.json", "{'O': 1, 'T': 1}"),
        ("compare", "-m", "OV", "-k", "mask.json", "RECORDING", "RECORDING"),
        r"mask\.json has the key 'T'.*add 'T' to -m",
    ),
    "output is a file": (
        text("taken", ""),
        (*FIT[:-1], "--output", "taken", "RECORDING"),
        r"output folder taken",
    ),
    "output in a file": (
        text("taken", ""),
        (*FIT[:-1], "--output", "taken/below", "RECORDING"),
        r"output folder taken/below",
    ),
    "stamp that is a path": (nothing, (*FIT, "-a", "../x", "RECORDING"), r"-a.* \.\./x.*without"),
    "figure of no format": (nothing, (*FIT, "--figure", "f.doc", "RECORDING"), r"f\.doc.*png"),
    "figure nowhere": (nothing, (*FIT, "--figure", "no/f.png", "RECORDING"), r"no/f\.png.*folder"),
    "missing project": (nothing, (*FIT, "--project", "nowhere", "RECORDING"), r"nowhere"),
    "broken project": (
        text("project.py", "param_nslh = [\n  'soma.L'\n"),
        (*FIT, "RECORDING"),
        r"project\.py.*line",
    ),
    "project without a cell": (
        text("project.py", "param_nslh = [['soma.L', 'lin', 1, 2]]"),
        (*FIT, "RECORDING"),
        r"fitmeneuron",
    ),
    "misspelt parameter": (
        text(
            "project.py",
            "from neuron import h\n"
            "class fitmeneuron:\n"
            "    def __init__(self, nid=0):\n"
            "        self.soma = h.Section(name='soma', cell=self)\n"
            "        self.soma.insert('hh')\n"
            "    def setcable(self): pass\n"
            "param_nslh = [['soma(0.5).hh.gnabr', 'lin', 0.001, 1]]\n",
        ),
        (*FIT, "RECORDING"),
        r"did you mean 'gnabar'\?",
    ),
    "bound on nothing": (
        text(
            "project.py",
            "class fitmeneuron:\n"
            "    def setcable(self): pass\n"
            "param_nslh = [['soma.L', 'lin', 1, 'soma.diam']]\n",
        ),
        (*FIT, "RECORDING"),
        r"soma\.diam.*no earlier parameter",
    ),
    "compare without responses": (nothing, ("compare", "-m", "O", "RECORDING"), r"RESPONSES"),
    "compare with other sweeps": (
        arrays("y.npz"),
        ("compare", "-m", "O", "RECORDING", "y.npz"),
        r"y\.npz has 2 sweeps.*has 3",
    ),
    "compare with another step": (
        arrays("y.npz", voltage=np.zeros((3, 600)), dt=0.2),
        ("compare", "-m", "O", "RECORDING", "y.npz"),
        r"every 0\.2 ms",
    ),
    "simulate without output": (
        text("m.json", "{}"),
        ("simulate", "m.json", "RECORDING"),
        r"-o is missing",
    ),
    "simulate nothing": (
        text("m.json", '{"a": 1}'),
        ("simulate", "m.json", "RECORDING", "-o", "o.npz"),
        r"m\.json holds no models",
    ),
    "simulate in boiling water": (
        text("m.json", '{"models": [{"parameters": {"soma.L": 50}}]}'),
        ("simulate", "-q", "101", "m.json", "RECORDING", "-o", "o.npz"),
        r"-q/--temperature 101\.0: expected a number from -20 to 100",
    ),
    "endless smoothing": (
        nothing,
        ("-m", "X", "--smoothing-kernel", "inf", "--dry-run", "RECORDING"),
        r"--smoothing-kernel: 'inf': expected a finite number",
    ),
    "evaluation that is none": (
        text(
            "m.json",
            '{"evaluation": {"mode": "T", "spikecount": "two"}, '
            '"models": [{"parameters": {"soma.L": 50}}]}',
        ),
        ("evaluate", "m.json", "RECORDING"),
        r"m\.json: the evaluation's 'spikecount' is 'two': expected a whole number",
    ),
    "no such model": (
        text("m.json", '{"models": [{"parameters": {"soma.L": 50}}]}'),
        ("simulate", "--models", "0,4:6", "m.json", "RECORDING", "-o", "o.npz"),
        r"no model 4:6",
    ),
}


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory):
    """Compile channels and kernel beforehand: that is no part of the messages."""
    model = load_model(None, tmp_path_factory.mktemp("empty"))
    current = np.zeros((1, 10))
    empty = Recording("empty", current, current, 0.1)
    experiment = plan_experiment(empty, StimulusWindow(2, 5), [0], 0.1, 35.0)
    space = ParameterSpace.from_rows(model.parameters)
    with BatchSimulator(model.cell_source, experiment, n_worker=1) as simulator:
        simulator.check(space.to_model(space.sample(np.random.default_rng(0), 1)))


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_gives_one_clear_message(case, command, recording, tmp_path):
    prepare, words, expected = CASES[case]
    prepare(tmp_path)
    answer = command(*(recording if word == "RECORDING" else word for word in words))
    assert answer.code == 2
    assert "Traceback" not in answer.err
    # Whichever case comes first compiles the kernel, and says so.
    lines = [line for line in answer.err.splitlines() if "compiling the kernel" not in line]
    whole = " ".join(" ".join(lines).split())
    # What was read may have been said before.
    before, _, message = whole.rpartition("pyneuronautofit: error: ")
    assert "error: " not in before
    assert message
    assert not before or ": stimulus samples " in before
    assert re.search(expected, message), message
    assert not list(tmp_path.glob("*.log.gz"))
