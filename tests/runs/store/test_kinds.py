"""Stores whose checksums are right, and whose content is not."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import UTC, datetime
from typing import get_type_hints

import numpy as np
import pytest

from pyneuronautofit._options import options_of
from pyneuronautofit._words import whole
from pyneuronautofit.errors import RunError
from pyneuronautofit.fitting.options import FitOptions
from pyneuronautofit.report.build import write_report
from pyneuronautofit.report.findings.snapshot import take_snapshot
from pyneuronautofit.report.findings.state import Tally
from pyneuronautofit.runs import RunWriter, export_results, open_run
from pyneuronautofit.runs.export import Header
from pyneuronautofit.runs.store import kinds
from pyneuronautofit.runs.tables import write_csv
from runs._made import N_CAND, make_info, make_store
from runs.store import crafted

N_GENERATION = 3
#: Values of every kind that a cell or JSON can have.
VALUES = (None, True, -1, 0.5, "\ud800", [], {}, 10**400, float("nan"))
CELLS = [
    -1, 2**62, 0.5, float("inf"), "x", "[]", '{"0": 1}', "[" * 900 + "]" * 900,
    b"x", b"\xff" * 8, b"\0" * 8000, "0001-01-01T00:00:00+23:00",
]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"tolerances_mV": [-1.0, None]},
        {"rows": [4, 4]},
        {"sums": [{"O": 1.0}, {}]},
        {"sums": [{"O": 1.0, "V": 3.5}, {"O": 1.0, "V": 3.5}]},
        {"sums": [{"O": 1.0, "V": 3.5, "X": 1.0}, {}]},
    ],
)
def test_sums_of_finer_steps_that_cannot_be(store, wrong):
    crafted.rewrite(store, "run", "finer", "value", json.dumps({**FINER, **wrong}))
    with pytest.raises(RunError, match="finer steps"):
        open_run(store)


def use(path):
    """Do everything with a store; return what it lost, or why it was refused."""
    for check in (False, True):
        try:
            with open_run(path, check=check) as run:
                take_snapshot(run, Tally(), datetime.now(UTC)).as_json()
                write_csv(path.with_suffix(".csv"), run)
                write_report(path.with_suffix(".html"), run, traces=False)
                assert not export_results(run, run.files, checkpoint=True, adaptations=True)
                losses = run.losses
        except RunError as error:
            losses = [str(error)]
    return losses


def changed_somewhere(value):
    """Yield a value with each of its parts replaced by every kind of value."""
    yield from VALUES
    if isinstance(value, dict):
        for key in value:
            yield {name: each for name, each in value.items() if name != key}
            for inner in changed_somewhere(value[key]):
                yield {**value, key: inner}
    elif isinstance(value, list) and value:
        for inner in changed_somewhere(value[0]):
            yield [inner, *value[1:]]


FLOOR = {
    "components": [0.5, 0.1, None], "is_bound": [True] * 3, "noise_mV": [0.2], "drift_mV": [0.1],
    "n_repeated": 0, "n_sweep": 2, "notes": ["look"],
}  # fmt: skip
FINER = {"rows": [0, 4], "tolerances_mV": [3e-5, None], "sums": [{"O": 1.0, "V": 3.5}, {}]}


@pytest.fixture
def store(tmp_path):
    """With all that a head may say."""
    path, info = tmp_path / "r.sqlite", make_info(floor=FLOOR)
    make_store(path, N_GENERATION, info=info)
    with contextlib.closing(RunWriter(path, info)) as writer:
        writer.note_finer(FINER)
    return path


def test_a_sound_store_is_used_without_loss(store):
    assert use(store) == []


@pytest.mark.parametrize("key", [*kinds.HEAD, "floor", "finer"])
def test_any_head_is_read_or_refused(store, key):
    sound = store.read_bytes()
    refused = []
    value = json.loads(crafted.cell(store, "run", key, "value"))
    for changed in changed_somewhere(value):
        store.write_bytes(sound)
        crafted.rewrite(store, "run", key, "value", json.dumps(changed))
        # Opening decides. What opens is used as a whole only now and then, as that takes its time.
        try:
            open_run(store).close()
        except RunError:
            refused.append(changed)
        else:
            _ = len(refused) % 5 or use(store)
    assert len(refused) >= 8


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, (columns, _key) in crafted.TABLES.items() for column in columns],
)
def test_any_cell_is_read_or_refused(store, table, column):
    sound = store.read_bytes()
    key = "header" if table == "run" else 0 if table == "session" else 1
    harmless = 0
    for value in CELLS:
        store.write_bytes(sound)
        with contextlib.suppress(sqlite3.IntegrityError):  # SQLite itself does not take it
            crafted.rewrite(store, table, key, column, value)
            harmless += not use(store)
    assert harmless <= 3, "it would not be noticed"


def changed_state(change):
    def make(data):
        end = 4 + int.from_bytes(data[:4], "little")
        text = json.dumps(change(json.loads(data[4:end]))).encode()
        return len(text).to_bytes(4, "little") + text + data[end:]

    return make


STATES = {
    "a bit": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "cut": lambda data: data[:100],
    "a list": changed_state(lambda _value: []),
    "a number": changed_state(lambda _value: 3),
    "no fields": changed_state(lambda value: {**value, "fields": []}),
    "no name": changed_state(lambda value: {**value, "$record": {"a": 1}}),
    "far rows": changed_state(
        lambda value: {**value, "fields": {"x": {"$rows": "scores", "count": 2**70, "at": 0}}}
    ),
    "rows of what": changed_state(
        lambda value: {**value, "fields": {"x": {"$rows": ["a"], "count": -1, "at": 0}}}
    ),
    "objects": changed_state(
        lambda value: {**value, "fields": {"x": {"$array": "O", "shape": [1], "at": 0}}}
    ),
    "negative": changed_state(
        lambda value: {**value, "fields": {"x": {"$array": "<f8", "shape": [-1], "at": 0}}}
    ),
    "weights": changed_state(
        lambda value: {
            **value,
            "fields": {**value["fields"], "weights": value["fields"]["members"]},
        }
    ),
}


@pytest.mark.parametrize("change", STATES.values(), ids=STATES)
def test_any_state_is_read_or_refused(store, change):
    data = crafted.cell(store, "generation", 2, "state")
    crafted.rewrite(store, "generation", 2, "state", change(data))
    use(store)


@pytest.mark.parametrize(("column", "rows"), [
    ("population", [N_GENERATION * N_CAND]), ("population", [-1]), ("entered", [0]),
    ("entered", [2 * N_CAND]), ("removed", [N_CAND]), ("removed", [2**62]),
])  # fmt: skip
def test_rows_that_are_not_there_are_noticed(store, column, rows):
    crafted.rewrite(store, "generation", 1, column, np.array(rows, "<i8").tobytes())
    assert "generations 0 to 0 of 3 can be read" in use(store)


@pytest.mark.parametrize(("column", "value"), [
    ("parameters", np.nan), ("parameters", np.inf), ("seconds", -1.0), ("seconds", np.nan),
])  # fmt: skip
def test_numbers_that_no_run_writes_are_noticed(store, column, value):
    numbers = np.frombuffer(crafted.cell(store, "evaluation", 1, column), "<f8").copy()
    numbers[1] = value
    crafted.rewrite(store, "evaluation", 1, column, numbers.tobytes())
    assert "generations 0 to 0 of 3 can be read" in use(store)


def test_the_message_says_what_was_expected_and_what_was_found(store):
    crafted.rewrite_json(store, "run", "places", "value", lambda value: {**value, "project": 7})
    with pytest.raises(RunError) as caught:
        open_run(store)
    assert str(caught.value) == (
        f"the head of the run's store {store} is not what this program writes: expected a text as "
        "'project' in places, found {'recording': '/r/cell.abf', 'project': 7, 'directory': '/r'. "
        "Restore it from a copy, or use the run's JSON files"
    )


def test_what_is_said_of_options_is_what_they_are():
    hints = get_type_hints(FitOptions)
    for name, good, bad in (
        ("algorithm", "K", 1), ("generations", 5, "5"), ("krayzman_debug", True, 1),
        ("mask", None, 3), ("modes", "OV", None), ("population_size", -2, "9"), ("seed", 1, 0.5),
    ):  # fmt: skip
        assert name in hints
        assert kinds.HEAD["settings"]({name: good}) is None
        assert kinds.HEAD["settings"]({name: bad}) is not None


def test_numbers_that_the_command_line_allows_are_allowed():
    allowed = [
        {name: value}
        for name, (described, _default) in options_of(FitOptions).items()
        for value in (-2, 0, 3)
        if described.parse is whole and not (described.check and described.check(value))
    ]
    assert {"population_size": -2} in allowed
    assert [said for each in allowed if (said := kinds.HEAD["settings"](each))] == []


def test_the_head_that_is_written_is_allowed():
    header = make_info().header
    assert kinds.HEAD["header"](json.loads(json.dumps(header.as_json()))) is None
    assert Header.from_json(header.as_json()).markers == header.markers


def sound_head():
    """The values of a head of two modes, three components."""
    about = make_info()
    return {
        "header": about.header.as_json(), "settings": dict(about.settings),
        "identity": dict(about.identity), "places": dict(about.places),
        "mode_sizes": [list(pair) for pair in about.mode_sizes], "log_search": True,
        "statuses": dict(about.statuses), "initial": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"markers": ["O", "V"]}, "make 3 components, but 2 have marks"),
        ({"markers": ["O", "V", "V"]}, "are OVV, which are not its modes"),
        ({"bvalues": [1.0, 2.0]}, "its bvalues are 2 numbers for 3 components"),
    ],
)
def test_what_a_head_says_of_components_fits_together(changed, said):
    values = sound_head()
    assert kinds.wrong_in_head(values) is None
    values["header"] |= changed
    assert said in kinds.wrong_in_head(values)


FLOOR = {
    "components": [0.5, None, 1.0], "is_bound": [True, False, True], "noise_mV": [0.2],
    "drift_mV": [0.1], "n_repeated": 1, "n_sweep": 2, "notes": [],
}  # fmt: skip


@pytest.mark.parametrize(("changed", "said"), [
    ({"components": [0.5]}, "1 components for 3 components"),
    ({"is_bound": [True] * 2}, "2 is_bound for 3 components"),
    ({"components": ["x", 1.0, 1.0]}, "in floor"),
    ({"n_sweep": -1}, "in floor"),
    ({"notes": 5}, "in floor"),
])  # fmt: skip
def test_a_noise_floor_is_of_the_components(changed, said):
    values = sound_head()
    assert kinds.wrong_in_head({**values, "floor": FLOOR}) is None
    assert said in kinds.wrong_in_head({**values, "floor": {**FLOOR, **changed}})
