"""The examples of docs/plugins.md, executed."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.objectives import ALL_MODES
from pyneuronautofit.objectives.custom.functions import SETTINGS
from pyneuronautofit.optimisers import ALGORITHMS
from pyneuronautofit.plugins import active_plugins
from pyneuronautofit.recordings import read_recording
from pyneuronautofit.testing import check_objective, check_reader, check_strategy

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "plugins.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FILES = {
    found[1]: text
    for language, text in BLOCKS
    if language == "python" and (found := re.match(r"# (\w+\.py)\n", text))
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with all examples that are files."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def made_in(path):
    return {n: v for n, v in runpy.run_path(str(path)).items() if hasattr(v, "plug_in_kind")}


def test_plug_ins_have_ten_lines():
    assert {"latency.py", "deepest.py", "walk.py", "amplifier.py", "test_mine.py"} == set(FILES)
    for name, text in FILES.items():
        n_line = len([line for line in text.splitlines()[1:] if line.strip()])
        assert n_line <= 10, name


@pytest.mark.parametrize("name", ["latency", "deepest"])
def test_modes(files, name):
    check_objective(made_in(files / f"{name}.py")[name], spike_threshold_mV=-20.0)
    with active_plugins(files=[files / f"{name}.py"]):
        assert f"{{{name}}}" in ALL_MODES


def test_the_search(files):
    check_strategy(made_in(files / "walk.py")["walk"])
    with active_plugins(files=[files / "walk.py"]):
        assert "{walk}" in ALGORITHMS


def test_the_reader(files):
    path = files / "cell.amp"
    current = np.zeros(500)
    current[100:300] = 40.0
    table = np.stack([-65.0 + 0.1 * current, current], axis=1)
    np.savetxt(path, table, header="AMP1", comments="")
    check_reader(made_in(files / "amplifier.py")["read_amp"], path)
    with active_plugins(files=[files / "amplifier.py"]):
        np.testing.assert_allclose(read_recording(path).current_pA[0], current)


def test_the_test(files, monkeypatch):
    found = runpy.run_path(str(files / "test_mine.py"))
    found["test_latency"]()
    found["test_walk"]()


def test_the_program(capsys):
    (program,) = (text for _l, text in BLOCKS if "with active_plugins" in text)
    exec(compile(program, "docs/plugins.md", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out == "[[3.]]\n"


def test_the_entry_points_are_the_groups():
    (text,) = (text for language, text in BLOCKS if language == "toml")
    groups = tomllib.loads(text)["project"]["entry-points"]
    assert set(groups) == {
        "pyneuronautofit.objectives",
        "pyneuronautofit.strategies",
        "pyneuronautofit.readers",
    }


def test_the_settings_are_all_named():
    row = next(line for line in PAGE.splitlines() if line.startswith("| `spike_threshold_mV`"))
    assert set(re.findall(r"`(\w+)`", row.split("|")[1])) == set(SETTINGS)
