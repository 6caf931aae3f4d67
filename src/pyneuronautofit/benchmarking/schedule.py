"""What a benchmark is to run, and the folder that keeps what it has run.

    FOLDER/benchmark.json   what all trials in it have in common
    FOLDER/problems/NAME/   a problem: a project folder with its target
    FOLDER/trials/          a file for every trial that has ended

A trial depends on its problem, algorithm, seed and evaluations alone. So whatever has ended
something, the same command goes on, and more seeds, algorithms and problems may come later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pyneuronautofit._atomic import write_text
from pyneuronautofit._bounded import allowance_of, parse_json, read_bytes
from pyneuronautofit._types import Json
from pyneuronautofit._version import __version__
from pyneuronautofit.benchmarking.problem import problem_of
from pyneuronautofit.benchmarking.targets import digest_of, prepare
from pyneuronautofit.benchmarking.trials import BenchmarkTrial, TrialTask, read_trial, write_trial
from pyneuronautofit.errors import OutputError, PyNeuronAutofitError, RunError

_LIBRARIES = ("numpy", "neuron", "cmaes", "scipy")
_ANOTHER = "Give another folder with -o"


@dataclass(frozen=True)
class BenchmarkSchedule:
    """What is to be run.

    Attributes
    ----------
    problems, algorithms
        By their names.
    seeds
    evaluations
        Of every problem.
    """

    problems: tuple[str, ...]
    algorithms: tuple[str, ...]
    seeds: tuple[int, ...]
    evaluations: Mapping[str, int]

    def tasks(self) -> Iterator[TrialTask]:
        """Yield all trials: seed by seed within a problem, so that one that is cut off is fair."""
        for problem in self.problems:
            for seed in self.seeds:
                for algorithm in self.algorithms:
                    yield TrialTask(problem, algorithm, seed, self.evaluations[problem])


class BenchmarkFolder:
    """The folder of a benchmark.

    Parameters
    ----------
    path
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def problems(self) -> Path:
        """Where problems are prepared."""
        return self.path.absolute() / "problems"

    def trial(self, task: TrialTask) -> Path:
        """Return the file of a trial."""
        return self.path / "trials" / task.file_name

    def prepare(self, schedule: BenchmarkSchedule) -> None:
        """Prepare the problems, and see that all trials in the folder can be compared.

        Raises
        ------
        RunError
            If the folder has trials of other evaluations, problems or versions.
        OutputError
            If nothing can be written there.
        """
        self._make_folders()
        known = self._known()
        versions = _versions()
        if known and known["versions"] != versions:
            raise RunError(
                f"{self.path}: its trials were run by other versions "
                f"({_difference(known['versions'], versions)}), which may give other numbers. "
                f"{_ANOTHER}"
            )
        problems: dict[str, Json] = dict(known["problems"]) if known else {}
        for name in schedule.problems:
            problem = problem_of(name)
            prepare(problem, self.problems / name)
            made = {
                "digest": digest_of(problem, self.problems / name),
                "evaluations": schedule.evaluations[name],
            }
            self._compare(name, problems.setdefault(name, made), made)
        content = {"versions": versions, "problems": problems}
        if content != known:
            write_text(self._head, json.dumps(content, indent=1) + "\n")

    def missing(self, schedule: BenchmarkSchedule) -> list[TrialTask]:
        """Return the trials that have not ended yet."""
        return [task for task in schedule.tasks() if not self.trial(task).exists()]

    def keep(self, trial: BenchmarkTrial) -> None:
        """Write a trial that has ended."""
        task = TrialTask(trial.problem, trial.algorithm, trial.seed, trial.evaluations)
        write_trial(self.trial(task), trial)

    def trials(self, schedule: BenchmarkSchedule) -> list[BenchmarkTrial]:
        """Return the trials of a schedule that have ended, in its order.

        Raises
        ------
        RunError
            If a file is no trial, or that of another one.
        """
        found = []
        for task in schedule.tasks():
            path = self.trial(task)
            if not path.exists():
                continue
            trial = read_trial(path)
            named = TrialTask(trial.problem, trial.algorithm, trial.seed, trial.evaluations)
            if named != task:
                raise RunError(
                    f"{path}: expected the trial {_said(task)}, found {_said(named)}. Delete the "
                    "file: the same command runs the trial again"
                )
            found.append(trial)
        return found

    @property
    def _head(self) -> Path:
        return self.path / "benchmark.json"

    def _make_folders(self) -> None:
        try:
            if self.path.is_dir() and not self._head.exists() and any(self.path.iterdir()):
                raise OutputError(
                    f"{self.path}: expected an empty folder, or that of a benchmark, found other "
                    f"files. {_ANOTHER}"
                )
            for folder in (self.problems, self.path / "trials"):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot make the folder {self.path}: {error.strerror or error}. {_ANOTHER}"
            ) from error
        if not self._head.exists():
            # From now on it is that of a benchmark, whatever happens before there is more.
            write_text(
                self._head, json.dumps({"versions": _versions(), "problems": {}}, indent=1) + "\n"
            )

    def _known(self) -> dict[str, Json]:
        try:
            text = read_bytes(self._head, RunError)
            content = parse_json(text, allowance_of(self._head, len(text), RunError))
            problems = {
                str(name): {
                    "digest": str(each["digest"]),
                    "evaluations": int(each["evaluations"]),
                }
                for name, each in content["problems"].items()
            }
            return {"versions": dict(content["versions"]), "problems": problems}
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise RunError(
                f"{self._head}: expected what a benchmark has written there, found something else "
                f"({error}). {_ANOTHER}"
            ) from error
        except PyNeuronAutofitError as error:
            raise RunError(f"{self._head}: {error}. {_ANOTHER}") from error

    def _compare(self, name: str, before: Json, now: Json) -> None:
        if before["evaluations"] != now["evaluations"]:
            raise RunError(
                f"{self.path}: its trials of the problem {name} have {before['evaluations']} "
                f"evaluations, and these would have {now['evaluations']}, which are not to be "
                f"compared. {_ANOTHER}, or the same --evaluations and --quick as before"
            )
        if before["digest"] != now["digest"]:
            raise RunError(
                f"{self.problems / name}: the problem is not what it was when its trials were "
                f"run: a file in it has changed. {_ANOTHER}"
            )


def _versions() -> dict[str, str]:
    found = {"pyneuronautofit": __version__}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    names: Sequence[str] = [n for n in {**before, **now} if before.get(n) != now.get(n)]
    return ", ".join(f"{n} {before.get(n) or 'none'}, now {now.get(n) or 'none'}" for n in names)


def _said(task: TrialTask) -> str:
    return f"{task.problem} {task.algorithm} {task.seed} of {task.evaluations} evaluations"
