"""A search that is taken up again from its state."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fitting.parabolas import Parabolas, begun_with, make_problem
from pyneuronautofit._options import Resumed, options_of
from pyneuronautofit.errors import RecordingError
from pyneuronautofit.fitting import Budget, FitConfig, FitOptions, build_search, search
from pyneuronautofit.fitting.resumed import resume
from pyneuronautofit.optimisers import ALGORITHMS, SearchSettings, build_strategy


@pytest.mark.parametrize("stop", [20, 60, 110, 150])
@pytest.mark.parametrize(
    ("letter", "polish"),
    [*((letter, 0.0) for letter in ALGORITHMS), ("K", 0.6), ("N", 0.6), ("C", 0.6)],
)
def test_a_search_goes_on_where_it_stopped(letter, polish, stop):
    def strategy(problem):
        config = FitConfig(
            algorithm=letter, population_size=12, elites=3, update=1.0, polish=polish
        )
        return build_search(config, problem, begun_with(letter, 12))

    problem = make_problem(modes="OVR")
    whole = search(problem, strategy(problem), Budget(generations=25, seed=4))
    stopped = make_problem(Parabolas(interrupt_after=stop), modes="OVR")
    first = search(stopped, strategy(stopped), Budget(generations=25, seed=4))
    assert first.interrupted
    assert 0 <= first.generation < whole.generation
    again = make_problem(Parabolas(block=5), modes="OVR")
    second = search(again, strategy(again), Budget(generations=25, seed=4), start=first)
    assert second.generation == whole.generation
    for one, other in (
        (whole.history.scores, second.history.scores),
        (whole.history.parameters, second.history.parameters),
        (whole.population.x, second.population.x),
        (whole.archive.scores, second.archive.scores),
    ):
        assert one.tobytes() == other.tobytes()
    assert whole.archive.rows.tolist() == second.archive.rows.tolist()


def test_time_goes_on(problem):
    strategy = build_strategy("N", problem.space, SearchSettings(population_size=10))
    first = search(problem, strategy, Budget(generations=1, seed=1))
    longer = type(first)(**{**vars(first), "seconds": 100.0})
    assert search(problem, strategy, Budget(generations=2, seed=1), start=longer).seconds > 100


def test_what_is_asked_has_the_order_of_memory_that_is_stored(problem):
    """Sums along an axis round differently in another one: that would tell a resumed run apart."""
    strategy = build_strategy("N", problem.space, SearchSettings(population_size=10))

    class Columns:
        def __getattr__(self, name):
            return getattr(strategy, name)

        def ask(self, state):
            x, asked = strategy.ask(state)
            return np.asfortranarray(x), asked

    progress = search(problem, Columns(), Budget(generations=1, seed=1))
    assert progress.asked.flags.c_contiguous
    assert progress.population.x.flags.c_contiguous


def test_what_may_be_given_where_a_run_is_taken_up_again():
    """Whatever is not listed decides the results: a new option does, until somebody says no."""
    kinds = {name: described.resumed for name, (described, _) in options_of(FitOptions).items()}
    found = {kind: {n for n, k in kinds.items() if k is kind} for kind in Resumed}
    assert found[Resumed.FREE] == {
        "n_worker", "log_level", "log_to_screen", "krayzman_debug", "print_every", "dump_every",
        "log_population", "log_archive", "dry_run", "figure", "output", "resume", "extend",
        "minutes", "stop_after", "evaluations_file", "prepare", "resume_or_start",
        "workers", "scheduler_file", "workers_tls", "workers_wait", "scratch",
    }  # fmt: skip
    assert found[Resumed.CONTENT] == {"recording", "beside", "project", "mask", "plugins"}
    assert found[Resumed.EXTENDED] == {"archive_size", "time_limit_s", "refine", "isa"}
    assert found[Resumed.LONGER] == {"generations", "evaluations"}


def test_a_recording_that_has_moved(tmp_path, monkeypatch):
    """Most commands that read a run take no recording: it has to be where they look for it."""
    for name in ("out", "here"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    was, run = tmp_path / "was" / "cell.npz", SimpleNamespace(path=Path("../out/mine.sqlite"))
    with pytest.raises(RecordingError) as refused:
        resume._found(was, run)
    said = str(refused.value)
    assert f"it was {was}. Put it there again, or put it, or a link to it, as cell.npz into" in said
    assert "on the command line, behind --resume RUN or polish RUN" in said
    assert f"into {tmp_path / 'out'} or {tmp_path / 'here'}. To go on" in said
    for place in ("here", "out"):
        (tmp_path / place / "cell.npz").touch()
        assert resume._found(was, run).resolve() == tmp_path / place / "cell.npz"
        (tmp_path / place / "cell.npz").unlink()
    # The folder of the run is the working directory.
    with pytest.raises(RecordingError) as refused:
        resume._found(was, SimpleNamespace(path=tmp_path / "here" / "mine.sqlite"))
    assert str(refused.value).count(str(tmp_path / "here")) == 1
