"""The folder for sbi: what is in it, and that the script makes of it what it says."""

from __future__ import annotations

import json
import runpy
import sys
import types
from dataclasses import replace

import numpy as np
import pytest

from fitting.parabolas import Parabolas, make_problem
from pyneuronautofit.database import read_models
from pyneuronautofit.errors import OutputError
from pyneuronautofit.fitting.for_sbi import (
    Inference,
    files_of,
    head_of,
    said_of,
    simulate_prior,
    write_folder,
)
from pyneuronautofit.runs import open_run
from pyneuronautofit.space import ParameterSpace
from report._made import info, make_run

ROWS = [
    [["s.a", "t.a"], "lin", 0.0, 10.0],
    ["s.b", "log", 0.1, 10.0],
    ["s.c", "con", 3.0, 3.0],
]


@pytest.fixture
def inference(tmp_path):
    problem = make_problem(Parabolas())
    problem = replace(problem, space=ParameterSpace.from_rows(ROWS))
    about = info(header=replace(info().header, parameters=ROWS[:2]))
    with open_run(make_run(tmp_path / "mine.sqlite", [[[1, 1, 1]]], about=about)) as run:
        header = replace(run.header, parameters=ROWS)
        run.info = replace(run.info, header=header)
        head = head_of(run)
    return Inference("mine", head, 4, simulate_prior(problem, 40, 4))


def test_arrays(inference, tmp_path):
    write_folder(tmp_path / "new" / "sbi", inference)
    arrays, head, script, readme = files_of(tmp_path / "new" / "sbi")
    with np.load(arrays, allow_pickle=False) as read:
        for name in ("theta", "x", "x_observed", "low", "high", "log"):
            np.testing.assert_array_equal(read[name], getattr(inference.data, name))
        assert read["parameters"].tolist() == ["s.a", "s.b"]
        assert read["features"].tolist() == list(inference.data.features)
    text = readme.read_text()
    assert "40 simulations of the model of the run `mine`" in text
    assert "| `s.b` | log10 | -1 | 1 |" in text
    assert "| latency | ms |" in text
    assert "$" not in text
    assert json.loads(head.read_text())["shared"] == {
        "places": {"s.a": ["t.a"]}, "constants": {"s.c": 3.0},
    }  # fmt: skip
    before = [path.read_bytes() for path in files_of(tmp_path / "new" / "sbi")]
    write_folder(tmp_path / "new" / "sbi", inference)
    assert before == [path.read_bytes() for path in files_of(tmp_path / "new" / "sbi")]
    compile(script.read_text(), "train_npe.py", "exec")


def test_hostile_names_stay_names(inference, tmp_path):
    write_folder(tmp_path / "sbi", replace(inference, run="a`|\n# b"))
    assert "run `a'/ # b`" in files_of(tmp_path / "sbi")[3].read_text()


def test_what_is_said(inference):
    data = inference.data
    failed = sum(data.failures.values())
    said = said_of(data)
    assert said.startswith(f"40 simulations of 2 parameters, 22 features, {failed} failed")
    far = replace(data, x_observed=data.x_observed + 1e6)
    assert "; 22 features of the recording outside of all simulations'" in said_of(far)
    one = replace(data, x_observed=np.append(np.nanmean(data.x, axis=0)[:-1], 1e6))
    assert "; 1 feature of the recording outside" in said_of(one)
    assert said_of(replace(one, x_observed=np.nanmean(data.x, axis=0))).endswith(
        "; the recording's features are all within the simulations'"
    )


def test_a_folder_that_cannot_be_made(inference, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"cannot be made: .*Choose another with --sbi"):
        write_folder(tmp_path / "file" / "sbi", inference)


def test_the_script_trains_on_what_is_there(inference, tmp_path, monkeypatch):
    """With a stand-in for torch and sbi: which numbers it gives them, and what it writes."""
    folder = tmp_path / "sbi"
    write_folder(folder, inference)
    seen = _stand_in(monkeypatch)
    monkeypatch.chdir(folder)
    runpy.run_path("train_npe.py")
    data = inference.data
    np.testing.assert_array_equal(seen["low"], data.low)
    np.testing.assert_array_equal(seen["theta"], data.theta)
    varies = np.nanstd(data.x, axis=0) > 0
    assert 0 < varies.sum() < len(varies)
    np.testing.assert_array_equal(seen["x"], data.x[:, varies])
    np.testing.assert_array_equal(seen["observed"], data.x_observed[varies])
    read = read_models(folder / "posterior.json")
    assert len(read.models) == 1000
    assert read.models[0].target == "cell.abf"
    a, b = seen["samples"][7]
    assert read.models[7].parameters == pytest.approx(
        {"s.a": a, "t.a": a, "s.b": 10**b, "s.c": 3.0}
    )


def _stand_in(monkeypatch):
    """Put modules in the place of torch and sbi that keep what they are given."""
    seen = {}

    class Array(np.ndarray):
        def numpy(self):
            return np.asarray(self)

    class Trainer:
        def __init__(self, prior):
            seen["low"], self.high = prior

        def append_simulations(self, theta, x, exclude_invalid_x):
            assert exclude_invalid_x
            seen["theta"], seen["x"] = theta, x
            return self

        def train(self):
            return self

        def build_posterior(self):
            return self

        def sample(self, shape, x):
            seen["observed"] = x
            seen["samples"] = np.random.default_rng(0).uniform(-1, 1, (*shape, 2))
            return seen["samples"].view(Array)

    torch = types.SimpleNamespace(
        as_tensor=lambda values, dtype: values, float32=np.float32, manual_seed=lambda _seed: None
    )
    sbi = types.ModuleType("sbi")
    parts = {
        "torch": torch, "sbi": sbi,
        "sbi.inference": types.SimpleNamespace(NPE=Trainer),
        "sbi.utils": types.SimpleNamespace(BoxUniform=lambda low, high: (low, high)),
    }  # fmt: skip
    for name, part in parts.items():
        monkeypatch.setitem(sys.modules, name, part)
    return seen


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_the_script_trains_with_sbi_itself(inference, tmp_path, monkeypatch):
    """Where sbi is installed (pip install sbi): it is not among the development tools."""
    pytest.importorskip("sbi", reason="sbi is not installed: pip install sbi")
    import subprocess

    folder = tmp_path / "sbi"
    problem = replace(make_problem(Parabolas()), space=ParameterSpace.from_rows(ROWS))
    write_folder(folder, replace(inference, data=simulate_prior(problem, 500, 4)))
    done = subprocess.run(
        [sys.executable, "train_npe.py"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    read = read_models(folder / "posterior.json")
    values = np.array([[m.parameters["s.a"], m.parameters["s.b"]] for m in read.models])
    # The recording is a model of its own: 2 t + 3 t^2. Its sum is known, its parts are less.
    low, high = np.quantile(values, [0.05, 0.95], axis=0)
    assert low[0] < 2.0 < high[0] < low[0] + 6.0
    assert low[1] < 3.0 < high[1]
    assert abs(np.median(values.sum(axis=1)) - 5.0) < 1.0
