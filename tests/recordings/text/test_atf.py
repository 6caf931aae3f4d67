"""Axon Text Files, as Clampfit exports them."""

from __future__ import annotations

import numpy as np
import pytest

from pyneuronautofit.errors import RecordingError
from pyneuronautofit.recordings import is_recording, read_recording

N = 300
CURRENT = np.repeat([0.0, 50.0, 0.0], N // 3)


def written(path, n_sweep=2, said=None):
    titles = ["Time (ms)"]
    columns = [0.2 * np.arange(N)]
    for sweep in range(n_sweep):
        titles += [f"Trace #{sweep + 1} (mV)", f"Trace #{sweep + 1} (pA)"]
        columns += [-70.0 + 0.1 * (sweep + 1) * CURRENT, (sweep + 1) * CURRENT]
    headers = ['"AcquisitionMode=Episodic Stimulation"', '"Comment="', '"Signals="\t"IN 0"\t"IN 1"']
    lines = ["ATF\t1.0", said or f"{len(headers)}\t{len(titles)}", *headers]
    lines.append("\t".join(f'"{title}"' for title in titles))
    lines += ["\t".join(f"{value:g}" for value in row) for row in zip(*columns)]
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    return path


def test_all_traces(tmp_path):
    path = written(tmp_path / "cell.atf", 3)
    recording = read_recording(path)
    assert (recording.n_sweep, recording.step_ms) == (3, 0.2)
    np.testing.assert_allclose(recording.current_pA, [CURRENT, 2 * CURRENT, 3 * CURRENT])
    np.testing.assert_allclose(recording.voltage_mV[1], -70.0 + 0.2 * CURRENT)
    assert is_recording(path)


@pytest.mark.parametrize("said", ["3\t9", "9\t5", "x\t5", "3", "-1\t5", "99999\t5"])
def test_headers_that_are_wrong(tmp_path, said):
    with pytest.raises(RecordingError, match=r"Export the recording again|first column has to be"):
        read_recording(written(tmp_path / "cell.atf", 2, said))
