"""Which stimulus belongs to which response."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import SweepChoice, read_sweeps
from pyneuronautofit.recordings.nwb.pairing import pairs_of
from pyneuronautofit.recordings.nwb.series import Piece
from recordings.nwb import _mixed

pytest.importorskip("pynwb")

NO_TABLE = SimpleNamespace(intracellular_recordings=None)


def piece(name, number=None):
    return Piece(SimpleNamespace(name=name, sweep_number=number))


def paired(responses, stimuli):
    pairs = pairs_of(NO_TABLE, responses, stimuli, "cell.nwb")
    return [(p.number, p.response.name, p.stimulus and p.stimulus.name) for p in pairs]


def test_by_sweep_number_also_where_a_stimulus_is_missing():
    responses = [piece("b", 9), piece("a", 4), piece("c", 11)]
    assert paired(responses, [piece("x", 4), piece("y", 9)]) == [
        (4, "a", "x"), (9, "b", "y"), (11, "c", None),
    ]  # fmt: skip


def test_by_the_numbers_in_names():
    found = paired([piece("v_1"), piece("v_2")], [piece("i_2"), piece("i_1")])
    assert found == [(0, "v_1", "i_1"), (1, "v_2", "i_2")]


def test_by_order():
    found = paired([piece("a"), piece("b")], [piece("x"), piece("y")])
    assert found == [(0, "a", "x"), (1, "b", "y")]
    with pytest.raises(RecordingError, match="2 responses and 1 stimuli without common"):
        paired([piece("a"), piece("b")], [piece("x")])


def test_the_tables_name_the_stimuli(tmp_path):
    file, device = _mixed.opened()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tip = file.create_icephys_electrode(name="tip", device=device, description="glass")
        rows = []
        for number in range(7):
            response, stimulus = _named(number, tip)
            rows.append(
                file.add_intracellular_recording(
                    electrode=tip, response=response, stimulus=stimulus
                )
            )
        together = [file.add_icephys_simultaneous_recording(recordings=[row]) for row in rows]
        file.add_icephys_sequential_recording(
            simultaneous_recordings=together[:4], stimulus_type="Long Square"
        )
        file.add_icephys_sequential_recording(
            simultaneous_recordings=together[4:], stimulus_type="Ramp"
        )
        path = _mixed.written(file, tmp_path / "tables.nwb")
    found = read_sweeps(path)
    assert found.recording.numbers == (0, 1, 2, 3)
    assert set(found.stimuli) == {"Long Square"}
    ramps = read_sweeps(path, sweeps=SweepChoice("Ramp")).recording
    assert ramps.numbers == (4, 5, 6)
    np.testing.assert_allclose(ramps.current_pA[0], _mixed.square(40.0), atol=1e-9)


def _named(number, tip):
    from pynwb import icephys

    current = _mixed.square(10.0 * number)
    shared = {"electrode": tip, "rate": _mixed.RATE_HZ}
    return (
        icephys.CurrentClampSeries(
            name=f"v{number}", data=_mixed.answer(current), conversion=1e-3, **shared
        ),
        icephys.CurrentClampStimulusSeries(
            name=f"i{number}", data=current, conversion=1e-12, **shared
        ),
    )
