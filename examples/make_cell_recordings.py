"""Makes the recordings of the examples HH-soma and pyramidal, from models that are known.

    python make_cell_recordings.py               write both again
    python make_cell_recordings.py --folder DIR  write them elsewhere

Each example's own `project.py` is the cell; `TRUTHS` has its parameters. Current steps are played
into the soma, and white noise is added to voltage and current, as of an amplifier. Running it again
makes the same files, up to the last digits of another compiler's NEURON.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from abf2_writer import write_abf2
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import DEFAULT_DT_MS, NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterPath, ParameterTable

HERE = Path(__file__).resolve().parent
STEP_MS = 0.1
WHITE_MV, WHITE_PA = 0.1, 0.5
SEED = 20


@dataclass(frozen=True)
class Truth:
    """A cell that is "recorded", and how.

    Attributes
    ----------
    parameters
        Path -> value, in the unit of the model.
    currents_pA
        Of the steps, one for each sweep.
    n_sample
        Of a sweep.
    window
        When the steps are on, in samples.
    temperature_degC
        Of the model.
    """

    parameters: Mapping[str, float]
    currents_pA: Sequence[float]
    n_sample: int
    window: StimulusWindow
    temperature_degC: float


TRUTHS: Mapping[str, Truth] = {
    "HH-soma": Truth(
        {
            "soma.cm": 1.1,
            "soma(0.5).hh.gl": 4e-4,
            "soma(0.5).hh.el": -56.0,
            "soma(0.5).hh.gnabar": 0.14,
            "soma(0.5).hh.gkbar": 0.03,
        },
        (-150.0, -50.0, 50.0, 150.0, 300.0, 500.0),
        2000,
        StimulusWindow(500, 1499),
        6.3,
    ),
    "pyramidal": Truth(
        {
            "all[*].cm": 1.0,
            "all[*].g_pas": 3e-5,
            "soma[*].gbar_pyrna": 0.12,
            "axon[*].gbar_pyrna": 0.12,
            "soma[*].gbar_pyrk": 0.03,
            "axon[*].gbar_pyrk": 0.03,
            "apic[*].gbar_pyrna": 2e-3,
            "apic[*].gbar_pyrk": 2e-3,
            "apic[*](*).gbar_pyrih": 3e-5,
            "soma[*].gbar_pyrih": 3e-5,
            "dend[*].gbar_pyrih": 3e-5,
        },
        (-150.0, -75.0, 75.0, 150.0, 225.0, 300.0),
        4000,
        StimulusWindow(1000, 2999),
        34.0,
    ),
}


def commands_pA(truth: Truth) -> NDArray[np.float64]:
    """Return the currents that are played, shape (n_sweep, n_sample), pA."""
    command = np.zeros((len(truth.currents_pA), truth.n_sample))
    steps = np.array(truth.currents_pA)[:, np.newaxis]
    command[:, truth.window.first : truth.window.last + 1] = steps
    return command


def simulate(
    name: str, truth: Truth | None = None, dt_ms: float = DEFAULT_DT_MS
) -> NDArray[np.float64]:
    """Return the voltages of an example's cell, shape (n_sweep, n_sample), mV; of the true one."""
    truth = truth or TRUTHS[name]
    command = commands_pA(truth)
    stimulus = Recording(name, np.zeros_like(command), command, STEP_MS, current_is_command=True)
    experiment = plan_experiment(
        stimulus, truth.window, range(len(command)), dt_ms, truth.temperature_degC
    )
    table = ParameterTable(
        targets=tuple((ParameterPath.parse(path),) for path in truth.parameters),
        whole=(False,) * len(truth.parameters),
        values=np.array([list(truth.parameters.values())]),
    )
    model = load_model(HERE / name, HERE)
    with NeuronSimulator(model.cell_source, experiment, n_worker=1) as simulator:
        traces = simulator.run(table)
    if not traces.ok.all():
        raise RuntimeError(f"the true cell was not simulated: {traces.messages[0]}")
    return np.asarray(traces.voltage_mV[0])


def make_recording(name: str, folder: Path) -> Path:
    """Write the recording of an example into a folder; return its path."""
    command = commands_pA(TRUTHS[name])
    rng = np.random.default_rng(SEED)
    voltage = simulate(name) + WHITE_MV * rng.standard_normal(command.shape)
    current = command + WHITE_PA * rng.standard_normal(command.shape)
    path = folder / f"{name}.abf"
    write_abf2(path, voltage, current, STEP_MS)
    return path


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Makes the recordings of two examples.")
    parser.add_argument("--folder", type=Path, help="where to write (default: in the examples)")
    folder = parser.parse_args(argv).folder
    for name in TRUTHS:
        path = make_recording(name, folder or HERE / name)
        print(f"{path}: {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
