"""Small recordings, and files of every format that hold them."""

import datetime
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import pyabf.abfWriter

from abf2_writer import AbfChannel, AbfCommand, StepEpoch, write_abf2, write_abf2_channels
from pyneuronautofit._types import FloatArray

STEP_MS = 0.1
N_SWEEP, N_SAMPLE = 4, 1280
FIRST, LAST = 400, 799
HOLDING = N_SAMPLE // 64


def current(n_sweep: int = N_SWEEP, lowest: float = -100.0, gap: float = 50.0) -> FloatArray:
    """Steps of -100, -50, 0, 50 .. pA from sample 400 to 799."""
    result = np.zeros((n_sweep, N_SAMPLE))
    result[:, FIRST : LAST + 1] = (lowest + gap * np.arange(n_sweep))[:, None]
    return result


def voltage(n_sweep: int = N_SWEEP, seed: int = 0) -> FloatArray:
    noise = np.random.default_rng(seed).normal(size=(n_sweep, N_SAMPLE))
    # Multiples of 1/256 mV survive the 16 bits of an Axon file.
    return np.rint(256.0 * (-70.0 + noise)) / 256.0


def command(lowest: float = -100.0, gap: float = 50.0, **settings: object) -> AbfCommand:
    """The command waveform of `current`."""
    epochs = (StepEpoch(0.0, FIRST - HOLDING), StepEpoch(lowest, LAST + 1 - FIRST, gap))
    return AbfCommand(epochs=epochs, **settings)


def write_npz(path: Path) -> None:
    np.savez(path, voltage=voltage(), current=current(), dt=STEP_MS)


def write_json(path: Path) -> None:
    values = {"voltage": voltage().tolist(), "current": current().tolist(), "dt": STEP_MS}
    path.write_text(json.dumps(values))


def write_csv(path: Path, delimiter: str = ",", titles: str = "") -> None:
    columns, names = [np.arange(N_SAMPLE) * STEP_MS], ["time (ms)"]
    for sweep, (v, i) in enumerate(zip(voltage(), current())):
        columns += [v, i]
        names += [f"Trace {sweep + 1} (mV)", f"Trace {sweep + 1} (pA)"]
    lines = [delimiter.join(names)]
    lines += [delimiter.join(f"{value:.9g}" for value in row) for row in zip(*columns)]
    path.write_text(titles + "\n".join(lines))


def write_atf(path: Path) -> None:
    write_csv(path, "\t", f'ATF\t1.0\n1\t{2 * N_SWEEP + 1}\n"Comment="\n')


def write_wcp(path: Path, units: tuple[str, str] = ("mV", "pA")) -> None:
    """A file of WinWCP: one step of its converter is 0.1 mV, or 0.1 pA."""
    most, volts, step = 32767, 5.0, 0.1
    n_block = 2 * 2 * N_SAMPLE // 512
    lines = ["VER=8", "NC=2", f"NR={N_SWEEP}", "NBH=2", "NBA=2", f"NBD={n_block}", "AD=5",
             f"ADCMAX={most}", f"NP={2 * N_SAMPLE}", f"DT={STEP_MS / 1e3}"]  # fmt: skip
    gain = volts / most / step
    for k, (name, unit) in enumerate(zip(("Vm", "Im"), units)):
        lines += [f"YN{k}={name}", f"YU{k}={unit}", f"YG{k}={gain:.15g}", f"YO{k}={k}"]
    content = "\r\n".join(lines).encode("ascii").ljust(1024, b"\r")
    for v, i in zip(voltage(), current()):
        head = struct.pack("<8s4s3f8f", b"ACCEPTED", b"TEST", 1.0, 0.0, STEP_MS / 1e3, *[volts] * 8)
        samples = np.stack([v, i], axis=1) / step
        content += head.ljust(1024, b"\0") + samples.round().astype("<i2").tobytes()
    path.write_bytes(content)


def write_abf(path: Path) -> None:
    write_abf2(path, voltage(), current(), STEP_MS)


def write_channels(path, *channels, commands=()):
    """Write channels given as (name, unit) or (name, unit, factor): a voltage, or the steps."""
    written = []
    for name, unit, *factor in channels:
        data = current() if unit.endswith("A") else voltage()
        written.append(AbfChannel(name, unit, data * (factor[0] if factor else 1.0)))
    write_abf2_channels(path, written, STEP_MS, commands=commands)


def write_abf1(path: Path, units: tuple[str, str] = ("mV", "pA")) -> None:
    """An ABF 1 file of two channels: pyABF writes one, so they are interleaved and renamed."""
    both = np.stack([voltage(), current()], axis=-1).reshape(N_SWEEP, -1)
    pyabf.abfWriter.writeABF1(both, str(path), 2e3 / STEP_MS, units=units[0])
    patch(path, 120, "<h", 2)  # channels
    patch(path, 410, "<2h", 0, 1)  # the order in which they are sampled
    for number, unit in enumerate(units):
        patch(path, 442 + 10 * number, "<10s", f"IN {number}".ljust(10).encode())
        patch(path, 602 + 8 * number, "<8s", unit.ljust(8).encode())


def patch(path: Path, place: int, form: str, *values: object) -> None:
    """Overwrite some bytes of a file."""
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, place, *values)
    path.write_bytes(bytes(content))


def section(path: Path, place: int) -> int:
    """Return where a section of an ABF 2 file begins, from its entry in the header."""
    (block,) = struct.unpack_from("<I", path.read_bytes(), place)
    return block * 512


def write_nwb(path: Path, **settings: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _write_nwb(path, **settings)


def _write_nwb(
    path: Path,
    *,
    pairing: str = "number",
    kind: str = "CurrentClampSeries",
    lengths: tuple[int, ...] = (N_SAMPLE,) * N_SWEEP,
    electrodes: tuple[str, ...] = ("tip",),
    stimuli: int = N_SWEEP,
    rates: tuple[float, float] = (1e3 / STEP_MS, 1e3 / STEP_MS),
    jitter: float | None = None,
    **response_settings: object,
) -> None:
    import pynwb
    from pynwb import icephys

    when = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    file = pynwb.NWBFile(
        session_description="steps", identifier="made for a test", session_start_time=when
    )
    device = file.create_device(name="amplifier")
    for e, electrode_name in enumerate(electrodes):
        electrode = file.create_icephys_electrode(
            name=electrode_name, device=device, description="glass"
        )
        for k, n_sample in enumerate(lengths):
            # Files list their series by name, so these names put the stimuli in another order.
            shared = {"electrode": electrode}
            if pairing == "number":
                shared["sweep_number"] = 7 + k
            names = (f"v{e}_{k}", f"i{e}_{(k + 1) % len(lengths)}")
            if pairing == "name":
                names = (f"v{e}_{k}", f"i{e}_{k}")
            if pairing == "order":
                names = (f"v_{'abcd'[k]}", f"i_{'abcd'[k]}")
            clock = (
                {
                    "timestamps": (np.arange(n_sample) + jitter * (np.arange(n_sample) % 2))
                    * STEP_MS
                    / 1e3
                }
                if jitter is not None
                else {"rate": rates[0]}
            )
            response = getattr(icephys, kind)(
                name=names[0],
                data=voltage()[k, :n_sample] + e,
                conversion=1e-3,
                **clock,
                **shared,
                **response_settings,
            )
            stimulus = icephys.CurrentClampStimulusSeries(
                name=names[1],
                data=current()[k, :n_sample] - 10.0,
                conversion=1e-12,
                offset=10e-12,
                rate=rates[1],
                **shared,
            )
            if pairing == "table":
                file.add_intracellular_recording(
                    electrode=electrode, stimulus=stimulus, response=response
                )
                continue
            file.add_acquisition(response)
            if k < stimuli:
                file.add_stimulus(stimulus)
    with pynwb.NWBHDF5IO(str(path), "w") as stream:
        stream.write(file)
