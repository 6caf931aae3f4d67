"""One process at a time, who waits says so, and nobody waits for ever."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import pytest

from pyneuronautofit.database.locking import lock_path, locked
from pyneuronautofit.errors import OutputError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_lock_is_beside_the_file_while_it_is_held(tmp_path):
    with locked(tmp_path / "db.json"):
        assert names(tmp_path) == ["db.json.lock"]
    assert names(tmp_path) == []


def test_a_link_has_the_lock_of_its_file(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "db.json").touch()
    (tmp_path / "link.json").symlink_to("there/db.json")
    assert lock_path(tmp_path / "link.json") == (tmp_path / "there" / "db.json.lock").resolve()


def test_who_waits_in_vain_is_told_what_to_do(tmp_path, caplog):
    path = tmp_path / "db.json"
    with (
        caplog.at_level("INFO"),
        locked(path),
        pytest.raises(OutputError, match=r"db\.json has been held by another process for 0\.7 s"),
        locked(path, patience_s=0.7),
    ):
        pytest.fail("two at a time")
    assert caplog.messages == [f"waiting for {path}, which another process is writing"]
    assert names(tmp_path) == []


def test_who_waits_goes_on(tmp_path, caplog):
    path, entered = tmp_path / "db.json", threading.Event()
    seen = []

    def wait():
        entered.set()
        with locked(path):
            seen.append("inside")

    with locked(path):
        waiting = threading.Thread(target=wait)
        waiting.start()
        entered.wait()
        assert not seen
    waiting.join()
    assert seen == ["inside"]
    assert names(tmp_path) == []


def test_whatever_ends_the_block_gives_the_lock_back(tmp_path):
    with pytest.raises(KeyError), locked(tmp_path / "db.json"):
        raise KeyError
    with locked(tmp_path / "db.json", patience_s=0.0):
        pass


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OSError, match="No such file"), locked(tmp_path / "no" / "db.json"):
        pytest.fail("there is no lock")


def test_a_pipe_has_no_lock(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with locked(tmp_path / "pipe"), locked(tmp_path / "pipe"):
        assert names(tmp_path) == ["pipe"]


def add_one(path, times):
    for _ in range(times):
        with locked(path):
            path.write_text(str(int(path.read_text()) + 1))


def hold(path, held):
    with locked(path):
        held.set()
        threading.Event().wait()


def test_nothing_is_lost_among_processes_though_the_lock_file_comes_and_goes(tmp_path):
    path = tmp_path / "number"
    path.write_text("0")
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=add_one, args=(path, 200)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert path.read_text() == "800"
    assert names(tmp_path) == ["number"]


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    holder = context.Process(target=hold, args=(Path(tmp_path / "db.json"), held))
    holder.start()
    held.wait()
    holder.kill()
    holder.join()
    with locked(tmp_path / "db.json"):
        pass
