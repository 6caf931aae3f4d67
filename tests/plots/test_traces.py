import re

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from pyneuronautofit._text import printable
from pyneuronautofit.errors import OutputError
from pyneuronautofit.plots import check_figure_path, draw_sweep, save_comparison

BEGINNINGS = {"png": b"\x89PNG\r\n", "pdf": b"%PDF-", "svg": b"<?xml", "PNG": b"\x89PNG\r\n"}


def _drawn(voltage, step_ms=0.1):
    axes = Figure().subplots()
    draw_sweep(axes, np.asarray(voltage), np.zeros(3), step_ms, "sweep 0")
    recorded, model = axes.lines
    assert (recorded.get_label(), model.get_label()) == ("recording", "model")
    return recorded.get_xdata(), recorded.get_ydata()


def _save(path, n_sweep=2, n_sample=50):
    voltage = np.random.default_rng(0).normal(-60, 5, (n_sweep, n_sample))
    titles = [f"sweep {k}" for k in range(n_sweep)]
    save_comparison(
        path, voltage, voltage[:, :-3] + 1, step_ms=0.1, titles=titles, heading="cell.abf"
    )


@pytest.mark.parametrize("suffix", sorted(BEGINNINGS))
def test_the_suffix_decides_the_format(suffix, tmp_path):
    path = tmp_path / f"fit.{suffix}"
    _save(path)
    assert path.read_bytes().startswith(BEGINNINGS[suffix])
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("n_sweep", [1, 4, 10])
def test_a_panel_per_sweep(n_sweep, tmp_path):
    path = tmp_path / "fit.svg"
    _save(path, n_sweep)
    text = path.read_text()
    titles = re.findall(r"<!-- (sweep \d+) -->", text)
    assert titles == [f"sweep {k}" for k in range(n_sweep)]
    assert "<!-- cell.abf -->" in text
    assert text.count("<!-- time (ms) -->") == {1: 1, 4: 2, 10: 4}[n_sweep]


@pytest.mark.parametrize("name", ["fit", "fit.txt", "fit.json", "png"])
def test_a_suffix_that_cannot_be_drawn(name, tmp_path):
    match = rf"cannot draw into .*{name}: its suffix '.*' is none of .*pdf.*png.*svg"
    with pytest.raises(OutputError, match=match):
        check_figure_path(tmp_path / name)
    with pytest.raises(OutputError, match=match):
        _save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match=r"cannot draw into .*nowhere.*does not exist"):
        check_figure_path(tmp_path / "nowhere" / "fit.png")


def test_a_name_alone_is_a_file_here(tmp_path, monkeypatch):
    from pathlib import Path

    monkeypatch.chdir(tmp_path)
    check_figure_path(Path("fit.png"))


def test_short_sweeps_are_drawn_sample_by_sample():
    voltage = np.arange(3999.0)
    time_ms, drawn = _drawn(voltage)
    np.testing.assert_array_equal(drawn, voltage)
    np.testing.assert_allclose(time_ms, np.arange(3999) * 0.1)


@settings(max_examples=60)
@given(st.integers(4000, 30_000), st.integers(0, 2**32 - 1))
def test_thinning_keeps_the_extremes_where_they_are(n_sample, seed):
    rng = np.random.default_rng(seed)
    voltage = rng.normal(-60, 1, n_sample)
    high, low = rng.integers(0, n_sample, 2)
    voltage[low], voltage[high] = -100.0, 40.0
    time_ms, drawn = _drawn(voltage)
    assert drawn.max() == 40.0
    assert time_ms[drawn.argmax()] == pytest.approx(0.1 * high)
    if low != high:
        assert drawn.min() == -100.0
    assert (np.diff(time_ms) >= 0).all()
    np.testing.assert_array_equal(drawn, voltage[np.rint(time_ms / 0.1).astype(int)])
    assert len(drawn) <= 8000


@pytest.mark.parametrize("n_sample", [9999, 10_000, 10_001, 50_003])
@pytest.mark.parametrize("place", [0, -1])
def test_thinning_keeps_a_spike_at_the_ends(n_sample, place):
    voltage = np.full(n_sample, -60.0)
    voltage[place] = 40.0
    _, drawn = _drawn(voltage)
    assert drawn.max() == 40.0


def test_a_model_that_failed_is_drawn_as_nothing(tmp_path):
    voltage = np.full((1, 9000), -60.0)
    save_comparison(
        tmp_path / "a.png", voltage, voltage * np.nan, step_ms=0.1, titles=["a"], heading="b"
    )
    assert (tmp_path / "a.png").stat().st_size > 1000


@pytest.mark.parametrize("name", ["$x_{$", "\x1b]0;a\x07", "\udcff", r"\$a$b$", "a\tb"])
def test_names_are_no_formulas(tmp_path, name):
    path = tmp_path / "figure.svg"
    voltage = np.zeros((1, 10))
    with mpl.rc_context({"svg.fonttype": "none"}):
        save_comparison(path, voltage, voltage, step_ms=0.1, titles=[name], heading=name)
    text = path.read_text(encoding="utf-8")
    spelt = printable(name).replace("\t", " ")
    assert text.count(f">{spelt}<") == 2
