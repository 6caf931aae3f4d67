"""Courses on their way, with runners made up here: which requests go together, and when."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from pyneuronautofit.probes.batch.scheduler import Scheduler


@dataclass(eq=False)
class Runner:
    """Answers a request with its number; notes the groups."""

    n_lane: int = 3
    groups: list[list[int]] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)
    stops: list = field(default_factory=list)

    def __post_init__(self):
        self.kernel = SimpleNamespace(n_lane=self.n_lane)
        self.goes_on.set()

    def run(self, requests, stop):
        self.groups.append([request.number for request in requests])
        self.stops.append(stop)
        assert self.goes_on.wait(30)
        return [SimpleNamespace(number=request.number, seconds=0.5) for request in requests]


def request(runner, number, kind="one"):
    return SimpleNamespace(kind=(runner, kind), number=number)


class Inline:
    """A thread that does it at once, when it is asked for the result."""

    def submit(self, function, *args):
        made = ThreadPoolExecutor(1)
        with made:
            return made.submit(function, *args)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture
def runner():
    return Runner()


def course(*requests):
    """Ask for all of them; return the numbers of the answers."""
    numbers = []
    for each in requests:
        reply = yield each
        numbers.append(reply.number)
    return numbers


def begun(scheduler, *courses, spent=lambda _seconds: True):
    ended = []
    for each in courses:
        scheduler.begin(each, ended.append, spent)
    return ended


def finish(scheduler):
    while scheduler.busy:
        scheduler.step()


def test_a_course_is_sent_what_came_of_its_requests(threads, runner):
    scheduler = Scheduler(threads, 2)
    assert not scheduler.busy
    ended = begun(scheduler, course(request(runner, 1), request(runner, 2), request(runner, 3)))
    assert scheduler.busy
    assert not runner.groups
    finish(scheduler)
    assert ended == [[1, 2, 3]]
    assert runner.groups == [[1], [2], [3]]


def test_a_course_that_asks_nothing_has_ended(threads):
    scheduler = Scheduler(threads, 2)
    assert begun(scheduler, course()) == [[]]
    assert not scheduler.busy


def test_requests_of_a_kind_share_the_lanes_of_their_runner(runner):
    scheduler = Scheduler(Inline(), 1)
    ended = begun(scheduler, *(course(request(runner, number)) for number in range(7)))
    finish(scheduler)
    assert runner.groups == [[0, 1, 2], [3, 4, 5], [6]]
    assert sorted(ended) == [[number] for number in range(7)]


def test_the_fullest_group_goes_first_and_of_full_ones_the_oldest(runner):
    scheduler = Scheduler(Inline(), 10)
    kinds = "a", "b", "b", "c", "c", "c", "d", "d", "d", "d"
    begun(scheduler, *(course(request(runner, n, kind)) for n, kind in enumerate(kinds)))
    finish(scheduler)
    # There is no more room for d than for c. One each is left of a and d; a came first.
    assert runner.groups == [[3, 4, 5], [6, 7, 8], [1, 2], [0], [9]]


def test_a_group_is_as_full_as_its_runner_has_lanes():
    narrow, wide = Runner(2), Runner(4)
    scheduler = Scheduler(Inline(), 10)
    some = [course(request(narrow, n)) for n in range(3)]
    begun(scheduler, *some, *(course(request(wide, n)) for n in range(10, 13)))
    scheduler.step()
    assert (narrow.groups, wide.groups) == ([[0, 1], [2]], [[10, 11, 12]])


@pytest.mark.parametrize(("n_thread", "n_group"), [(1, 2), (2, 3)])
def test_one_group_more_than_threads_is_ready(n_thread, n_group):
    runner, submitted = Runner(1), []

    class Counting(Inline):
        def submit(self, *args):
            submitted.append(args)
            return super().submit(*args)

    scheduler = Scheduler(Counting(), n_thread)
    begun(scheduler, *(course(request(runner, n)) for n in range(6)))
    scheduler.step()
    assert len(submitted) == n_group


def test_a_course_goes_on_while_others_wait(threads):
    slow, quick = Runner(1), Runner(1)
    slow.goes_on.clear()
    scheduler = Scheduler(threads, 2)
    ended = begun(
        scheduler,
        course(request(slow, 1)),
        course(request(quick, 2), request(quick, 3)),
    )
    while not ended:
        scheduler.step()
    assert ended == [[2, 3]]
    assert scheduler.busy
    slow.goes_on.set()
    finish(scheduler)
    assert ended == [[2, 3], [1]]


def test_a_course_that_is_not_wanted_any_more_is_left(threads, runner):
    scheduler, spent = Scheduler(threads, 1), []

    def wanted(seconds):
        spent.append(seconds)
        return len(spent) < 2

    ended = begun(scheduler, course(*(request(runner, n) for n in range(5))), spent=wanted)
    finish(scheduler)
    assert spent == [0.5, 0.5]
    assert not ended
    assert runner.groups == [[0], [1]]


def test_what_a_course_raises_comes_through(threads, runner):
    def wrong():
        yield request(runner, 1)
        raise ZeroDivisionError

    scheduler = Scheduler(threads, 1)
    begun(scheduler, wrong())
    with pytest.raises(ZeroDivisionError):
        finish(scheduler)


def test_what_a_kernel_raises_is_raised_where_it_is_waited_for(threads, runner):
    runner.run = lambda *_given: 1 // 0
    scheduler = Scheduler(threads, 1)
    begun(scheduler, course(request(runner, 1)))
    with pytest.raises(ZeroDivisionError):
        scheduler.step()


def test_to_end_tells_kernels_to_stop_and_waits_for_them():
    slow, quick = Runner(1), Runner(1)
    slow.goes_on.clear()
    with ThreadPoolExecutor(2) as threads:
        scheduler = Scheduler(threads, 3)
        begun(scheduler, course(request(slow, 1)), course(request(quick, 3), request(quick, 4)))
        scheduler.step()
        (stop,) = quick.stops
        flag = stop.as_pointer()._obj
        assert flag.value == 0
        ending = threading.Thread(target=scheduler.end)
        ending.start()
        ending.join(0.05)
        assert ending.is_alive(), "a group at work has not ended"
        assert flag.value == 1
        slow.goes_on.set()
        ending.join(10)
    assert not ending.is_alive()
    assert quick.groups == [[3]], "what waited is not begun"
    assert not scheduler.busy
