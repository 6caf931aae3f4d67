"""An NWB file as laboratories have them: several protocols, and voltage clamp among them."""

from __future__ import annotations

import datetime
import warnings
from pathlib import Path

import numpy as np

N_SAMPLE, RATE_HZ = 2000, 10_000.0


def opened(identifier: str = "made for a test"):
    """Return a file without sweeps, and its device."""
    import pynwb

    when = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    file = pynwb.NWBFile(
        session_description="mixed", identifier=identifier, session_start_time=when
    )
    return file, file.create_device(name="amplifier")


def written(file, path: Path) -> Path:
    """Write a file."""
    import pynwb

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pynwb.NWBHDF5IO(str(path), "w") as stream:
            stream.write(file)
    return path


def square(amplitude_pA: float, n: int = N_SAMPLE, first: int = 500, last: int = 1500):
    """A step, pA."""
    current = np.zeros(n)
    current[first:last] = amplitude_pA
    return current


def answer(current_pA):
    """A voltage that follows a current, mV; it spikes where that is large."""
    voltage = -70.0 + 0.1 * current_pA
    if current_pA.max() > 60:
        inside = np.flatnonzero(current_pA > 60)
        voltage[inside[10::200]] = 20.0
    return voltage


def series(number, electrode, current_pA, *, stimulus, start_s=0.0, later_s=0.0, **settings):
    """Return the response and the stimulus of a sweep."""
    from pynwb import icephys

    shared = {
        "electrode": electrode,
        "sweep_number": number,
        "stimulus_description": stimulus,
    }
    kind = settings.pop("kind", "CurrentClampSeries")
    rate = settings.pop("rate", RATE_HZ)
    n_kept = settings.pop("n_kept", len(current_pA))
    voltage = settings.pop("voltage_mV", answer(current_pA))[:n_kept]
    response = getattr(icephys, kind)(
        name=f"response_{number:03d}", data=voltage, conversion=1e-3, rate=rate,
        starting_time=start_s, **shared,
    )  # fmt: skip
    given = icephys.CurrentClampStimulusSeries(
        name=f"stimulus_{number:03d}", data=settings.pop("played_pA", current_pA),
        conversion=1e-12, rate=rate, starting_time=start_s + later_s, **shared,
    )  # fmt: skip
    assert not settings
    return response, given


def write_mixed(path: Path) -> Path:
    """Ten long squares, three short ones, two ramps, two of voltage clamp; three odd ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file, device = opened()
        tip = file.create_icephys_electrode(name="tip", device=device, description="glass")
        sweeps = []
        for number in (0, 1):
            sweeps.append((number, square(10.0), "Seal test", {"kind": "VoltageClampSeries"}))
        for number in range(2, 12):
            sweeps.append((number, square(20.0 * (number - 4)), "Long Square", {}))
        for number in range(12, 15):
            sweeps.append((number, square(200.0, first=500, last=530), "Short Square", {}))
        for number in (15, 16):
            ramp = np.interp(np.arange(3 * N_SAMPLE), (500, 5500), (0.0, 300.0))
            sweeps.append((number, ramp, "Ramp", {}))
        # Stopped early, at another rate, and without a stimulus.
        sweeps.append((17, square(50.0), "Long Square", {"n_kept": 900}))
        sweeps.append((18, square(50.0), "Long Square", {"rate": 20_000.0}))
        sweeps.append((19, square(50.0), "Long Square", {}))
        for number, current, stimulus, settings in sweeps:
            start_s = 10.0 * number
            response, given = series(
                number, tip, current, stimulus=stimulus, start_s=start_s, **settings
            )
            file.add_acquisition(response)
            if number != 19:
                file.add_stimulus(given)
        return written(file, path)
