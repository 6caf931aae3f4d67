"""What docs/candidate-to-score.md shows of a candidate: the numbers of a small run."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from _blocks import code, table
from _channel_page import generated

from pyneuronautofit._types import FloatArray
from pyneuronautofit.codegen.kinds import NodeKind
from pyneuronautofit.codegen.nmodl.sources import find_sources
from pyneuronautofit.codegen.nmodl.syntax import read_mechanism
from pyneuronautofit.fitting import Evaluation, FitConfig, Problem, build_search, open_problem
from pyneuronautofit.models import CellSource, load_model
from pyneuronautofit.optimisers import empty_archive
from pyneuronautofit.runs import open_run
from pyneuronautofit.simulators import RunStatus
from pyneuronautofit.simulators.cells.image import Cable, Signature
from pyneuronautofit.simulators.cells.reading import read_structure
from pyneuronautofit.simulators.neuron.session import NeuronSession
from pyneuronautofit.space import ParameterTable

RECORDING = "examples/experimentaldata/TC-example.abf"
SEED, THRESHOLD_MV, SWEEPS = 2, -10.0, (2, 5)
COMMAND = (
    f"-A NSGA2 -m OV -k '{list(SWEEPS)}' -t {THRESHOLD_MV:g} -P 8 -G 1 --seed {SEED}"
    " --integrator fixed"
)
#: The candidate whose way is shown, among those of generation 0.
CHOSEN = 6
#: The parameters that are shown.
SHOWN = (
    "soma.L",
    "soma(0.5).pas.g",
    "soma(0.5).TC_HH.gna_max",
    "soma(0.5).TC_iT_Des98.pcabar",
    "soma.ek",
    "axon.diam",
    "axon.L",
    "axon(0.5).TC_HH.gna_max",
)
#: Nodes of the tree that are shown; the others are like the last.
SHOWN_NODES = 4


def blocks(repository: Path) -> dict[str, str]:
    """Return all that is computed on the page."""
    config = FitConfig(
        recording=str(repository / RECORDING),
        algorithm="NSGA2",
        modes="OV",
        mask=str(list(SWEEPS)),
        spike_threshold_mV=THRESHOLD_MV,
        population_size=8,
        integrator="fixed",
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        problem = open_problem(config, folder)
        with problem.simulator:
            strategy = build_search(config, problem)
            x, asked = strategy.ask(strategy.init(SEED))
            table_of_all = problem.space.to_model(x)
            evaluation = problem.evaluate(x)
            traces = problem.simulate(table_of_all.rows([CHOSEN]))
        told = strategy.population(strategy.tell(asked, x, evaluation.scores))
        return {
            "command": code(f"python -m pyneuronautofit {COMMAND} {RECORDING}", "sh"),
            "recording": _recording(problem),
            "values": _values(problem, x, table_of_all),
            **_of_cells(problem, load_model(None, folder).cell_source, table_of_all),
            "traces": _traces(problem, traces.voltage_mV[0]),
            "scores": _scores(problem, evaluation, traces.voltage_mV[0]),
            "generation": _generation(evaluation, told.scores),
            "store": _store(repository, folder, evaluation),
        }


def _recording(problem: Problem) -> str:
    target, window, experiment = problem.target, problem.stimulus, problem.simulator.experiment
    rows = [
        ("sweeps, samples, step", f"{target.n_sweep}, {target.n_sample}, {target.step_ms:g} ms"),
        ("stimulus", f"samples {window.first} to {window.last}"),
        ("sweeps that a mode looks at", ", ".join(map(str, problem.suite.sweeps))),
        ("their holding currents, pA", ", ".join(f"{pA:g}" for pA in experiment.holding_pA)),
        ("steps of a sample", f"{experiment.clock.substeps} of {experiment.clock.dt_ms:g} ms"),
        ("components of a score", " ".join(problem.suite.markers)),
    ]
    return table(["what", "found in the example recording"], rows)


def _values(problem: Problem, x: FloatArray, models: ParameterTable) -> str:
    space = problem.space
    rows = []
    for column, row in enumerate(space.as_rows()):
        if space.names[column] in SHOWN:
            _names, scale, low, high = row
            rows.append(
                (
                    f"`{space.names[column]}`", scale, f"{low:g} to {high:g}",
                    f"{x[CHOSEN, column]:.5g}", f"{models.values[CHOSEN, column]:.5g}",
                )
            )  # fmt: skip
    return table(["parameter", "scale", "bounds", "search coordinate", "model value"], rows)


# --- cells


def _of_cells(problem: Problem, source: CellSource, models: ParameterTable) -> dict[str, str]:
    session = NeuronSession(source.load())
    found = []
    for candidate in range(len(models)):
        cell = session.build(list(models.settings(candidate)))
        session.initialise(problem.simulator.experiment)
        signature, cable, _segments = read_structure(cell, cell.soma(0.5))
        found.append((signature, cable))
        del cell, _segments
        session.clear()
    signature, cable = found[CHOSEN]
    n_node = [len(one.parents) for one, _cable in found]
    rows = [
        (size, n_node.count(size), ", ".join(str(k) for k, n in enumerate(n_node) if n == size))
        for size in sorted(set(n_node))
    ]
    return {
        "tree": _tree(signature, cable),
        "kinds": _kinds(signature.node_kinds, source),
        "signatures": table(["nodes", "cells", "candidates"], rows),
    }


def _tree(signature: Signature, cable: Cable) -> str:
    rows = [
        (
            node, signature.parents[node], signature.kinds[node],
            f"{cable.area_um2[node]:.5g}", f"{cable.capacitance_nF[node]:.4g}",
            f"{cable.conductance_uS[node]:.4g}",
        )
        for node in range(SHOWN_NODES)
    ]  # fmt: skip
    n_node = len(signature.parents)
    rows.append((f"... {n_node - 1}", "...", *["..."] * 4))
    head = ["node", "hangs from", "kind", "area, um2", "capacitance, nF", "conductance to it, uS"]
    return table(head, rows)


def _kinds(kinds: Sequence[NodeKind], source: CellSource) -> str:
    paths = find_sources(source.mods, tuple(kinds))
    mechanisms = {suffix: read_mechanism(path) for suffix, path in paths.items()}
    rows = []
    for number, kind in enumerate(kinds):
        made = generated(kind, mechanisms)
        rows.append(
            (
                number, " ".join(kind.mechanisms), " ".join(ion.name for ion in kind.ions),
                len(made.variables), len(made.states),
            )
        )  # fmt: skip
    return table(["kind", "mechanisms", "ions", "numbers read", "states kept"], rows)


# --- traces and scores


def spikes(voltage_mV: FloatArray) -> int:
    """Return the number of runs of samples above the threshold."""
    above = voltage_mV > THRESHOLD_MV
    return int(above[0]) + int(np.sum(above[1:] & ~above[:-1]))


def _traces(problem: Problem, voltage_mV: FloatArray) -> str:
    window, rows = problem.stimulus, []
    for place, sweep in enumerate(SWEEPS):
        recorded = problem.target.voltage_mV[sweep]
        for who, trace in (("model", voltage_mV[place]), ("recording", recorded)):
            middle = trace[window.first : window.last + 1]
            rows.append(
                (
                    sweep, who, f"{trace[0]:.2f}", f"{middle.mean():.2f}",
                    f"{middle.max():.1f}", spikes(trace),
                )
            )  # fmt: skip
    head = ["sweep", "whose", "at t = 0, mV", "mean in the stimulus, mV", "highest there, mV"]
    return table([*head, "spikes"], rows)


def _scores(problem: Problem, evaluation: Evaluation, voltage_mV: FloatArray) -> str:
    suite, scores = problem.suite, evaluation.scores[CHOSEN]
    recorded = problem.target.voltage_mV[list(SWEEPS)]
    # By hand: what the page says that the modes are.
    by_hand = [
        *(abs(spikes(y) - spikes(x)) for x, y in zip(recorded, voltage_mV, strict=True)),
        *np.mean((voltage_mV - recorded) ** 2, axis=1),
    ]
    if not np.allclose(scores, by_hand, rtol=1e-12):
        raise ValueError(f"the page says that scores are {by_hand}, but they are {scores}")
    rows = [
        (marker, sweep, f"{score:.5g}", f"{scale:.5g}")
        for marker, sweep, score, scale in zip(suite.markers, SWEEPS * 2, scores, suite.bvalues)
    ]
    return table(["mode", "sweep", "score", "score of a voltage of 0 mV"], rows)


def _generation(evaluation: Evaluation, told: FloatArray) -> str:
    """Return the scores of all candidates, and the places that the strategy gives them."""
    rows, scores = np.arange(len(evaluation.scores)), evaluation.scores
    kept = set(empty_archive(100).insert(rows, scores).rows.tolist())
    lines = []
    for row in rows.tolist():
        (place,) = np.flatnonzero((told == scores[row]).all(axis=1)).tolist()
        archived = "yes" if row in kept else ""
        lines.append((row, *(f"{score:.5g}" for score in scores[row]), place, archived))
    heads = (f"{mode}, sweep {sweep}" for mode in "OV" for sweep in SWEEPS)
    return table(["candidate", *heads, "place", "archive"], lines)


# --- the store


def _store(repository: Path, folder: Path, evaluation: Evaluation) -> str:
    """Run the command, and show what its store has of the candidate."""
    words = [*shlex.split(COMMAND), "--output", str(folder), str(repository / RECORDING)]
    subprocess.run(
        [sys.executable, "-m", "pyneuronautofit", *words], cwd=folder, check=True,
        capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.sqlite")
    with open_run(path) as run:
        first = run.generations[0]
        stored = run.evaluations(first.rows)
        if not np.array_equal(stored.scores, evaluation.scores):
            raise ValueError("the run's scores are not those that were computed step by step")
        values, scores = stored.parameters[CHOSEN], stored.scores[CHOSEN]
        rows = [
            ("`parameters`", f"{len(values)} numbers, the first {values[0]:.5g}"),
            ("`scores`", ", ".join(f"{score:.5g}" for score in scores)),
            ("`status`", f"{stored.status[CHOSEN]}: {RunStatus[stored.status[CHOSEN]].value}"),
            ("`population` after generation 0", ", ".join(map(str, first.population))),
            ("`entered` (the archive)", ", ".join(map(str, first.entered))),
            ("evaluations in all", run.n_evaluation),
        ]
    return table(["in the store", "of the candidate"], rows)
