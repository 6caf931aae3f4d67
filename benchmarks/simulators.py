"""How fast the simulators are: NEURON at its best, CoreNEURON, the project's own.

    python benchmarks/simulators.py speed|evaluation|scaling|startup|memory [options]

speed       cell-ms per second and core, alternating in one run: medians and ratios
evaluation  simulating and scoring a population, as a fit does
scaling     time against population, sweeps, segments and threads, with a log-log plot
startup     building a kernel, and the time to the first traces
memory      the most memory that the first generation of a fit takes

Tables are in Markdown. No time has the compilation of a model in it, but for that of `startup`.
Use a machine that does nothing else: the load is printed at every repeat. `--clock cpu` counts the
processor's time instead of the wall's, for `speed`, where there is other work.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from _evaluation import measure_evaluation
from _growth import measure_growth
from _processes import measure_memory, measure_startup
from _speed import measure_speed
from _workload import EXAMPLES, SHARED, SIMULATORS, add_workload_options, open_workload


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True)
    for name in ("speed", "evaluation", "scaling", "startup"):
        part = parts.add_parser(name)
        add_workload_options(part)
        part.add_argument("--repeats", type=int, default=3 if name == "scaling" else 5)
        if name == "speed":
            part.add_argument("--clock", choices=("wall", "cpu"), default="wall")
        if name == "evaluation":
            part.add_argument("--candidates", type=int, default=64)
            part.add_argument("--cores", type=int, default=2)
        if name == "scaling":
            part.add_argument("--figure", type=Path, default=Path("scaling.png"))
            part.add_argument("--most", type=float, default=60.0, help="s; no longer runs")
        if name != "speed":
            part.add_argument("--simulators", nargs="+", choices=SIMULATORS, default=SIMULATORS)
    part = parts.add_parser("memory")
    shared = SHARED / "171116sh_0018.abf"
    part.add_argument(
        "--recording",
        type=Path,
        default=shared if shared.is_file() else EXAMPLES / "TC-example.abf",
    )
    part.add_argument("--stimulus", type=float, nargs=2, default=None)
    part.add_argument("--population", type=int, default=240)
    part.add_argument("--cores", type=int, default=2)
    part.add_argument("--simulators", nargs="+", choices=SIMULATORS, default=SIMULATORS[1:])
    words = parser.parse_args()
    if words.part == "memory" and words.recording == shared and words.stimulus is None:
        # Its sweeps disagree about the stimulus, so it has to be said.
        words.stimulus = (1646.8, 2146.8)
    return words


def main() -> None:
    """Measure what was asked for."""
    words = parse()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if words.part == "memory":
            measure_memory(words, folder)
            return
        workload = open_workload(words, folder)
        if words.part == "speed":
            measure_speed(workload, words.repeats, words.clock)
        elif words.part == "evaluation":
            measure_evaluation(workload, words, folder)
        elif words.part == "scaling":
            measure_growth(workload, words)
        else:
            measure_startup(workload, words, folder)


if __name__ == "__main__":
    main()
