"""A worker process: it opens what it is told, says who it is, and evaluates as the head would."""

from __future__ import annotations

import contextvars
import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from cli.conftest import HH_PROJECT, write_recording
from pyneuronautofit.errors import UsageError
from pyneuronautofit.fitting import FitOptions, open_fit
from pyneuronautofit.fitting.evaluators.bench import WorkBench
from pyneuronautofit.fitting.evaluators.sameness import (
    check_parts,
    differences,
    self_description,
)
from pyneuronautofit.fitting.evaluators.work_order import WorkOrder, order_of
from pyneuronautofit.plugins import active_plugins

from .made import opened_fit

ONE_MODE = Path(__file__).parents[2] / "one_mode.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("head")
    (where / "project.py").write_text(HH_PROJECT)
    write_recording(where / "cell.npz")
    return where


@pytest.fixture(scope="module")
def head(folder):
    config = FitOptions(
        recording=str(folder / "cell.npz"), modes="OV", dt=0.1, simulator="neuron", n_worker=1,
        project=str(folder),
    )  # fmt: skip
    opened = open_fit(config, folder)
    with opened.problem.opened():
        check_parts(opened.problem)
        yield opened, order_of(opened, folder, config), config


@pytest.fixture
def bench():
    made = WorkBench()
    yield made
    made.close()


def test_what_it_evaluates_is_what_the_head_does(head, bench, monkeypatch, tmp_path):
    opened, order, _config = head
    monkeypatch.chdir(tmp_path)  # it is somewhere else
    travelled = json.loads(json.dumps(order.as_plain()))
    answer = bench.introduce(travelled, 1)
    assert differences(self_description(opened), answer["described"]) == []
    space = opened.problem.space
    table = space.to_model(space.sample(np.random.default_rng(1), 2))
    found = bench.evaluate(order.key, table.values.tobytes(), with_residuals=True)
    expected = opened.problem.evaluate_here(table.values, with_residuals=True)
    assert found["scores"] == expected.scores.tobytes()
    assert found["residuals"] == expected.residuals.tobytes()
    assert found["status"] == [status.name for status in expected.status]
    assert bench.evaluate("other", b"", with_residuals=False) == {"unknown": "other"}
    bench.close()
    assert "unknown" in bench.evaluate(order.key, b"", with_residuals=False)


def test_no_worker_decides_by_itself_what_simulates(head, bench, monkeypatch):
    """The head has kernels; this worker has no compiler, and an empty cache."""
    _opened, order, _config = head
    settings = {**order.settings, "simulator": None, "dt": None}
    told = dataclasses.replace(order, settings=settings, generated=(True,))
    empty = Path(settings["recording"]).parent / "empty cache"
    empty.mkdir(mode=0o700)
    monkeypatch.setenv("PYNEURONAUTOFIT_CACHE", str(empty))
    monkeypatch.setenv("CXX", "no-such-compiler")
    answer = bench.introduce(told.as_plain(), 1)
    assert "needs a C++ compiler, but 'no-such-compiler', which CXX names" in answer["refused"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"recording": "/nowhere/cell.npz"}, "/nowhere/cell.npz"),
        ({"plugins": ["/nowhere/mode.py"]}, "/nowhere/mode.py"),
        ({"modes": "O{latency}"}, "latency"),
        ({"odd": 1}, "odd"),
    ],
)
def test_what_cannot_be_opened_is_said(head, bench, changed, said):
    _opened, order, _config = head
    settings = {**order.settings, **changed}
    answer = bench.introduce({**order.as_plain(), "settings": settings}, 1)
    assert said in answer["refused"]


def test_a_fit_goes_on_with_its_files_where_another_one_has_edited_them(folder, bench, tmp_path):
    """Two fits with the very same options, of which the second has begun after an edit."""
    project = tmp_path / "project.py"
    config = FitOptions(
        recording=str(folder / "cell.npz"), modes="OV", dt=0.1, simulator="neuron", n_worker=1,
        project=str(tmp_path),
    )  # fmt: skip
    values, keys, scores = np.array([[0.12, 0.036, 3e-4]]), [], []
    for size_um in ("30", "40"):
        project.write_text(HH_PROJECT.replace("soma.diam = 30", f"soma.diam = {size_um}"))
        opened = open_fit(config, tmp_path)
        with opened.problem.opened():
            check_parts(opened.problem)
            order = order_of(opened, tmp_path, config)
            answer = bench.introduce(json.loads(json.dumps(order.as_plain())), 1)
            assert differences(self_description(opened), answer["described"]) == []
            scores.append(opened.problem.evaluate_here(values).scores.tobytes())
        keys.append(order.key)
    assert scores[0] != scores[1]
    found = [bench.evaluate(key, values.tobytes(), with_residuals=False) for key in keys]
    assert [each["scores"] for each in found] == scores


def test_several_fits_do_not_close_one_another_s_for_ever(bench, monkeypatch):
    opened = opened_fit()
    monkeypatch.setattr("pyneuronautofit.fitting.evaluators.bench.opened_by", lambda *_: opened)
    nothing = np.empty((0, len(opened.problem.space))).tobytes()
    orders = [WorkOrder({"spike_zoom": zoom}, "/", (False,)) for zoom in range(5)]

    def known():
        answers = [bench.evaluate(each.key, nothing, with_residuals=False) for each in orders]
        return [number for number, each in enumerate(answers) if "unknown" not in each]

    for each in orders[:4]:
        assert "described" in bench.introduce(each.as_plain(), 1)
    assert known() == [0, 1, 2, 3]
    # What was used is closed where another one comes.
    bench.introduce(orders[4].as_plain(), 1)
    assert known() == [3, 4]


def test_an_order_is_plain_and_names_files_in_full(head, folder, monkeypatch):
    opened, order, config = head
    monkeypatch.chdir(folder)
    near = dataclasses.replace(config, recording="cell.npz", project=".")
    again = order_of(opened, Path(), near)
    assert again.settings["recording"] == str(folder / "cell.npz")
    assert again.settings["project"] == str(folder / "project.py")
    assert again.key == order.key
    assert "output" not in order.settings
    assert dataclasses.replace(order, generated=(True,)).key != order.key


def test_plug_ins_of_files_travel_and_functions_do_not(head, folder):
    opened, _order, config = head

    def mine(voltage_mV):
        """Nothing."""
        return voltage_mV.max(axis=1)

    def ordered():
        with active_plugins(files=[ONE_MODE]):
            return order_of(opened, folder, dataclasses.replace(config, plugins=(str(ONE_MODE),)))

    order = contextvars.copy_context().run(ordered)
    assert order.settings["plugins"] == [str(ONE_MODE)]
    with (
        active_plugins(objectives=[mine]),
        pytest.raises(UsageError, match=r"\{mine\} is a part of .*, which workers do not have"),
    ):
        order_of(opened, folder, config)
