"""Workers on this computer, one or both of them at work; and how busy many would be."""

from __future__ import annotations

import contextlib
import heapq
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from pyneuronautofit.fitting import FitOptions, open_fit
from pyneuronautofit.fitting.evaluators import ClusterEvaluator
from pyneuronautofit.fitting.evaluators.chunks import LEAST_IN_LANES, chunks_of
from pyneuronautofit.fitting.evaluators.crew import WorkerCame, WorkerWent
from pyneuronautofit.fitting.evaluators.dask_crew import DaskCrew
from pyneuronautofit.fitting.evaluators.work_order import order_of

# What an expensive candidate takes by NEURON, s: the model is drawn for it, too.
EXPENSIVE_S = 0.5
_SEED = 1


def own_cpu_s() -> float:
    """Return how much CPU this process has used, s."""
    return time.process_time()


def started(folder: Path, n_worker: int, stack: ExitStack) -> Path:
    """Start a scheduler and workers of one thread, which end with the stack; return its file."""
    file = folder / "scheduler.json"

    def start(what: str, *words: str) -> None:
        log = stack.enter_context((folder / f"{what}.log").open("ab"))
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", what, "--scheduler-file", str(file), "--no-dashboard",
             "--host", "127.0.0.1", *words],
            stdout=log, stderr=log, start_new_session=True, cwd=folder,
        )  # fmt: skip
        stack.callback(_end, process)

    start("scheduler", "--port", "0")
    while not (file.exists() and file.stat().st_size):
        time.sleep(0.1)
    for _number in range(n_worker):
        start("worker", "--nthreads", "1", "--no-nanny", "--memory-limit", "0")
    return file


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Some:
    """A crew of which only some workers are known."""

    def __init__(self, crew: DaskCrew, addresses: list[str]) -> None:
        self._crew = crew
        self._addresses = addresses
        self._told = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._crew, name)

    def events(self, timeout_s: float) -> list:
        if not self._told:
            self._told = True
            return [WorkerCame(address) for address in self._addresses]
        kinds = (WorkerCame, WorkerWent)
        return [each for each in self._crew.events(timeout_s) if not isinstance(each, kinds)]

    def close(self) -> None:
        """Leave the other one what it needs: nothing ends here."""


class Two:
    """A fit that one worker evaluates, or two."""

    def __init__(self, config: FitOptions, folder: Path) -> None:
        self._stack = ExitStack()
        opened = open_fit(config, folder)
        self.problem = opened.problem
        self._stack.enter_context(self.problem.opened())
        self.problem.check()
        address = json.loads(Path(str(config.scheduler_file)).read_text())["address"]
        self.crew = DaskCrew(address, None)
        self._stack.callback(self.crew.close)
        self.addresses: list[str] = []
        while len(self.addresses) < 2:
            came = (each for each in self.crew.events(1.0) if isinstance(each, WorkerCame))
            self.addresses += [each.address for each in came]

        def evaluator(addresses: list[str]) -> ClusterEvaluator:
            some = _Some(self.crew, addresses)
            return ClusterEvaluator(
                opened, lambda: order_of(opened, folder, config), lambda: some, 900.0
            )

        self._one, self._both = evaluator(self.addresses[:1]), evaluator(self.addresses)
        self.one, self.both = self._one.evaluate, self._both.evaluate

    def begin(self, values: np.ndarray) -> None:
        """Evaluate until both workers have opened the fit: one of them may be slower."""
        self.one(values)
        while self._both._staff.n_accepted < 2:
            self.both(values)

    def __enter__(self) -> Two:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()


class Busy:
    """How busy workers are, from what was measured of chunks and candidates.

    Workers take chunks in their order; the head hands them out one after the other, which takes it
    some time for each.

    Parameters
    ----------
    measured
        What `workers.py` has written.
    """

    def __init__(self, measured: dict) -> None:
        self._head_s = measured["overhead"]["head_s"]
        self._wait_s = measured["overhead"]["wait_s"]
        found = measured["efficiency"]
        adaptive = next(v for n, v in found.items() if n.startswith("adaptive"))
        # Of lanes it is only known what CPU all took, and how steps are shared among candidates.
        seconds = np.array(adaptive["seconds"])
        self._adaptive = seconds * measured["by_size"][str(LEAST_IN_LANES)] / seconds.mean()
        neuron = np.array(next(v for n, v in found.items() if n.startswith("NEURON"))["seconds"])
        self._neuron = neuron * EXPENSIVE_S / neuron.mean()

    def cases(self) -> Iterator[tuple[str, str, int]]:
        """Yield the name, the simulator and the size of populations."""
        for size in (240, 1000, 10_000):
            ms = 1e3 * self._adaptive.mean()
            yield f"{size:,}, adaptive steps, {ms:.1f} ms each", "adaptive", size
        for size in (240, 1000, 10_000):
            yield f"{size:,}, NEURON, {EXPENSIVE_S:g} s each", "neuron", size

    def share(self, kind: str, size: int, n_worker: int) -> float:
        """Return the share of workers' time in which they evaluate."""
        of = self._adaptive if kind == "adaptive" else self._neuron
        seconds = np.random.default_rng(_SEED).choice(of, size)
        chunks = chunks_of(size, generated=kind == "adaptive")
        free = [0.0] * min(n_worker, len(chunks))
        head, ends = 0.0, 0.0
        for rows in chunks:
            begin = max(head, heapq.heappop(free))
            head = max(head, begin) + self._head_s
            end = begin + float(seconds[rows.start : rows.stop].sum()) + self._wait_s
            heapq.heappush(free, end)
            ends = max(ends, end)
        return float(seconds.sum()) / (n_worker * ends)


def draw(measured: dict, picture: Path) -> None:
    """Draw how busy 1 to 10,000 workers are."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    busy = Busy(measured)
    counts = np.unique(np.geomspace(1, 10_000, 60).astype(int))
    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    styles = {"adaptive": "-", "neuron": "--"}
    for place, (label, kind, size) in enumerate(busy.cases()):
        shares = [100 * busy.share(kind, size, int(n)) for n in counts]
        axes.plot(counts, shares, styles[kind], color=f"C{place % 3}", label=label)
    axes.set(xscale="log", xlabel="workers", ylabel="busy, % of their time", ylim=(0, 102))
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize=8, title="population", title_fontsize=8)
    figure.savefig(picture, dpi=110)
    plt.close(figure)
