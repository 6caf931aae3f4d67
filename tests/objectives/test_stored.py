"""Settings as files hold them: whatever is written is read again as it was."""

from __future__ import annotations

import dataclasses
import json
import types
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectives._made import SEEDED
from pyneuronautofit._options import json_keys_of, options_of
from pyneuronautofit.errors import DatabaseError
from pyneuronautofit.objectives import (
    ALL_MODES,
    EvaluationSettings,
    Mask,
    settings_from_json,
    used_evaluation,
    used_mask,
)

FIELDS = tuple(field.name for field in dataclasses.fields(EvaluationSettings))
KINDS = typing.get_type_hints(EvaluationSettings)
KEYS = json_keys_of(EvaluationSettings)


def read(stored, *, pairs_are_ranges=False):
    return settings_from_json(stored, "models.json", pairs_are_ranges=pairs_are_ranges)


def rules():
    sweeps = st.integers(0, 99)
    return sweeps | st.tuples(sweeps, sweeps) | st.lists(sweeps, min_size=1, max_size=5)


MASKS = st.builds(Mask, rule=st.none() | rules()) | st.builds(
    Mask, by_mode=st.dictionaries(st.sampled_from(list(ALL_MODES)), rules(), max_size=4)
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
OF_KIND = {
    str: st.text(), int: st.integers(0, 1200), float: NUMBERS, bool: st.booleans(), Mask: MASKS,
    types.NoneType: st.none(),
}  # fmt: skip


def values_of(name):
    """Any value that a setting may have, by its type and its check."""
    if name == "modes":
        return st.text(st.sampled_from(list(ALL_MODES)), min_size=1, max_size=6)
    kinds = typing.get_args(KINDS[name]) or (KINDS[name],)
    values = st.one_of(*(OF_KIND[kind] for kind in kinds))
    described, default = options_of(EvaluationSettings).get(name, (None, None))
    if described is None or described.check is None:
        return values

    def allowed(value):
        # Of so many fields at once hardly any drawing would be right by chance.
        return value if value is None or described.check(value) is None else default

    return values.map(allowed)


@SEEDED
@given(st.builds(EvaluationSettings, **{name: values_of(name) for name in FIELDS}))
def test_what_is_written_is_read_again(settings):
    text = json.dumps(settings.as_json(), allow_nan=False)
    assert read(json.loads(text)) == settings


def test_every_setting_has_a_key_of_its_own():
    assert set(KEYS) == set(FIELDS)
    assert len(set(KEYS.values())) == len(KEYS)


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "modes"])
def test_what_a_file_does_not_say_is_at_its_default(name):
    stored = EvaluationSettings("OV").as_json()
    stored.pop(KEYS[name], None)
    assert read(stored) == EvaluationSettings("OV")


WRONG = {
    "a list": [[1]], "an object": {"a": 1}, "a text": "7a", "a number": 1.5, "a switch": True,
    "nothing": None, "too large": 10**400,
}  # fmt: skip
RIGHT = {str: {"a text"}, float: {"a number"}, bool: {"a switch"}, types.NoneType: {"nothing"}}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", [name for name in FIELDS if name != "mask"])
def test_a_value_of_another_type_is_an_error_that_says_so(name, wrong):
    kinds = typing.get_args(KINDS[name]) or (KINDS[name],)
    if any(wrong in RIGHT.get(kind, ()) for kind in kinds) or (wrong, int) == ("too large", *kinds):
        return
    stored = EvaluationSettings("OV").as_json() | {KEYS[name]: WRONG[wrong]}
    with pytest.raises(DatabaseError, match=rf"^models\.json: .*'{KEYS[name]}'"):
        read(stored)


@pytest.mark.parametrize(("key", "value", "expected"), [
    ("spikecount", 0, "a number from 1 to 1000"),
    ("spikethreshold", float("nan"), "a number from -200 to 200"),
    ("smoothingkernel", float("inf"), "a number above 0"),
    ("smoothingkernel", "wide", "a number"),
    ("prespike", 1.5, "a whole number"),
    ("collapse_tests", 1, "true or false"),
])  # fmt: skip
def test_values_that_no_flag_would_allow(key, value, expected):
    with pytest.raises(DatabaseError, match=f"the evaluation's '{key}' is .*: expected {expected}"):
        read({"mode": "OV", key: value})


def test_numbers_of_other_programs():
    """JSON has one type of numbers: 3.0 is as whole as 3."""
    found = read({"mode": "T", "spikecount": 3.0, "spikethreshold": -10, "smoothingkernel": 7})
    assert found == EvaluationSettings(
        "T", spike_count=3, spike_threshold_mV=-10.0, smoothing_kernel_ms=7.0
    )
    assert type(found.spike_count) is int
    assert type(found.spike_threshold_mV) is float


def test_a_pair_is_a_range_in_files_that_had_no_other_way_to_write_one():
    stored = {"mode": "OV", "mask": {"O": [2, 5], "V": [1, 2, 3], "--": 4}}
    assert read(stored).mask == Mask(by_mode={"O": [2, 5], "V": [1, 2, 3]})
    older = read(stored, pairs_are_ranges=True).mask
    assert older == Mask(by_mode={"O": (2, 5), "V": [1, 2, 3]})


@pytest.mark.parametrize("stored", [{}, {"mode": None}, {"mode": 7, "mask": 3}])
def test_without_modes_there_is_nothing_to_score(stored):
    with pytest.raises(DatabaseError, match=r"^models\.json: the evaluation has no 'mode'"):
        read(stored)


@pytest.mark.parametrize("mask", ["all", [0.5], {"range": 3}, {"O": "x"}, True])
def test_a_mask_that_is_none(mask):
    with pytest.raises(DatabaseError, match=r"^models\.json: the evaluation's mask has"):
        read({"mode": "O", "mask": mask})


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("{'O': 1, 'T': (5, 7), 'OV': 2}", "{'O': 1}"),
        ("{'T': 1}", "{}"),
        ("[0, 4]", "[0, 4]"),
        ("(1, 2)", "(1, 2)"),
        ("none", "none"),
        (None, None),
    ],
)
def test_rules_that_a_run_never_looked_at(text, used):
    assert used_mask(text, "OV") == used


@pytest.mark.parametrize(
    ("mask", "used"),
    [
        ({"O": [0], "T": [1], "OV": 2}, {"O": [0]}),
        ({"range": [0, 3]}, {"range": [0, 3]}),
        ([0, 3], [0, 3]),
        (None, None),
    ],
)
def test_rules_of_a_head_that_nobody_looked_at(mask, used):
    head = {"mode": "OV", "mask": mask, "vpvsize": 12}
    assert used_evaluation(head) == {**head, "mask": used}
