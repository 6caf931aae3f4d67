"""Signals end a block that allows it, wait elsewhere, and are given back their handlers."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from pyneuronautofit.sessions.interrupt import (
    INTERRUPTIONS,
    Interruption,
    SignalInterrupt,
    ended_by_signals,
    exit_code_of,
)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def nothing_else_happens():
    """A signal that nobody turns into an exception would end the tests."""
    before = {number: signal.signal(number, lambda *_what: None) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def noted(number):
    """Send a signal that must not interrupt anything now."""
    try:
        signal.raise_signal(number)
    except KeyboardInterrupt:
        pytest.fail("it interrupted what it must not")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_interrupts_a_block_that_allows_it(number):
    reached = []

    def work():
        reached.append("before")
        signal.raise_signal(number)
        reached.append("behind")

    with Interruption() as interruption, pytest.raises(KeyboardInterrupt), interruption.allowed():
        work()
    assert reached == ["before"]


def test_elsewhere_it_waits_for_the_next_block():
    with Interruption() as interruption:
        with interruption.allowed():
            pass
        noted(signal.SIGINT)
        entered = []
        with pytest.raises(KeyboardInterrupt), interruption.allowed():
            entered.append(1)
        assert entered == []


def test_only_the_first_one_raises_within_a_block():
    reached = []

    def work():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            # While the first one is on its way out.
            noted(signal.SIGINT)
            reached.append("tidied up")

    with Interruption() as interruption:
        with pytest.raises(KeyboardInterrupt), interruption.allowed():
            work()
        noted(signal.SIGTERM)
        reached.append("exported")
    assert reached == ["tidied up", "exported"]


def test_a_block_that_ends_by_itself_does_not_stay_open():
    with Interruption() as interruption:
        with pytest.raises(RuntimeError), interruption.allowed():
            raise RuntimeError
        noted(signal.SIGINT)


def test_handlers_are_given_back():
    seen = []
    for number in SIGNALS:
        signal.signal(number, lambda which, _frame: seen.append(which))
    with Interruption():
        noted(signal.SIGINT)
    with pytest.raises(RuntimeError), Interruption():
        raise RuntimeError
    assert seen == []
    for number in SIGNALS:
        noted(number)
    assert seen == list(SIGNALS)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_would_end_the_program_ends_the_block(number):
    signal.signal(number, signal.SIG_DFL)
    reached = []

    def work():
        try:
            signal.raise_signal(number)
        finally:
            reached.append("tidied up")

    with pytest.raises(KeyboardInterrupt), ended_by_signals():
        work()
    assert reached == ["tidied up"]
    assert signal.getsignal(number) is signal.SIG_DFL


def test_a_signal_that_somebody_has_a_use_for_is_left_alone():
    seen = []
    signal.signal(signal.SIGTERM, lambda which, _frame: seen.append(which))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with ended_by_signals():
        noted(signal.SIGTERM)
        noted(signal.SIGHUP)
    assert seen == [signal.SIGTERM]


def test_in_another_thread_signals_are_nobodys():
    thread = threading.Thread(target=lambda: ended_by_signals().__enter__())
    thread.start()
    thread.join()
    assert all(signal.getsignal(number) is not signal.default_int_handler for number in SIGNALS)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_exit_code_names_the_signal(number):
    with Interruption() as interruption:
        assert interruption.code == 130
        with pytest.raises(SignalInterrupt) as raised, interruption.allowed():
            signal.raise_signal(number)
        assert interruption.code == exit_code_of(raised.value) == 128 + number
        assert interruption.is_urgent == (number == signal.SIGTERM)
    assert 128 + number in INTERRUPTIONS
    signal.signal(number, signal.SIG_DFL)
    with pytest.raises(SignalInterrupt) as raised, ended_by_signals():
        signal.raise_signal(number)
    assert exit_code_of(raised.value) == 128 + number
    assert exit_code_of(KeyboardInterrupt()) == 130


def test_sigterm_cuts_off_what_can_be_made_again():
    with Interruption() as interruption:
        with interruption.hurried():
            noted(signal.SIGINT)
            noted(signal.SIGHUP)
        reached = []

        def write():
            signal.raise_signal(signal.SIGTERM)
            reached.append("behind")

        with pytest.raises(SignalInterrupt), interruption.hurried():
            write()
        assert reached == []
        # Whoever is in a hurry counts, and not who came first.
        assert interruption.code == 143


def test_after_sigterm_there_is_a_moment_for_files():
    with Interruption(grace_s=0.2) as interruption:
        with pytest.raises(SignalInterrupt), interruption.allowed():
            signal.raise_signal(signal.SIGTERM)
        with interruption.hurried():
            pass
        with pytest.raises(SignalInterrupt), interruption.hurried():
            time.sleep(60)
        # It is over.
        with pytest.raises(SignalInterrupt), interruption.hurried():
            pytest.fail("there was no time left")


def test_files_that_are_written_in_time_are_left_alone():
    with Interruption(grace_s=0.2) as interruption:
        with pytest.raises(SignalInterrupt), interruption.allowed():
            signal.raise_signal(signal.SIGTERM)
        with interruption.hurried():
            pass
        time.sleep(0.3)
