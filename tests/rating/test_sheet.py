"""What one rater thinks of each model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyneuronautofit.database import StoredModel, StoredModels
from pyneuronautofit.rating.sheet import MOST_CHANGES, Key, Rating, Sheet, Verdict, key_of, order_of

KEYS = [Key(number, f"d{number}") for number in range(4)]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(KEYS), st.one_of(st.sampled_from(list(Verdict)), st.text(max_size=5))
    ),
    max_size=30,
)


def do(sheet, key, what):
    return sheet.rate(key, what) if isinstance(what, Verdict) else sheet.annotate(key, what)


def without_times(sheet):
    return {key: (rating.verdict, rating.note) for key, rating in sheet.ratings.items()}


def models(n, changed=()):
    return StoredModels(
        tuple(StoredModel(k, {"soma.L": 40.0 + k + (k in changed)}, "a.abf") for k in range(n)),
        None,
    )


def test_a_verdict_keeps_the_note_and_a_note_the_verdict():
    sheet = Sheet().rate(KEYS[0], Verdict.ACCEPTED).annotate(KEYS[0], "odd")
    assert without_times(sheet) == {KEYS[0]: (Verdict.ACCEPTED, "odd")}
    sheet = sheet.rate(KEYS[0], Verdict.REJECTED)
    assert without_times(sheet) == {KEYS[0]: (Verdict.REJECTED, "odd")}
    assert sheet.of(KEYS[0]).time.endswith("+00:00")
    assert sheet.of(KEYS[1]) == Rating()


def test_a_note_that_is_removed_leaves_nothing():
    sheet = Sheet().annotate(KEYS[0], "odd").annotate(KEYS[0], "")
    assert sheet.ratings == {}
    assert sheet.undo(KEYS).of(KEYS[0]).note == "odd"


@given(ACTS)
def test_undo_goes_back_through_every_state(acts):
    states = [Sheet()]
    for act in acts:
        after = do(states[-1], *act)
        if after is not states[-1]:
            states.append(after)
    sheet = states.pop()
    for before in reversed(states):
        changed = sheet.history[-1].key
        sheet = sheet.undo(KEYS)
        assert sheet.ratings == before.ratings
        assert sheet.history == before.history
        assert sheet.at == changed
    assert not sheet.can_undo(KEYS)
    assert sheet.undo(KEYS) is sheet


@given(ACTS, st.sets(st.sampled_from(KEYS)))
def test_undo_never_touches_a_model_that_is_not_shown(acts, shown):
    sheet = Sheet()
    for act in acts:
        sheet = do(sheet, *act)
    hidden = {key: rating for key, rating in sheet.ratings.items() if key not in shown}
    while sheet.can_undo(shown):
        sheet = sheet.undo(shown)
        assert {k: r for k, r in sheet.ratings.items() if k not in shown} == hidden
    assert not set(sheet.ratings) & shown


def test_the_history_is_bounded():
    sheet = Sheet()
    for k in range(MOST_CHANGES + 5):
        sheet = sheet.annotate(KEYS[0], str(k))
    assert len(sheet.history) == MOST_CHANGES
    assert sheet.history[-1].before.note == str(MOST_CHANGES + 3)


class TestKeys:
    def test_a_model_with_other_parameters_or_target_is_another(self):
        keys = [key_of(model) for model in models(3).models]
        assert len(set(keys)) == 3
        assert [key_of(m) for m in models(3).models] == keys
        assert key_of(models(1, changed={0}).models[0]) != keys[0]
        assert key_of(StoredModel(0, {"soma.L": 40.0}, "b.abf")) != keys[0]
        assert key_of(StoredModel(0, {"soma.L": 40.0}, "a.abf", {"mode": "O"})) == keys[0]


class TestOrder:
    def test_without_a_seed_it_is_the_database_s(self):
        assert order_of(models(5), None) == [0, 1, 2, 3, 4]

    def test_a_seed_shuffles(self):
        orders = {tuple(order_of(models(30), seed)) for seed in range(5)}
        assert len(orders) == 5
        assert all(sorted(order) == list(range(30)) for order in orders)
        assert order_of(models(30), 3) == order_of(models(30), 3)

    @settings(max_examples=20)
    @given(st.integers(0, 99), st.integers(1, 20))
    def test_more_models_do_not_change_which_of_two_comes_first(self, seed, n):
        more = [place for place in order_of(models(20), seed) if place < n]
        assert order_of(models(n), seed) == more


@pytest.mark.parametrize("empty", [Rating(), Rating(time="2026-01-01")])
def test_empty(empty):
    assert empty.is_empty
    assert not Rating(note="x").is_empty
    assert not Rating(Verdict.UNDECIDED).is_empty
