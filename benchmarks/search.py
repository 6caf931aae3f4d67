"""Which search algorithm finds more with the same number of evaluations.

    python benchmarks/search.py hh|example [--evaluations N] [--seeds N] [--figure FILE]

`hh`: a cell with NEURON's own Hodgkin-Huxley channels whose true parameters are known (gnabar 0.12,
gkbar 0.036, gl 0.0003), under 0.3 nA for 500 ms of 1 s. `example`: the shipped recording and the
built-in cell. Each algorithm starts from every seed with populations of 24 and gets the same number
of evaluations; so do NSGA2 without the adaptive part of the mutation, from the beginning or in the
second half, and drawing at random. Prints medians and their range over the seeds, and draws the
best error against evaluations.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pyneuronautofit.fit import FitConfig, Problem, build_search, open_problem
from pyneuronautofit.models import load_model
from pyneuronautofit.recordings import Recording, StimulusWindow
from pyneuronautofit.simulators import NeuronSimulator, plan_experiment
from pyneuronautofit.space import ParameterSpace

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "experimentaldata"
# Label -> algorithm, slope of the adaptive mutation, share of the generations that refine.
ALGORITHMS = {
    "Krayzman": ("Krayzman", 0.06, 0.0),
    "NSGA2": ("NSGA2", 0.06, 0.0),
    "Max": ("Max", 0.06, 0.0),
    "PositiveCor": ("PositiveCor", 0.06, 0.0),
    "NSGA2, --refine 0.5": ("NSGA2", 0.06, 0.5),
    "NSGA2, -S -1": ("NSGA2", -1.0, 0.0),
    "random": ("random", 0.0, 0.0),
}
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
POPULATION = 24
HH_PROJECT = """
from neuron import h

class fitmeneuron:
    def __init__(self, nid=0):
        self.soma = h.Section(name="soma", cell=self)
        self.soma.L = self.soma.diam = 20
        self.soma.insert("hh")

    def setcable(self):
        self.soma.nseg = 1

param_nslh = [
    ["soma(0.5).hh.gnabar", "log", 0.001, 1.0],
    ["soma(0.5).hh.gkbar", "log", 0.001, 1.0],
    ["soma(0.5).hh.gl", "log", 1e-5, 1e-3],
]
"""
HH_TRUTH = np.array([[0.12, 0.036, 0.0003]])
HH_DEGC = 6.3


def hh_problem(folder: Path) -> FitConfig:
    """Write the project and the recording of the true cell, and return the fit's config."""
    (folder / "project.py").write_text(HH_PROJECT)
    current = np.zeros((1, 10_000))
    current[:, 2500:7500] = 300.0
    empty = Recording("hh", np.zeros_like(current), current, 0.1, current_is_command=True)
    plan = plan_experiment(empty, StimulusWindow(2500, 7499), [0], 0.025, HH_DEGC)
    model = load_model(folder, folder)
    table = ParameterSpace.from_rows(model.parameters).to_model(np.log10(HH_TRUTH))
    with NeuronSimulator(model.cell_source, plan, n_worker=1) as simulator:
        voltage = simulator.run(table).voltage_mV[0]
    np.savez(folder / "hh.npz", voltage=voltage, current=current, dt=0.1, command=True)
    return FitConfig(
        recording=str(folder / "hh.npz"),
        project=str(folder),
        modes="OV",
        temperature_degC=HH_DEGC,
    )


def example_problem() -> FitConfig:
    """Return the config of a fit to the shipped recording."""
    return FitConfig(
        recording=str(EXAMPLES / "TC-example.abf"),
        mask=str(EXAMPLES / "TC-example-mask.json"),
        modes="OV",
        spike_threshold_mV=-10.0,
        dt=0.05,
    )


def evaluations(config: FitConfig, problem: Problem, label: str, seed: int, n: int) -> np.ndarray:
    """Return the mode sums [evaluation, (O, V)] of one search, in the order of evaluation."""
    scores = []
    name, slope, refine = ALGORITHMS[label]
    if name == "random":
        x = problem.space.sample(np.random.default_rng(seed), n)
        scores.append(problem.evaluate(x).scores)
    else:
        settings = replace(config, algorithm=name, population_size=POPULATION, update=0.0)
        settings = replace(settings, mutation_slope=slope, refine=refine)
        # What NSGA2 has no elites for; the others' generations are smaller by theirs.
        elites = 0 if name == "NSGA2" else POPULATION // 8
        generations = round(n / (POPULATION - elites)) - 1
        strategy: Any = build_search(settings, problem).lasting(generations)
        state = strategy.init(seed)
        while sum(map(len, scores)) < n:
            x, state = strategy.ask(state)
            found = problem.evaluate(x).scores
            state = strategy.tell(state, x, found)
            scores.append(found)
    sums = problem.suite.mode_sums(np.concatenate(scores)[:n])
    return np.stack([sums["O"], sums["V"]], axis=1)


def best_so_far(sums: np.ndarray) -> np.ndarray:
    """Return the smallest value of each column up to every row; failed ones do not count."""
    return np.minimum.accumulate(np.where(np.isfinite(sums), sums, np.inf), axis=0)


def print_table(curves: dict[str, np.ndarray]) -> None:
    """Print medians with their range over the seeds; curves [seed, evaluation, mode]."""
    print("| algorithm | best O: median (range) | best V, mV^2: median (range) |")
    print("|---|---|---|")
    for name, curve in curves.items():
        cells = []
        for mode in range(2):
            last = curve[:, -1, mode]
            cells.append(f"{np.median(last):.4g} ({last.min():.4g} to {last.max():.4g})")
        print(f"| {name} | {' | '.join(cells)} |")


def draw(path: Path, curves: dict[str, np.ndarray], title: str) -> None:
    """Draw the medians of the best errors against evaluations, with the range over the seeds."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    for mode, (axes, label) in enumerate(
        zip(figure.subplots(1, 2), ("best O (spikes)", "best V (mV$^2$)"), strict=True)
    ):
        for (name, curve), colour in zip(curves.items(), COLOURS, strict=True):
            values = curve[:, :, mode]
            x = np.arange(1, values.shape[1] + 1)
            axes.plot(x, np.median(values, axis=0), color=colour, label=name)
            axes.fill_between(x, values.min(0), values.max(0), color=colour, alpha=0.1, lw=0)
        axes.set_xlabel("evaluations")
        axes.set_ylabel(label)
        axes.set_yscale("log" if mode else "symlog")
    axes.legend(fontsize=8, frameon=False)
    figure.suptitle(title)
    figure.savefig(path, dpi=120)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problem", choices=("hh", "example"))
    parser.add_argument("--evaluations", type=int, default=120)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--figure", type=Path)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = hh_problem(folder) if words.problem == "hh" else example_problem()
        problem = open_problem(config, folder)
        curves = {}
        with problem.simulator:
            for algorithm in ALGORITHMS:
                runs = [
                    evaluations(config, problem, algorithm, seed, words.evaluations)
                    for seed in range(1, words.seeds + 1)
                ]
                curves[algorithm] = np.stack([best_so_far(run) for run in runs])
                print(f"{algorithm}: done", flush=True)
    print_table(curves)
    if words.figure is not None:
        title = f"{words.problem}: median and range over {words.seeds} seeds"
        draw(words.figure, curves, title)


if __name__ == "__main__":
    main()
