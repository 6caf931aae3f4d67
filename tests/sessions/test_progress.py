"""How a search goes: speed and time left by a clock that is set by hand."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from pyneuronautofit.sessions import progress as module
from pyneuronautofit.sessions.progress import (
    LiveProgress,
    Pace,
    PlainProgress,
    best_so_far,
    make_progress,
)


class Suite:
    """Two modes: O has two components, V one."""

    def mode_sums(self, scores):
        return {"O": scores[:, :2].sum(axis=1), "V": scores[:, 2]}


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands at 1000 s until it is set."""
    made = SimpleNamespace(now_s=1000.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: made.now_s))
    return made


def screen(**how):
    return Console(file=io.StringIO(), width=120, **how)


def after(generation, n_evaluation, scores=((1, 2, 30.25), (0, 1, 123.456)), phase=""):
    """A search after a generation, with the scores of its archive."""
    scores = np.array(scores, dtype=float).reshape(-1, 3)
    archive = SimpleNamespace(rows=np.arange(len(scores)), scores=scores)
    return SimpleNamespace(
        generation=generation, history=range(n_evaluation), archive=archive, phase=phase
    )


def test_a_pace(clock):
    pace = Pace(100)
    assert pace.left == "-:--:--"
    assert pace.n_done == 0
    clock.now_s += 4.0
    pace.evaluated(8)
    assert (pace.n_done, pace.per_second) == (8, 2.0)
    # 92 at 2 a second.
    assert pace.left == "0:00:46"
    pace.generation(20)
    assert (pace.n_done, pace.per_second) == (20, 5.0)
    assert pace.left == "0:00:16"
    # Those of the next generation come on top of all before.
    clock.now_s += 1.0
    pace.evaluated(5)
    assert (pace.n_done, pace.per_second, pace.left) == (25, 5.0, "0:00:15")
    pace.generation(100)
    assert pace.left == "0:00:00"


def test_a_run_that_is_taken_up_again_has_the_pace_of_this_sitting(clock):
    pace = Pace(7300, n_before=50)
    assert (pace.n_done, pace.left) == (50, "-:--:--")
    clock.now_s += 10.0
    pace.evaluated(0)
    assert (pace.per_second, pace.left) == (0.0, "-:--:--")
    pace.evaluated(20)
    assert (pace.n_done, pace.per_second) == (70, 2.0)
    # 7230 at 2 a second are 3615 s.
    assert pace.left == "1:00:15"


def test_no_time_has_passed(clock):
    pace = Pace(10)
    pace.evaluated(1)
    assert pace.per_second == pytest.approx(1e9)
    assert pace.left == "0:00:00"


def test_no_more_time_is_left_than_there_may_be(clock):
    pace = Pace(1000, most_s=60.0)
    clock.now_s += 10.0
    pace.evaluated(10)
    assert pace.left == "0:00:50"
    pace.generation(990)
    assert pace.left == "0:00:00"
    clock.now_s += 90.0
    pace.evaluated(0)
    assert pace.left == "0:00:00"


def test_the_best_is_one_model():
    """The numbers are those of one: each mode's best may be another's, which has the other bad."""
    scores = [[0, 0, 900.0], [9, 9, 1.0], [1, 0, 10.0], [5, 5, 500.0]]
    assert best_so_far(after(0, 3, scores), Suite()) == "compromise O 1, V 10"
    assert best_so_far(after(0, 2, [[1, 2, 123456.0]]), Suite()) == "compromise O 3, V 1.235e+05"
    assert best_so_far(after(0, 2, []), Suite()) == "nothing succeeded yet"


def test_lines_of_the_first_and_the_last_generation(clock):
    console = screen(force_terminal=False)
    with PlainProgress(console, Suite(), 9, Pace(100)) as shown:
        shown.evaluated(0, 3, 10)
        assert console.file.getvalue() == ""
        clock.now_s += 4.0
        shown.generation(after(0, 10, [[1, 2, 30.25]]))
        clock.now_s += 4.0
        shown.evaluated(1, 5, 10)
        shown.generation(after(1, 20, []))
        shown.generation(after(2, 30, []))
        shown.evaluated(3, 5, 10)
        shown.evaluated(3, 0, 10)
    assert console.file.getvalue().splitlines() == [
        "generation 0/9  10 evaluations  2.5/s  compromise O 3, V 30.25  time left 0:00:36",
        "generation 2/9  30 evaluations  3.8/s  nothing succeeded yet  time left 0:00:19",
    ]


def test_a_line_every_half_minute(clock):
    console = screen(force_terminal=False)
    with PlainProgress(console, Suite(), 9, Pace(200)) as shown:
        for number in range(12):
            shown.generation(after(number, 10 * number + 10))
            clock.now_s += 10.0
        # One that takes long has its line before it is over.
        clock.now_s += 25.0
        shown.evaluated(12, 7, 10)
    lines = console.file.getvalue().splitlines()
    assert [line.split()[1] for line in lines] == ["0/9", "3/9", "6/9", "9/9", "11/9"]
    assert "127 evaluations" in lines[-1]


def test_a_search_without_a_generation_has_no_line(clock):
    console = screen(force_terminal=False)
    with PlainProgress(console, Suite(), 9, Pace(200)) as shown:
        clock.now_s += 99.0
        shown.evaluated(0, 7, 10)
    assert console.file.getvalue() == ""


def test_a_search_that_does_several_things_says_which_one_is_next(clock):
    """How many generations there will be it does not know."""
    console = screen(force_terminal=False)
    PlainProgress(console, Suite(), None, Pace(100)).generation(after(3, 10, phase="jump 2"))
    assert console.file.getvalue().startswith("generation 3  jump 2  10 evaluations  ")
    shown = LiveProgress(screen(force_terminal=True), Suite(), None, Pace(40))
    with shown:
        shown.generation(after(3, 10, phase="jump 2"))
        shown.evaluated(4, 1, 10)
    assert "generation 4, jump 2  comp" in shown._display.console.file.getvalue()


def test_lines_are_not_broken(clock):
    console = Console(file=io.StringIO(), width=20)
    PlainProgress(console, Suite(), 9, Pace(100)).generation(after(0, 10))
    assert len(console.file.getvalue().splitlines()) == 1


def test_what_counts_within_a_generation_is_its_own_number(clock):
    pace = Pace(100)
    shown = PlainProgress(screen(), Suite(), 9, pace)
    shown.generation(after(0, 10))
    shown.evaluated(1, 4, 10)
    assert pace.n_done == 14


def test_one_bar_for_the_whole_search(clock):
    console = screen(force_terminal=True)
    pace = Pace(40, n_before=4)
    shown = LiveProgress(console, Suite(), 3, pace)
    (bar,) = shown._display.tasks
    assert (bar.completed, bar.total, bar.fields["left"]) == (4, 40, "-:--:--")
    clock.now_s += 2.0
    shown.evaluated(1, 6, 10)
    assert (bar.completed, bar.total) == (10, 40)
    assert (bar.fields["speed"], bar.fields["left"]) == ("3.0", "0:00:10")
    shown.generation(after(1, 20, [[0, 1, 123.456]]))
    assert bar.fields["found"] == "generation 1 of 3  compromise O 1, V 123.5"
    with shown:
        shown.evaluated(2, 1, 10)
        assert bar.completed == 21
    text = console.file.getvalue()
    assert "generation 2 of 3" in text
    assert "21/40" in text
    assert not shown._display.live.is_started


def test_the_best_is_not_found_out_at_every_short_generation(clock):
    shown = LiveProgress(screen(force_terminal=True), Suite(), 3, Pace(40))
    (bar,) = shown._display.tasks
    shown.generation(after(0, 10, [[0, 1, 9.0]]))
    clock.now_s += 0.1
    shown.generation(after(1, 20, [[0, 0, 5.0]]))
    assert bar.fields["found"] == "generation 1 of 3  compromise O 1, V 9"
    clock.now_s += 0.5
    shown.generation(after(2, 30, [[0, 0, 5.0]]))
    assert bar.fields["found"] == "generation 2 of 3  compromise O 0, V 5"


def test_a_narrow_terminal_shows_what_fits(clock):
    console = Console(file=io.StringIO(), width=40, force_terminal=True)
    shown = LiveProgress(console, Suite(), 3, Pace(40))
    with shown:
        shown.generation(after(1, 20, phase="polish of 6 start(s) and jumps"))
    assert "generation 1 of 3, polish of 6" in console.file.getvalue()


@pytest.mark.parametrize(("is_terminal", "kind"), [(True, LiveProgress), (False, PlainProgress)])
def test_a_bar_is_for_terminals(clock, is_terminal, kind):
    console = screen(force_terminal=is_terminal)
    assert type(make_progress(console, Suite(), 9, Pace(100))) is kind
