"""Workers: who may do something, and who has something to do."""

from __future__ import annotations

from pyneuronautofit.fitting.evaluators.staff import MOST_FAILURES, Staff


def test_a_worker_from_its_coming_to_its_going():
    staff = Staff()
    assert str(staff) == "there are none"
    staff.come("a")
    staff.come("b")
    assert staff.unknown() == ["a", "b"]
    staff.ask("a", 1)
    assert (staff.unknown(), staff.idle(), staff.n_accepted) == (["b"], [], 0)
    assert staff.finished(1) == "a"
    staff.accept("a")
    staff.refuse("b")
    assert (staff.idle(), str(staff)) == (["a"], "1 accepted, 1 refused")
    staff.give("a", 2)
    assert staff.idle() == []
    assert staff.leave("a") == 2
    assert staff.finished(2) is None
    assert staff.leave("b") is None
    assert staff.leave("c") is None


def test_who_fails_always_is_noticed_and_who_fails_now_and_then_is_not():
    staff = Staff()
    staff.come("a")
    assert [staff.failed("a") for _ in range(MOST_FAILURES)][-1]
    staff.succeeded("a")
    assert not staff.failed("a")
    assert not staff.failed("gone")


def test_all_are_asked_once_more():
    staff = Staff()
    for ticket, address in enumerate("ab"):
        staff.come(address)
        staff.ask(address, ticket)
    staff.finished(0)
    staff.accept("a")
    staff.give("a", 2)
    assert sorted(staff.start_anew()) == [1, 2]
    assert staff.unknown() == ["a", "b"]
    staff.ask("a", 3)
    staff.free([3])
    staff.forget_acceptance("a")
    assert staff.unknown() == ["a", "b"]
