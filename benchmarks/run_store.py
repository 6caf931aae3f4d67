"""What the run store costs: time per generation, size, and how long it takes to read and export.

    python benchmarks/run_store.py                 100,000 evaluations, 29 parameters, 46 components
    python benchmarks/run_store.py --fit RECORDING -m OV -P 240 -G 20 ...    its share of a real fit

Evaluations are made up (a function of the parameters), the search and the store are real ones.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pyneuronautofit.cli.main import main as run_command
from pyneuronautofit.models.thalamocortical.parameters import PARAMETERS
from pyneuronautofit.optimisers import SearchSettings, build_strategy, empty_archive
from pyneuronautofit.runs import (
    Evaluations,
    Header,
    NewGeneration,
    RunFiles,
    RunInfo,
    RunWriter,
    create_store,
    export_results,
    finite_fitness,
    open_run,
    write_csv,
)
from pyneuronautofit.space import ParameterSpace

N_CAND, N_SCORE, N_EVALUATION = 240, 46, 100_000
MARKERS = "O" * 23 + "V" * 23


def made_up_scores(x, space, mixing):
    low, high = space.bounds(x)
    unit = (x - low) / np.where(high > low, high - low, 1.0)
    return np.abs(np.sin(3.0 * unit @ mixing) + 0.3 * unit @ mixing[:, ::-1])


def search(letter, path):
    space = ParameterSpace.from_rows(PARAMETERS)
    strategy = build_strategy(letter, space, SearchSettings(population_size=N_CAND))
    mixing = np.random.default_rng(1).normal(size=(len(space), N_SCORE))
    header = Header(
        tuple(MARKERS), np.ones(N_SCORE), space.as_rows(), "1", "r.abf", {"mode": "OV"}, "benchmark"
    )
    info = RunInfo(header, {}, {}, {}, (("O", 23), ("V", 23)), True, {"OK": "simulated"})
    create_store(path, info)
    state, archive, n_row, seconds = strategy.init(1), empty_archive(5000), 0, []
    with contextlib.closing(RunWriter(path, info)) as writer:
        number = 0
        while n_row < N_EVALUATION:
            x, asked = strategy.ask(state)
            scores = made_up_scores(x, space, mixing)
            state = strategy.tell(asked, x, scores)
            rows = np.arange(n_row, n_row + len(x))
            archive, n_row = archive.insert(rows, scores), n_row + len(x)
            evaluations = Evaluations(
                space.to_model(x).values, x, scores,
                finite_fitness(strategy.scalars(state, scores), scores),
                ("OK",) * len(x), ("",) * len(x), np.full(len(x), 0.001),
            )  # fmt: skip
            population = strategy.population(state)
            began = time.perf_counter()
            writer.append(
                NewGeneration(
                    number, evaluations, state, population.x, population.scores, archive.rows, 0.0
                )
            )
            seconds.append(time.perf_counter() - began)
            number += 1
            time.sleep(0.01)
    return np.array(seconds)


def timed(what, function):
    began = time.perf_counter()
    answer = function()
    print(f"{what:42s} {time.perf_counter() - began:8.2f} s")
    return answer


def measure(letter, folder):
    path = folder / f"{letter}.sqlite"
    seconds = search(letter, path)
    print(f"--- {letter}: {N_EVALUATION} evaluations in {len(seconds)} generations")
    print(f"{'store a generation (mean)':42s} {1e3 * seconds.mean():8.2f} ms")
    print(f"{'  median, 99 %, longest':42s} "
          f"{1e3 * np.median(seconds):8.2f} {1e3 * np.quantile(seconds, 0.99):8.2f} "
          f"{1e3 * seconds.max():8.2f} ms")  # fmt: skip
    print(f"{'  of a generation of 0.3 s':42s} {100 * seconds.mean() / 0.3:8.2f} %")
    print(f"{'file':42s} {path.stat().st_size / 1e6:8.1f} MB")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("SELECT sum(length(state)) FROM generation").fetchone()
    print(f"{'  of that states':42s} {size / 1e6:8.1f} MB")
    timed("open without a check", lambda: open_run(path, check=False).close())
    with timed("open", lambda: open_run(path)) as run:
        timed("scores of the archive", lambda: run.evaluations(run.archive()))
        timed("all evaluations", run.evaluations)
        files = RunFiles(folder, letter)
        timed("JSON files", lambda: export_results(run, files, checkpoint=True, adaptations=False))
        timed("CSV", lambda: write_csv(folder / "table.csv", run))


def measure_fit(words):
    append, seconds = RunWriter.append, []

    def timed_append(self, new):
        began = time.perf_counter()
        append(self, new)
        seconds.append(time.perf_counter() - began)

    RunWriter.append = timed_append
    began = time.perf_counter()
    code = run_command(words)
    whole = time.perf_counter() - began
    print(f"{len(seconds)} generations stored in {sum(seconds):.3f} s of {whole:.1f} s: "
          f"{100 * sum(seconds) / whole:.2f} %, {1e3 * np.mean(seconds):.2f} ms each")  # fmt: skip
    return code


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fit"]:
        sys.exit(measure_fit(sys.argv[2:]))
    with tempfile.TemporaryDirectory(dir=".") as name:
        for each in "KN":
            measure(each, Path(name))
