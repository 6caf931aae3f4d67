"""One series: its samples, its clock, what it says of itself."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.recordings.nwb.series import Piece, UnusableSeriesError, pieces_of


class CurrentClampSeries(SimpleNamespace):
    pass


class IZeroClampSeries(CurrentClampSeries):
    pass


def made(name="sweep_3", **settings):
    usual = {
        "data": np.arange(10.0), "rate": 1000.0, "timestamps": None, "starting_time": 2.0,
        "conversion": 0.5, "offset": 1.0, "electrode": SimpleNamespace(name="tip"),
    }  # fmt: skip
    return CurrentClampSeries(name=name, **{**usual, **settings})


def test_a_part_of_a_series():
    part = Piece(made(), 2, 3)
    assert part.data(10.0).tolist() == [20.0, 25.0, 30.0]
    assert (part.n_sample, part.n_bytes, part.electrode) == (3, 24, "tip")
    assert part.start_s() == pytest.approx(2.002)
    assert Piece(made(), 8, 5).n_sample == 2
    assert Piece(made()).n_sample == 10


def test_time_stamps():
    stamped = made(rate=None, timestamps=5.0 + np.arange(10) / 500.0)
    assert Piece(stamped).step_ms() == pytest.approx(2.0)
    assert Piece(stamped, 2).start_s() == pytest.approx(5.004)
    uneven = made(rate=None, timestamps=np.array([0.0, 0.001, 0.004]))
    with pytest.raises(UnusableSeriesError, match="are 1 to 3 ms apart"):
        Piece(uneven).step_ms()


@pytest.mark.parametrize(
    ("said", "found"),
    [("Long Square", "Long Square"), (" N/A ", ""), ("no description", ""), (None, ""), ("", "")],
)
def test_stimuli(said, found):
    assert Piece(made(stimulus_description=said)).stimulus == found


def test_numbers():
    assert Piece(made()).sweep_number is None
    assert Piece(made(sweep_number=np.uint64(4))).sweep_number == 4
    assert Piece(made("trace_12_of_3")).number_in_name == 3
    assert Piece(made("trace")).number_in_name is None


def test_by_their_very_class_and_name():
    zero = IZeroClampSeries(name="a")
    found = pieces_of([made("s_10"), zero, made("s_2")], ("CurrentClampSeries",))
    assert [piece.name for piece in found] == ["s_2", "s_10"]
    assert [piece.kind for piece in pieces_of([zero], ("IZeroClampSeries",))] == [
        "IZeroClampSeries"
    ]
