"""Makes the example recording `experimentaldata/TC-example.abf`, and the model behind it.

The "neuron" is the built-in thalamocortical cell with the parameters `TRUTH` below, chosen by hand
so that it behaves like a relay cell of the thalamus: it rests at -68 mV, its input resistance is
150 megohm and its time constant 20 ms; hyperpolarised, its voltage sags back (the current ih); let
go from there, it fires a burst on a low-threshold calcium spike (the T current); depolarised, it
fires tonically. As the truth is known, one can see what a fit finds of it.

Nine current steps of 220 ms are played into the soma, without noise. The voltage then gets what an
amplifier adds: white noise and a slow drift. The current channel of the file is a noisy measurement
of the command, as in an experiment; the command itself is in the file's protocol.

The step lasts less than half of the sweep, and no step is small, so that the stimulus can be found
in the noisy current.

    python make_recording.py                write the two files again
    python make_recording.py --folder DIR   write them elsewhere

Running it again makes the same files: the noise has a seed, and the date in the header is fixed.
(NEURON built by another compiler may differ in the last digits, and so in a few samples by one step
of the converter.)
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from abf2_writer import AbfCommand, StepEpoch, write_abf2
from pyneuronautofit.models import load_model
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import DEFAULT_DT_MS, NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterTable

HERE = Path(__file__).resolve().parent
RECORDING = "TC-example.abf"
DATABASE = "TC-example-truth.json"

#: The cell that was "recorded": path -> value. Units: um, mV, S/cm2, cm/s (pcabar), ms (zTau and
#: taur), mM (cao), ohm cm (Ra). Every value lies within the bounds that a fit searches.
TRUTH: dict[str, float] = {
    "soma.L": 50.0,
    "soma(0.5).pas.e": -78.0,
    "soma(0.5).pas.g": 4e-5,
    "soma(0.5).TC_HH.gk_max": 0.012,
    "soma(0.5).TC_HH.gna_max": 0.024,
    "soma(0.5).TC_HH.vtraub": -50.0,
    "soma(0.5).TC_HH.vtraub2": -38.5,
    "soma(0.5).SK_E2.gSK_E2bar": 2e-4,
    "soma(0.5).SK_E2.zTau": 90.0,
    "soma(0.5).TC_iT_Des98.shift": 2.0,
    "soma(0.5).TC_iT_Des98.actshift": 0.0,
    "soma(0.5).TC_iT_Des98.pcabar": 6.5e-5,
    "soma(0.5).TC_ih_Bud97.gh_max": 8e-5,
    "soma(0.5).TC_ih_Bud97.e_h": -43.0,
    "soma(0.5).TC_Nap_Et2.gNap_Et2bar": 2e-6,
    "soma(0.5).TC_cad.taur": 24.0,
    "soma(0.5).TC_cad.gamma": 0.02,
    "soma(0.5).TC_iA.gk_max": 1e-3,
    "soma(0.5).TC_iL.pcabar": 2.5e-5,
    "soma.cao": 2.0,
    "soma.ena": 47.0,
    "axon.ena": 47.0,
    "soma.ek": -92.0,
    "axon.ek": -92.0,
    "axon.diam": 1.8,
    "axon.L": 180.0,
    "axon(0.5).TC_HH.gk_max": 0.05,
    "axon(0.5).TC_HH.gna_max": 0.2,
    "axon(0.5).TC_HH.vtraub": -52.0,
    "axon(0.5).TC_HH.vtraub2": -42.0,
    "axon.Ra": 80.0,
    "soma.Ra": 80.0,
}

TEMPERATURE_DEGC = 35.0
STEP_MS = 0.1
N_SWEEP = 9
N_SAMPLE = 6000
WINDOW = StimulusWindow(1000, 3199)
FIRST_STEP_PA, INCREMENT_PA = -175.0, 70.0

WHITE_MV = 0.15
DRIFT_MV = 0.2
WHITE_PA = 1.0
# With this one no baseline sample passes for stimulus even in the smallest steps, and the mean
# current before the step rounds to 0.0 pA in every sweep, so that all of them share one transient.
SEED = 166


def command_pA() -> NDArray[np.float64]:
    """Return the current that is played, without noise.

    Returns
    -------
    ndarray, shape (n_sweep, n_sample), pA
    """
    command = np.zeros((N_SWEEP, N_SAMPLE))
    steps = FIRST_STEP_PA + INCREMENT_PA * np.arange(N_SWEEP)
    command[:, WINDOW.first : WINDOW.last + 1] = steps[:, np.newaxis]
    return command


def simulate(command: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the voltage of the true cell under a command.

    Parameters
    ----------
    command : ndarray, shape (n_sweep, n_sample), pA

    Returns
    -------
    ndarray, shape (n_sweep, n_sample), mV
    """
    # The voltage is what is sought: an experiment is planned from the currents alone.
    stimulus = Recording(
        RECORDING, np.zeros_like(command), command, STEP_MS, current_is_command=True
    )
    experiment = plan_experiment(stimulus, WINDOW, range(N_SWEEP), DEFAULT_DT_MS, TEMPERATURE_DEGC)
    truth = ParameterTable(
        targets=tuple((ParameterPath.parse(name),) for name in TRUTH),
        whole=(False,) * len(TRUTH),
        values=np.array([list(TRUTH.values())]),
    )
    # There is no project file in this folder, so this is the built-in cell.
    model = load_model(None, HERE)
    with NeuronSimulator(model.cell_source, experiment, n_worker=1) as simulator:
        traces = simulator.run(truth)
    if not traces.ok.all():
        raise RuntimeError(f"the true cell was not simulated: {traces.messages[0]}")
    return np.asarray(traces.voltage_mV[0])


def drift(rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a slow wander of the voltage whose amplitude falls with frequency, as 1/f.

    Returns
    -------
    ndarray, shape (n_sweep, n_sample), mV
        Of mean zero and standard deviation `DRIFT_MV` in every sweep.
    """
    white = np.fft.rfft(rng.standard_normal((N_SWEEP, N_SAMPLE)), axis=1)
    frequency = np.arange(white.shape[1])
    slow = np.fft.irfft(white / np.maximum(frequency, 1) * (frequency > 0), N_SAMPLE, axis=1)
    return np.asarray(DRIFT_MV * slow / slow.std(axis=1, keepdims=True))


def make_recording(folder: Path) -> None:
    """Simulate, add noise, and write the recording and the true model.

    Parameters
    ----------
    folder
        Where both files are written.
    """
    command = command_pA()
    rng = np.random.default_rng(SEED)
    voltage = simulate(command) + drift(rng) + WHITE_MV * rng.standard_normal(command.shape)
    current = command + WHITE_PA * rng.standard_normal(command.shape)
    write_abf2(folder / RECORDING, voltage, current, STEP_MS, commands=(_protocol(),))
    text = json.dumps(database(), indent=1)
    (folder / DATABASE).write_text(text + "\n", encoding="utf-8")


def database() -> dict[str, object]:
    """Return the true model as a model database, which `simulate` and the tools read."""
    return {
        "version": "1",
        "module": "pyneuronautofit.models.thalamocortical.cell",
        "cell": "ThalamocorticalCell",
        "temperature": TEMPERATURE_DEGC,
        "setcable": "setcable",
        "parameters": [[_names(name), scale, low, high] for name, scale, low, high in PARAMETERS],
        "targets": [RECORDING],
        "evaluations": {},
        "sources": [Path(__file__).name],
        "gsynmin": [],
        "models": [{"parameters": TRUTH, "target": 0, "src": 0, "id": 0}],
        "discarded": [],
    }


def _names(name: str | tuple[str, ...]) -> str | list[str]:
    return name if isinstance(name, str) else list(name)


def _protocol() -> AbfCommand:
    # An episodic protocol begins with a 64th of the sweep at the holding level.
    before = WINDOW.first - N_SAMPLE // 64
    n_step = WINDOW.last + 1 - WINDOW.first
    steps = StepEpoch(FIRST_STEP_PA, n_step, level_increment=INCREMENT_PA)
    return AbfCommand(epochs=(StepEpoch(0.0, before), steps))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Makes the example recording.")
    parser.add_argument(
        "--folder", type=Path, default=HERE / "experimentaldata", help="where to write"
    )
    folder = parser.parse_args(argv).folder
    folder.mkdir(parents=True, exist_ok=True)
    make_recording(folder)
    print(f"{folder / RECORDING}: {(folder / RECORDING).stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
