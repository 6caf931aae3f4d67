"""The proof that an export is the fitted model: its own engine, in a process of its own, says so.

The export is copied into a folder that nobody else uses, and replays all sweeps there. Its voltages
are compared with ours, sample by sample.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pyneuronautofit._programs import python_environment, run_program
from pyneuronautofit._types import FloatArray, Json
from pyneuronautofit.exporters.kind import ExportKind
from pyneuronautofit.exporters.protocol import Protocol
from pyneuronautofit.simulators import compare_sweep

TRACES = "traces.csv"
#: What stands in the files that carry their proof until it is there.
NOT_YET = "Proof: not made yet"
_LIMIT_S = 1800.0
_SAID = 300


@dataclass(frozen=True)
class ProvenSweep:
    """How far an engine's voltages of one sweep are from ours.

    Attributes
    ----------
    sweep
        Its number in the recording.
    largest_mV, at_ms
        The largest difference, and where in the sweep it is.
    quiet_mV
        The largest difference before the first spike; None where there is no time before it.
    spikes
        Of ours, and of the engine's.
    spike_shift_ms
        The largest difference of the times of corresponding spikes; None without spikes.
    """

    sweep: int
    largest_mV: float
    at_ms: float
    quiet_mV: float | None
    spikes: tuple[int, int]
    spike_shift_ms: float | None


@dataclass(frozen=True)
class Proof:
    """What came of a proof.

    Attributes
    ----------
    sweeps
        One for each that was compared; none where the engine failed.
    tolerance_mV
        What is allowed.
    failure
        Why there are no voltages to compare; "" where there are.
    output
        What the engine has printed, where it failed.
    """

    sweeps: tuple[ProvenSweep, ...]
    tolerance_mV: float
    failure: str = ""
    output: str = ""

    @property
    def largest_mV(self) -> float:
        """The largest difference of all sweeps; nan where there are none."""
        return max((each.largest_mV for each in self.sweeps), default=float("nan"))

    @property
    def passed(self) -> bool:
        """Whether the export is what it should be."""
        return not self.failure and bool(self.sweeps) and self.largest_mV <= self.tolerance_mV

    @property
    def said(self) -> str:
        """What came of it, in a line."""
        if self.failure:
            return self.failure
        worst = max(self.sweeps, key=lambda each: each.largest_mV)
        if worst.largest_mV == 0:
            return f"no difference in {len(self.sweeps)} sweep(s), to the last bit"
        found = (
            f"the largest difference in {len(self.sweeps)} sweep(s) is {worst.largest_mV:.2g} mV, "
            f"at {worst.at_ms:g} ms of sweep {worst.sweep}"
        )
        if self.passed:
            return f"{found} ({self.tolerance_mV:g} mV are allowed)"
        spikes = "" if worst.spikes[0] == worst.spikes[1] else _spelt_spikes(worst)
        return f"{found}{spikes}; {self.tolerance_mV:g} mV are allowed"

    def as_json(self) -> dict[str, Json]:
        """Return what `proof.json` has of it."""
        return {
            "proven": self.passed,
            "largest_difference_mV": None if not self.sweeps else self.largest_mV,
            "tolerance_mV": self.tolerance_mV,
            "failure": self.failure or None,
            "sweeps": [asdict(each) for each in self.sweeps],
        }


def _spelt_spikes(sweep: ProvenSweep) -> str:
    return f", which has {sweep.spikes[1]} spike(s) instead of {sweep.spikes[0]}"


def prove(
    kind: ExportKind,
    folder: Path,
    protocol: Protocol,
    expected_mV: FloatArray,
    *,
    python: str,
    library: Path | None,
) -> Proof:
    """Let an export replay its sweeps, and compare.

    Parameters
    ----------
    folder
        Where it was written.
    expected_mV : FloatArray, shape (n_sweep, n_sample), mV
        Our voltages.
    python
        The Python that has the engine.
    library
        The compiled .mod files; None: there are none.
    """
    with tempfile.TemporaryDirectory(prefix="pyneuronautofit-proof-") as name:
        place = Path(name) / "export"
        shutil.copytree(folder, place)
        if library is not None and kind.needs_channels:
            # Where nrnivmodl puts it, and NEURON looks.
            built = place / os.uname().machine
            built.mkdir()
            (built / f"libnrnmech{library.suffix}").symlink_to(library.absolute())
        done = run_program(
            [python, *kind.command],
            _LIMIT_S,
            folder=place,
            environment=engine_environment(python),
            waiting=f"{kind.name} replays {len(protocol.numbers)} sweep(s)",
        )
        if done.late:
            return Proof((), kind.tolerance_mV, f"its engine has not ended within {_LIMIT_S:g} s")
        if done.code != 0 or not (place / TRACES).is_file():
            said = " ".join(done.output.split())[-_SAID:]
            how = f"its engine ended with {done.how}, without {TRACES}; its last words: {said}"
            return Proof((), kind.tolerance_mV, how, done.output)
        try:
            numbers, found_mV = read_traces(place / TRACES)
        except (ValueError, IndexError) as error:
            return Proof((), kind.tolerance_mV, f"its {TRACES} cannot be read: {error}")
    if numbers != protocol.numbers or found_mV.shape != expected_mV.shape:
        what = f"its {TRACES} has the sweeps {numbers}, {found_mV.shape[-1]} samples each"
        return Proof((), kind.tolerance_mV, f"{what}, instead of {protocol.numbers}")
    step_ms = protocol.experiment.clock.step_ms
    each = zip(numbers, expected_mV, found_mV, strict=True)
    return Proof(tuple(_compared(*one, step_ms) for one in each), kind.tolerance_mV)


def engine_environment(python: str) -> Mapping[str, str]:
    """Return the environment of an engine: our own Python finds what we find."""
    return python_environment() if python == sys.executable else dict(os.environ)


def read_traces(path: Path) -> tuple[tuple[int, ...], FloatArray]:
    """Read what an export has written: the sweeps' numbers, and voltages [sweep, sample] in mV.

    Raises
    ------
    ValueError
        If it is not such a file.
    """
    with path.open(newline="", encoding="utf-8") as stream:
        names, *rows = csv.reader(stream)
    numbers = tuple(int(name.removeprefix("sweep_").removesuffix("_mV")) for name in names[1:])
    return numbers, np.array(rows, dtype=np.float64)[:, 1:].T


def _compared(
    number: int, ours_mV: FloatArray, theirs_mV: FloatArray, step_ms: float
) -> ProvenSweep:
    difference = np.abs(theirs_mV - ours_mV)
    # What is not finite is as far away as can be.
    difference[~np.isfinite(difference)] = np.inf
    at = int(np.argmax(difference))
    agreement = compare_sweep(ours_mV, theirs_mV, step_ms)
    return ProvenSweep(
        number,
        float(difference[at]),
        at * step_ms,
        _number(agreement.quiet_mV),
        agreement.n_spike,
        _number(agreement.shift_ms),
    )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
