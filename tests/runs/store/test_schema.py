"""The tables of a store, and those of other versions."""

from __future__ import annotations

import contextlib
import sqlite3
import struct
import zlib
from pathlib import Path

import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import (
    RunWriter,
    open_run,
)
from pyneuronautofit.runs.store import schema
from runs._made import N_CAND, State, make_info, make_store


@pytest.mark.parametrize(("number", "said"), [
    (99, "schema 99.*later version"), (0, "schema 0, which no version")
])  # fmt: skip
def test_unknown_schemas_are_refused(tmp_path, number, said):
    make_store(tmp_path / "r.sqlite", 1)
    with contextlib.closing(sqlite3.connect(tmp_path / "r.sqlite")) as connection:
        connection.execute(f"PRAGMA user_version = {number}")
    with pytest.raises(RunError, match=said):
        open_run(tmp_path / "r.sqlite")


SCHEMA_1 = Path(__file__).parents[1] / "data" / "schema-1.sqlite"


def test_the_store_of_schema_1_is_read():
    """Made by make_schema_store.py when this schema was released; never made anew."""
    with open_run(SCHEMA_1) as run:
        assert run.losses == []
        assert run.n_evaluation == 3 * N_CAND
        assert run.archive().tolist()
        assert run.restored_state(2, State).generation == 2
        assert run.evaluations([4]).parameters.tolist() == [
            [3.4946516160838836, 0.0003213854545722011]
        ]
    assert [path.name for path in SCHEMA_1.parent.iterdir()] == [SCHEMA_1.name]


def test_a_store_of_an_earlier_schema_is_migrated(tmp_path, monkeypatch):
    path = tmp_path / "r.sqlite"
    make_store(path, 3)
    before = path.read_bytes()
    steps = []

    def add_a_note(connection):
        steps.append(1)
        connection.execute("CREATE TABLE note (text TEXT)")

    monkeypatch.setattr(schema, "SCHEMA", 2)
    monkeypatch.setattr(schema, "MIGRATIONS", {1: add_a_note})
    monkeypatch.setattr(schema, "TABLES", f"{schema.TABLES} CREATE TABLE note (text TEXT);")
    with open_run(path) as run:
        assert run.n_evaluation == 3 * N_CAND
    assert path.read_bytes() == before, "reading changes nothing"
    with contextlib.closing(RunWriter(path, make_info())):
        pass
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
    with open_run(path) as run:
        assert run.n_evaluation == 3 * N_CAND
    assert len(steps) == 2


# --- checksums and transactions


def test_a_checksum_is_that_of_all_columns_in_their_order():
    # As any other program computes it: CRC-32 of the texts and bytes, one behind the other.
    assert schema.checksum((12, "späť", b"\x00\xff")) == zlib.crc32(
        b"12" + "späť".encode() + b"\x00\xff"
    )
    assert schema.checksum(()) == 0
    assert schema.checksum((1, 2)) != schema.checksum((2, 1))
    assert schema.checksum((None,)) == zlib.crc32(b"None")


def test_a_transaction_is_all_or_nothing(tmp_path):
    with contextlib.closing(schema.connect(tmp_path / "a b.sqlite", mode="rwc")) as connection:
        connection.execute("CREATE TABLE numbers (n INTEGER)")
        with contextlib.suppress(KeyboardInterrupt), schema.transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (1)")
            raise KeyboardInterrupt
        assert not connection.in_transaction
        with schema.transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (2)")
        assert connection.execute("SELECT n FROM numbers").fetchall() == [(2,)]


def test_a_connection_for_reading_cannot_write(tmp_path):
    make_store(tmp_path / "a?b#c.sqlite", 1)
    with contextlib.closing(schema.connect(tmp_path / "a?b#c.sqlite", mode="ro")) as connection:
        assert schema.check_kind(connection, tmp_path) == schema.SCHEMA
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM generation")


def test_every_migration_is_taken_in_its_turn(tmp_path, monkeypatch):
    taken = []
    steps = {n: lambda _connection, n=n: taken.append(n) for n in (1, 2, 3)}
    monkeypatch.setattr(schema, "SCHEMA", 4)
    monkeypatch.setattr(schema, "MIGRATIONS", steps)
    with contextlib.closing(schema.connect(tmp_path / "r.sqlite", mode="rwc")) as connection:
        schema.migrate(connection, 2)
        assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    assert taken == [2, 3]


# --- what a store can have that was made by hand


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n)"
CRAFTED = {
    "view": f"DROP TABLE evaluation; CREATE VIEW evaluation AS {ENDLESS} SELECT i FROM n",
    "endless head": f"DROP TABLE run; CREATE VIEW run AS {ENDLESS} "
    "SELECT i AS key, i AS value, i AS crc FROM n WHERE i < 0",
    "trigger": "CREATE TRIGGER t AFTER INSERT ON session BEGIN DELETE FROM run; END",
    "index": "CREATE INDEX i ON generation (seconds)",
    "computed": "ALTER TABLE session ADD COLUMN x AS (zeroblob(1000000000))",
    "lacking": "DROP TABLE session",
    "another": "CREATE TABLE other (x)",
    "strange name": "CREATE TABLE \"\x1b[2J\n\" (x)",
}  # fmt: skip


@pytest.mark.parametrize("statements", CRAFTED.values(), ids=CRAFTED)
def test_other_tables_are_refused(tmp_path, statements):
    path = tmp_path / "r.sqlite"
    make_store(path, 2)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements)
    for refusing in (open_run, lambda store: RunWriter(store, make_info())):
        with pytest.raises(RunError, match="the tables of a run's store, and nothing else") as said:
            refusing(path)
        assert "\x1b" not in str(said.value)
    with pytest.raises(RunError, match="nothing else"):
        open_run(path, check=False)


def test_a_statement_without_an_end_is_interrupted(tmp_path):
    with contextlib.closing(schema.connect(tmp_path / "x.sqlite", mode="rwc")) as connection:
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            connection.execute(f"{ENDLESS} SELECT i FROM n WHERE i < 0").fetchall()
        assert connection.execute(f"{ENDLESS} SELECT i FROM n LIMIT 3").fetchall() == [
            (0,), (1,), (2,)
        ]  # fmt: skip


def test_a_table_whose_pages_lead_in_circles_is_interrupted(tmp_path):
    """Every page but the last that a table's root names is the root's own copy, over and over."""
    path = tmp_path / "r.sqlite"
    make_store(path, 400)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'session'"
        ).fetchone()
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(path.read_bytes())
    # An inner page with a hundred cells, all of them for itself.
    start = (root - 1) * page
    cells = b"".join(struct.pack(">IB", root, number) for number in range(1, 101))
    content = page - len(cells)
    head = struct.pack(">BHHHBI", 5, 0, 100, content, 0, root)
    places = struct.pack(">100H", *range(content, page, 5))
    data[start : start + page] = (head + places).ljust(content, b"\0") + cells
    path.write_bytes(data)
    with open_run(path) as run:
        assert len(run.generations) == 400
        assert run.losses == ["when it was computed, and by what, cannot be read"]
