"""Run stores: what is written is read again, to the last bit."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from pyneuronautofit.errors import OutputError, RunError
from pyneuronautofit.runs import (
    RunFiles,
    RunLock,
    RunReader,
    RunWriter,
    create_store,
    find_store,
    open_run,
)
from pyneuronautofit.runs.store import schema

from ._made import N_CAND, State, make_generation, make_info, make_store


def test_everything_is_read_again(tmp_path):
    made = make_store(tmp_path / "r.sqlite", 5)
    with open_run(tmp_path / "r.sqlite") as run:
        assert run.losses == []
        info = make_info()
        assert run.header.as_json() == info.header.as_json()
        for name in ("settings", "identity", "places", "mode_sizes", "log_search", "statuses"):
            assert getattr(run.info, name) == getattr(info, name)
        np.testing.assert_array_equal(run.info.initial, info.initial)
        assert [g.number for g in run.generations] == [0, 1, 2, 3, 4]
        assert run.n_evaluation == len(run.evaluations()) == 5 * N_CAND
        (session,) = run.sessions
        assert session.outcome == "finished"
        assert session.ended >= session.began
        for new, read in zip(made, run.generations, strict=True):
            assert read.seconds == new.seconds
            assert_same(run.evaluations(read.rows), new.evaluations)
            np.testing.assert_array_equal(run.archive(new.number), new.archive)
            population = run.evaluations(read.population)
            assert population.coordinates.tobytes() == new.population.tobytes()
            assert population.scores.tobytes() == new.population_scores.tobytes()
            state = run.restored_state(new.number, State)
            assert state.members.x.tobytes() == new.state.members.x.tobytes()
            assert state.gathered.tobytes() == new.state.gathered.tobytes()
            assert state.generator == new.state.generator
            assert run.weights(new.number).values.tolist() == [1.0, 0.5, 0.0]


def assert_same(read, made):
    for name in ("parameters", "coordinates", "scores", "fitness", "seconds"):
        assert getattr(read, name).tobytes() == getattr(made, name).tobytes(), name
    assert (read.status, read.messages) == (made.status, made.messages)


def test_rows_in_any_order(tmp_path):
    make_store(tmp_path / "r.sqlite", 4)
    with open_run(tmp_path / "r.sqlite") as run:
        everything = run.evaluations()
        rows = np.array([17, 3, 3, 22, 0])
        assert_same(run.evaluations(rows), everything.take(rows))
        assert len(run.evaluations([])) == 0
        with pytest.raises(RunError, match="has the evaluations 0 to 23"):
            run.evaluations([24])


def test_coordinates_that_are_not_the_values_are_kept(tmp_path):
    made = make_generation(0, np.random.default_rng(0))
    made.evaluations.coordinates[:, 0] += 1e-12  # a scale nobody knows yet
    create_store(tmp_path / "r.sqlite", make_info())
    with contextlib.closing(RunWriter(tmp_path / "r.sqlite", make_info())) as writer:
        writer.append(made)
    with open_run(tmp_path / "r.sqlite") as run:
        assert_same(run.evaluations(), made.evaluations)


def test_a_store_without_generations(tmp_path):
    create_store(tmp_path / "r.sqlite", make_info())
    with open_run(tmp_path / "r.sqlite") as run:
        assert (run.last, run.n_evaluation, len(run.evaluations()), run.losses) == (None, 0, 0, [])
        assert run.sessions == ()


def test_states_are_small(tmp_path):
    """Populations in a state are references: it does not grow with them."""
    make_store(tmp_path / "r.sqlite", 3)
    with contextlib.closing(schema.connect(tmp_path / "r.sqlite", mode="ro")) as connection:
        for (state,) in connection.execute("SELECT state FROM generation"):
            assert b'"$rows": "coordinates"' in state
            assert b'"$rows": "scores"' in state


def test_a_reader_sees_a_live_run_and_leaves_it_alone(tmp_path):
    path = tmp_path / "r.sqlite"
    create_store(path, make_info())
    rng = np.random.default_rng(4)
    with RunLock(tmp_path / "r.lock"), contextlib.closing(RunWriter(path, make_info())) as writer:
        writer.append(make_generation(0, rng))
        with open_run(path) as one:
            writer.append(make_generation(1, rng))
            writer.append(make_generation(2, rng))
            assert one.running
            assert len(one.generations) == 1
            assert len(one.evaluations()) == N_CAND
            with open_run(path, check=False) as other:
                assert len(other.evaluations()) == 3 * N_CAND
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.sqlite"]
    with open_run(path) as run:
        assert not run.running
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.sqlite"]


def test_go_on_is_as_if_it_had_never_stopped(tmp_path):
    whole, parts = tmp_path / "whole.sqlite", tmp_path / "parts.sqlite"
    made = make_store(whole, 6)
    create_store(parts, make_info())
    for half in (made[:3], made[3:]):
        with open_run(parts) as run, contextlib.closing(RunWriter(parts, make_info())) as writer:
            writer.go_on(run)
            for generation in half:
                writer.append(generation)
    rows = []
    for path in (whole, parts):
        with contextlib.closing(schema.connect(path, mode="ro")) as connection:
            columns = "number, first_row, n_row, population, entered, removed, state"
            rows.append(connection.execute(f"SELECT {columns} FROM generation").fetchall())
    assert rows[0] == rows[1]


def test_stores_are_found(tmp_path):
    make_store(tmp_path / "a-1.sqlite", 1)
    for run in ("a-1", "a-1.sqlite", str(tmp_path / "a-1"), "a-1-final.json", "a-1.log.gz"):
        assert find_store(run, tmp_path) == tmp_path / "a-1.sqlite"
    with pytest.raises(RunError, match=r"there is no run b.*has a-1\.sqlite"):
        find_store("b", tmp_path)


# --- files that are no stores, or those of other versions


@pytest.mark.parametrize(("content", "said"), [
    (b"", "is empty"),
    (b"{}", "begins with b'{}'"),
    (b"SQLite format 3\0" + b"\0" * 100, "cannot be read"),
], ids=["empty", "JSON", "nothing behind the head"])  # fmt: skip
def test_files_that_are_no_stores(tmp_path, content, said):
    (tmp_path / "r.sqlite").write_bytes(content)
    with pytest.raises(RunError, match=said):
        open_run(tmp_path / "r.sqlite")


def test_other_databases_are_refused(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "r.sqlite")) as connection:
        connection.execute("CREATE TABLE run (key)")
    with pytest.raises(RunError, match="no run store of pyneuronautofit"):
        open_run(tmp_path / "r.sqlite")


@pytest.mark.parametrize(("number", "said"), [
    (99, "schema 99.*later version"), (0, "schema 0, which no version")
])  # fmt: skip
def test_unknown_schemas_are_refused(tmp_path, number, said):
    make_store(tmp_path / "r.sqlite", 1)
    with contextlib.closing(sqlite3.connect(tmp_path / "r.sqlite")) as connection:
        connection.execute(f"PRAGMA user_version = {number}")
    with pytest.raises(RunError, match=said):
        open_run(tmp_path / "r.sqlite")


SCHEMA_1 = Path(__file__).parent / "data" / "schema-1.sqlite"


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


# --- damaged stores


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A store of many pages, and its content."""
    path = tmp_path_factory.mktemp("sound") / "r.sqlite"
    made = make_store(path, 60, seed=3)
    return path.read_bytes(), made


def check_what_is_left(path, made):
    """Whatever is read of a damaged store is what was written, and the loss is told."""
    try:
        with open_run(path) as run:
            for read, new in zip(run.generations, made):
                assert read.number == new.number
                assert_same(run.evaluations(read.rows), new.evaluations)
                restored = run.restored_state(read.number, State)
                assert restored.members.scores.tobytes() == new.state.members.scores.tobytes()
            assert len(run.generations) == len(made) or run.losses
            assert run.archive().tolist() is not None
            return len(run.generations), run.losses
    except RunError as error:
        return 0, [str(error)]


@pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999])
def test_a_truncated_store_is_read_as_far_as_it_goes(tmp_path, sound, part):
    data, made = sound
    path = tmp_path / "r.sqlite"
    path.write_bytes(data[: int(len(data) * part)])
    n_left, losses = check_what_is_left(path, made)
    assert losses
    assert n_left < len(made)
    if part >= 0.5:
        assert n_left > 0.3 * part * len(made)
        assert any(f"generations 0 to {n_left - 1} of " in loss for loss in losses)


def test_a_flipped_bit_never_gives_a_wrong_number(tmp_path, sound):
    data, made = sound
    rng = np.random.default_rng(11)
    outcomes = []
    for place in rng.integers(0, len(data), 40).tolist():
        changed = bytearray(data)
        changed[place] ^= 1 << int(rng.integers(8))
        path = tmp_path / "r.sqlite"
        path.write_bytes(changed)
        outcomes.append(check_what_is_left(path, made))
    left = [n for n, losses in outcomes if losses]
    assert len(left) > 12, "most flips hit something"
    assert 0 < np.median(left) < len(made)


def test_a_damaged_head_is_refused(tmp_path, sound):
    data, _made = sound
    place = data.index(b'"pyneuronautofit -m OV')
    changed = bytearray(data)
    changed[place + 3] ^= 1
    (tmp_path / "r.sqlite").write_bytes(changed)
    with pytest.raises(RunError, match=r"the head of the run's store .* is damaged \(header\)"):
        open_run(tmp_path / "r.sqlite")


def test_damaged_sessions_are_a_loss_but_no_generation(tmp_path, sound):
    data, made = sound
    changed = bytearray(data)
    changed[data.index(b'"n_worker": 2') + 12] ^= 1
    path = tmp_path / "r.sqlite"
    path.write_bytes(changed)
    with open_run(path) as run:
        assert len(run.generations) == len(made)
        assert run.losses == ["when it was computed, and by what, cannot be read"]
        with pytest.raises(RunError, match="its sessions is damaged"):
            _ = run.sessions


def test_without_a_check_a_damaged_block_is_noticed_when_it_is_read(tmp_path, sound):
    data, made = sound
    scores = made[30].evaluations.scores.tobytes()
    changed = bytearray(data)
    changed[data.index(scores) + 5] ^= 4
    path = tmp_path / "r.sqlite"
    path.write_bytes(changed)
    with open_run(path, check=False) as run:
        assert len(run.generations) == len(made)
        with pytest.raises(RunError, match="generation 30 is damaged"):
            run.evaluations()
    with open_run(path) as run:
        assert len(run.generations) == 30
        assert run.losses == ["generations 0 to 29 of 60 can be read"]


# --- places that cannot be written


def test_a_read_only_folder_can_be_read(tmp_path, somewhere_for_everybody):
    """Also where the last generations are still in SQLite's own log, as after a kill."""
    path = tmp_path / "r.sqlite"
    create_store(path, make_info())
    writer = RunWriter(path, make_info())
    writer.append(make_generation(0, np.random.default_rng(0)))
    folder = somewhere_for_everybody
    for name in ("r.sqlite", "r.sqlite-wal"):
        shutil.copyfile(tmp_path / name, folder / name)
        (folder / name).chmod(0o444)
    writer.close()
    assert (folder / "r.sqlite-wal").stat().st_size > 0
    folder.chmod(0o555)
    # Root may write everywhere, so it becomes nobody.
    code = """
import os, sys
from pyneuronautofit.runs import open_run
if os.getuid() == 0:
    os.seteuid(65534)
try:
    open(sys.argv[1] + "-new", "w")
except PermissionError:
    with open_run(sys.argv[1]) as run:
        print(run.n_evaluation, run.losses)
"""
    words = [sys.executable, "-c", code, str(folder / "r.sqlite")]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    assert answer.stdout == f"{N_CAND} []\n", answer.stderr
    assert len(list(folder.iterdir())) == 2


@pytest.fixture
def somewhere_for_everybody():
    """A folder that other users can get to, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write the run's store .*--output"):
        create_store(tmp_path / "no" / "r.sqlite", make_info())


def test_a_full_disk_costs_the_generation_in_flight(tmp_path):
    """A limit on the size of files stands for the disk: writes fail in the middle."""
    script = f"""
import contextlib, resource, signal, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
import numpy as np
from pyneuronautofit.errors import OutputError
from pyneuronautofit.runs import RunWriter, create_store
from runs._made import make_generation, make_info
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = __import__("pathlib").Path(sys.argv[1])
create_store(path, make_info())
rng = np.random.default_rng(0)
with contextlib.closing(RunWriter(path, make_info())) as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    for number in range(1000):
        made = make_generation(number, rng)
        try:
            writer.append(made)
        except OutputError as error:
            print(number, error)
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    # Somebody has made room: the same generation fits, and the run could go on.
    writer.append(made)
"""
    path = tmp_path / "r.sqlite"
    answer = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "cannot be written" in answer.stdout
    assert "--resume" in answer.stdout
    number = int(answer.stdout.split()[0])
    assert number > 3
    with open_run(path) as run:
        assert run.losses == []
        assert run.last.number == number


def test_a_second_writer_waits_outside(tmp_path):
    lock = tmp_path / "r.lock"
    with RunLock(lock):
        code = (
            "from pathlib import Path; import sys; from pyneuronautofit.runs import RunLock\n"
            "RunLock(Path(sys.argv[1])).acquire()"
        )
        answer = subprocess.run(
            [sys.executable, "-c", code, lock], capture_output=True, text=True, check=False
        )
        assert f"is being written by another process (its number is {os.getpid()})" in answer.stderr
    with RunLock(lock):
        assert lock.exists()
    assert not lock.exists()


def test_a_lock_ends_with_its_process(tmp_path):
    code = (
        "from pathlib import Path; import os, sys; from pyneuronautofit.runs import RunLock\n"
        "RunLock(Path(sys.argv[1])).acquire(); os.kill(os.getpid(), 9)"
    )
    lock = tmp_path / "r.lock"
    subprocess.run([sys.executable, "-c", code, lock], check=False)
    assert lock.exists()
    assert not RunReader.running.fget(_WithFiles(RunFiles(tmp_path, "r")))
    with RunLock(lock):
        pass


class _WithFiles:
    def __init__(self, files):
        self.files = files


def test_a_killed_creation_leaves_no_store(tmp_path):
    """It appears under its name when it is complete."""
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from pathlib import Path
from pyneuronautofit.runs.store import writer
from runs._made import make_info
writer._fill = lambda connection, info: os.kill(os.getpid(), 9)
writer.create_store(Path(sys.argv[1]), make_info())
"""
    path = tmp_path / "r.sqlite"
    subprocess.run([sys.executable, "-c", code, path], check=False)
    assert not path.exists()
    assert list(tmp_path.iterdir()), "it had begun"
    create_store(path, make_info())
    assert [each.name for each in tmp_path.iterdir()] == ["r.sqlite"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
