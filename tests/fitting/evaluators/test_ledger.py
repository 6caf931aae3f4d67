"""Parcels that are lost: they are tried again, alone in the end, and given up by a rule alone."""

from __future__ import annotations

import pytest

from pyneuronautofit.fitting.evaluators.ledger import ALONE_TRIES, WHOLE_TRIES, Ledger


def test_what_is_done_is_done():
    ledger = Ledger([range(3), range(3, 5)])
    one, other = ledger.take(), ledger.take()
    assert (one.rows, other.rows, ledger.has_more) == (range(3), range(3, 5), False)
    ledger.done(other)
    assert not ledger.is_done
    ledger.give_back(one)
    assert ledger.take() == one
    ledger.done(one)
    assert ledger.is_done


@pytest.mark.parametrize("bad", [0, 2, 6])
def test_only_the_candidate_that_is_to_blame_is_given_up(bad):
    ledger = Ledger([range(3), range(3, 7)])
    given_up, n_lost, done = [], 0, []
    while not ledger.is_done:
        parcel = ledger.take()
        if bad in parcel.rows:
            n_lost += 1
            given_up += ledger.failed(parcel)
        else:
            done += parcel.rows
            ledger.done(parcel)
    assert given_up == [bad]
    assert n_lost == WHOLE_TRIES + ALONE_TRIES
    assert sorted(done) == sorted({*range(7)} - {bad})


def test_others_come_before_what_has_failed():
    ledger = Ledger([range(1), range(1, 2)])
    first = ledger.take()
    assert not ledger.failed(first)
    assert ledger.take().rows == range(1, 2)
    assert ledger.take().rows == range(1)


def test_a_few_losses_by_chance_cost_nothing():
    ledger = Ledger([range(4)])
    parcel = ledger.take()
    assert not ledger.failed(parcel)
    ledger.done(ledger.take())
    assert ledger.is_done
