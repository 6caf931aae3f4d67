"""Courses side by side: who runs with whom, and what becomes of those that are not wanted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from probes.batch.fake_runner import N_LANE, FakeRunner
from pyneuronautofit.probes.batch.lanes import Request
from pyneuronautofit.probes.batch.scheduler import Scheduler


@pytest.fixture
def scheduler():
    with ThreadPoolExecutor(1) as threads:
        made = Scheduler(threads, 1)
        yield made
        made.end()


def halving(runner, n_step, times=1):
    """Let a cell decay so often; return its voltage."""
    cell = runner.new_cell(-8.0)
    for _time in range(times):
        reply = yield Request(cell, n_step)
        cell = reply.cell
    return cell.state[0]


def run(scheduler, courses, wanted=lambda _seconds: True):
    found = {}
    for number, course in enumerate(courses):
        scheduler.begin(course, lambda value, n=number: found.__setitem__(n, value), wanted)
    while scheduler.busy:
        scheduler.step()
    return found


def test_every_course_ends_with_what_it_returns(scheduler):
    runner = FakeRunner()
    found = run(scheduler, [halving(runner, n, 2) for n in (1, 2, 3)])
    assert found == {0: -2.0, 1: -0.5, 2: -0.125}


def test_requests_of_one_kind_fill_the_lanes_and_no_more(scheduler):
    runner = FakeRunner()
    run(scheduler, [halving(runner, 1) for _course in range(2 * N_LANE + 1)])
    assert runner.groups == [N_LANE, N_LANE, 1]


def test_the_fullest_group_comes_first(scheduler):
    few, many = FakeRunner(), FakeRunner()
    order = []
    few.run = lambda *given, run=few.run: order.append("few") or run(*given)
    many.run = lambda *given, run=many.run: order.append("many") or run(*given)
    run(scheduler, [halving(few, 1), *(halving(many, 1) for _course in range(3))])
    assert order == ["many", "few"]


def test_a_course_that_is_not_wanted_any_more_never_ends(scheduler):
    spent = []

    def wanted(seconds):
        spent.append(seconds)
        return len(spent) < 2

    runner = FakeRunner()
    assert run(scheduler, [halving(runner, 1, times=5)], wanted) == {}
    assert spent == [0.25, 0.25]
    assert not scheduler.busy


def test_a_course_that_asks_for_nothing_ends_at_once(scheduler):
    def nothing():
        return 7
        yield

    assert run(scheduler, [nothing()]) == {0: 7}


def test_after_the_end_there_is_nothing_to_wait_for(scheduler):
    scheduler.begin(halving(FakeRunner(), 1), print, lambda _seconds: True)
    assert scheduler.busy
    scheduler.end()
    assert not scheduler.busy


def test_what_a_kernel_raises_is_raised_where_it_is_waited_for(scheduler):
    runner = FakeRunner()
    runner.run = lambda *_given: 1 // 0
    scheduler.begin(halving(runner, 1), print, lambda _seconds: True)
    with pytest.raises(ZeroDivisionError):
        scheduler.step()
