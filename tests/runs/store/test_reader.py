"""Run stores: what was written is read again, to the last bit, and damage is told."""

from __future__ import annotations

import contextlib
import sqlite3

import numpy as np
import pytest

from pyneuronautofit.errors import RunError
from pyneuronautofit.runs import (
    RunLock,
    RunWriter,
    create_store,
    open_run,
)
from pyneuronautofit.runs.store import schema
from runs._made import N_CAND, State, assert_same, make_generation, make_info, make_store


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


def test_a_generation_that_does_not_follow_the_one_before_is_a_loss(tmp_path):
    path = tmp_path / "r.sqlite"
    make_store(path, 4)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        row = list(connection.execute("SELECT * FROM generation WHERE number = 2").fetchone())
        row[1] += N_CAND
        row[-1] = schema.checksum(row[:-1])
        connection.execute(f"REPLACE INTO generation VALUES ({', '.join('?' * len(row))})", row)
    with open_run(path) as run:
        assert len(run.generations) == 2
        assert run.losses == ["generations 0 to 1 of 4 can be read"]


def test_a_run_that_is_taken_up_while_it_is_read_is_not_damaged(tmp_path, sound):
    data, made = sound
    path = tmp_path / "r.sqlite"
    path.write_bytes(data)
    with open_run(path, check=False) as run, RunLock(tmp_path / "r.lock"):
        changed = bytearray(data)
        changed[data.index(made[30].evaluations.scores.tobytes())] ^= 4
        path.write_bytes(changed)
        with pytest.raises(RunError, match="the run r was taken up while it was read: try again"):
            run.evaluations(run.generations[30].rows)
