"""Commands of every kind are killed at any moment, and nothing is lost.

    cd tests; python -m kills [--kills N] [--seed N] [--jobs N] [--only WORD]

runs each command of `jobs.py` to its end, then kills it again and again, at random moments from
its first millisecond on: the process alone, or with all that it has started. After every kill,
inputs are what they were, outputs are whole, stores are no shorter, and no process is left. After
some kills it is run to its end, with another number of threads, and has to give the same as the
run that was never killed. The exit code is 1 if one did not.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from kills.harness import Fault, Killing, Tally
from kills.jobs import JOBS, Job
from kills.material import REPOSITORY, make_material


def main() -> int:
    """Kill as often as is asked for, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000, help="in all (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="at a time")
    parser.add_argument("--only", default="", help="only the jobs with this in their name")
    given = parser.parse_args()
    chosen = [job for job in JOBS if given.only in job.name]
    shares = sum(job.share for job in chosen)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kills-", ignore_cleanup_errors=True) as place:
        root = Path(place)
        environment = _environment(root)
        make_material(root / "material", environment)

        def work(job: Job) -> Tally:
            n_kill = max(1, round(given.kills * job.share / shares))
            rng = Random(f"{given.seed} {job.name}")
            folder = root / job.name.replace(" ", "-")
            try:
                killing = Killing(job, root / "material", folder, environment, rng, _say)
            except (Fault, OSError) as error:
                tally = Tally(faults=[f"without a kill: {error}"])
            else:
                killing.kill(n_kill)
                tally = killing.tally
            _print(job.name, tally)
            return tally

        print(f"{'':30} {'kills':>6} {'rounds':>7} {'ended before':>13} {'s':>6}", flush=True)
        with ThreadPoolExecutor(given.jobs) as pool:
            # The longest first.
            tallies = list(pool.map(work, sorted(chosen, key=lambda job: -job.share)))
    total = Tally(
        sum(t.n_kill for t in tallies),
        sum(t.n_round for t in tallies),
        sum(t.n_too_late for t in tallies),
        time.monotonic() - began,
        [fault for t in tallies for fault in t.faults],
    )
    _print("all", total)
    return 1 if total.faults else 0


def _environment(root: Path) -> dict[str, str]:
    cache = root / "cache"
    cache.mkdir(mode=0o700)
    paths = [str(REPOSITORY / "src"), os.environ.get("PYTHONPATH", "")]
    return {
        **{k: v for k, v in os.environ.items() if k != "NRN_NMODL_PATH"},
        "PYNEURONAUTOFIT_CACHE": str(cache),
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
    }


def _say(killing: Killing) -> None:
    """Show on one line of a terminal how far it is."""
    if sys.stdout.isatty():
        tally = killing.tally
        print(f"{killing.job.name}: {tally.n_kill} kills, {len(tally.faults)} faults", end="\r")


def _print(name: str, tally: Tally) -> None:
    print(
        f"{name:30} {tally.n_kill:6} {tally.n_round:7} {tally.n_too_late:13} {tally.seconds:6.0f}",
        flush=True,
    )
    for fault in tally.faults:
        print(f"    {fault}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
