"""Faults that the tests have to notice: each is put into a copy of the package, one at a time.

    python tests/mutations.py [NUMBER...]

copies `src`, changes one line, runs the tests named with it, and says whether one failed. A
fault that no test notices, or a line that is not there any more, is an exit code of 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = Path("src") / "pyneuronautofit"


@dataclass(frozen=True)
class Mutation:
    """One fault.

    Attributes
    ----------
    module
        Where, in the package.
    right, wrong
        What stands there, once, and what is put in its place.
    tests
        Those that may notice it, in `tests`: as few as that takes, for the sake of time.
    """

    module: str
    right: str
    wrong: str
    tests: str


MUTATIONS = (
    Mutation(
        "_native/artifacts.py",
        'f"{len(part)}\\0".encode() + part',
        "part",
        "_native/test_artifacts.py",
    ),
    Mutation(
        "_options.py",
        "names = [name for name in field_names(record) if name not in others]",
        "names = [name for name in field_names(record)[:-1] if name not in others]",
        "test_options.py",
    ),
    Mutation(
        "cli/traces/responses.py",
        "mV.shape[-2] != recording.n_sweep",
        "mV.shape[-2] < recording.n_sweep",
        "cli/traces",
    ),
    Mutation(
        "codegen/ir/passes.py",
        'return graph.product([(base.node, exponent), (graph.call("exp", offset), 1)])',
        "return graph.product([(base.node, exponent)])",
        "codegen/ir",
    ),
    Mutation(
        "codegen/runtime/adaptive/queue.hpp",
        "place = n_place_++;",
        "place = n_place_++ / 2;",
        "simulators/lanes/test_adaptive_kernel.py",
    ),
    Mutation(
        "database/tools/distributions.py",
        "coordinates[:, column] = _logarithms(database, parameter, values[:, column])",
        "coordinates[:, column] = values[:, column]",
        "database/tools/test_distributions.py",
    ),
    Mutation(
        "fitting/problem.py",
        "scores[rows[ok]] = suite.score(voltage_mV)",
        "scores[: len(voltage_mV)] = suite.score(voltage_mV)",
        "fitting",
    ),
    Mutation(
        "fitting/resumed/same_run.py",
        'if before["recording"] != now["recording"]:',
        'if before["recording"] == now["recording"]:',
        "fitting/test_same_run.py",
    ),
    Mutation(
        "models/mechanisms.py",
        'found = _NAME.search(_COMMENT.sub(" ", text))',
        "found = _NAME.search(text)",
        "models",
    ),
    Mutation(
        "objectives/voltage.py",
        "found = Candidates.of(target).spikes(self.spike_threshold_mV)",
        "found = Candidates.of(target).spikes(0.0)",
        "objectives",
    ),
    Mutation(
        "optimisers/weightings/krayzman.py",
        "hold=rule.hold_normalization,",
        "hold=False,",
        "optimisers/weightings",
    ),
    Mutation(
        "optimisers/weightings/krayzman.py",
        "by_sum=rule.norm_space,",
        "by_sum=False,",
        "optimisers/weightings",
    ),
    Mutation(
        "optimisers/weightings/krayzman.py",
        "bound=np.inf if rule.weight_bound is None else rule.weight_bound,",
        "bound=np.inf,",
        "optimisers/weightings",
    ),
    Mutation(
        "objectives/shapes.py",
        "window=(self.before_spike, self.after_spike),\n            count",
        "window=(70, self.after_spike),\n            count",
        "objectives",
    ),
    Mutation(
        "objectives/voltage.py",
        "math.floor(self.smoothing_kernel_ms / target.step_ms / 2 + 1e-9)",
        "math.floor(20.0 / target.step_ms / 2 + 1e-9)",
        "objectives",
    ),
    Mutation(
        "plots/sweeps.py",
        "n_row = -(-n_sweep // _COLUMNS)",
        "n_row = n_sweep // _COLUMNS + 1",
        "plots/test_sweeps.py",
    ),
    Mutation(
        "probes/threshold.py",
        "if first - before < self._accuracy_uS or",
        "if first - before < 2 * self._accuracy_uS or",
        "probes/test_threshold.py",
    ),
    Mutation(
        "rating/accepting.py",
        "2 * sum(votes) > len(votes)",
        "2 * sum(votes) >= len(votes)",
        "rating",
    ),
    Mutation(
        "recordings/stimulus.py",
        "first, last = round(start_ms / step_ms), round(stop_ms / step_ms) - 1",
        "first, last = round(start_ms / step_ms), round(stop_ms / step_ms)",
        "recordings/test_stimulus.py",
    ),
    Mutation(
        "report/sections/models.py",
        'cells += [f"{value:.6g}" for value in listed.sums[place]]',
        'cells += [f"{value:.6g}" for value in listed.sums[-1 - place]]',
        "report/sections",
    ),
    Mutation(
        "report/findings/spread.py",
        "float((values >= 1 - PRESSING_PART).mean()),",
        "float((values > 1).mean()),",
        "report",
    ),
    Mutation(
        "runs/store/encoding.py",
        'return len(text).to_bytes(_LENGTH, "little")',
        'return len(text).to_bytes(_LENGTH, "big")',
        "runs/store",
    ),
    Mutation(
        "simulators/fallback.py",
        "_MOST_TRIED = 8",
        "_MOST_TRIED = 1",
        "simulators/test_fallback.py simulators/test_preferred.py",
    ),
    Mutation(
        "simulators/lanes/packing.py",
        "if kind == wanted:",
        "if kind is not None and kind == wanted and node < len(signature.parents):",
        "simulators/lanes/test_packing.py",
    ),
    Mutation(
        "space/space.py",
        "between = np.where(coordinate >= last, high, between)",
        "between = np.where(coordinate > last, high, between)",
        "space",
    ),
)


def is_noticed(mutation: Mutation) -> bool | None:
    """Return whether a test fails; None where the line is not there, or not once."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "src"
        shutil.copytree(REPOSITORY / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        path = source / PACKAGE.name / mutation.module
        text = path.read_text(encoding="utf-8")
        if text.count(mutation.right) != 1:
            return None
        path.write_text(text.replace(mutation.right, mutation.wrong), encoding="utf-8")
        tests = [str(REPOSITORY / "tests" / each) for each in mutation.tests.split()]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(source)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    last = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    print("   ", last[0] if last else done.stdout.splitlines()[-1])
    return done.returncode == 1


def main() -> int:
    """Try the faults of the given numbers, or all."""
    chosen = [int(word) for word in sys.argv[1:]] or range(len(MUTATIONS))
    missed = 0
    for number in chosen:
        mutation = MUTATIONS[number]
        print(f"{number}: {mutation.module}: {mutation.right}  ->  {mutation.wrong}", flush=True)
        noticed = is_noticed(mutation)
        words = {True: "noticed", False: "NOT NOTICED", None: "NOT THERE, or not once"}
        print("   ", words[noticed], flush=True)
        missed += noticed is not True
    print(f"{len(chosen) - missed} of {len(chosen)} faults were noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
