"""Locks end with their process: where the system has locks, and where a file has to be one."""

from __future__ import annotations

import errno
import json
import os
import platform
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pyneuronautofit import _locks
from pyneuronautofit._locks import (
    UNKNOWN,
    PathLock,
    Taken,
    is_locked_by_the_system,
    owner_of,
    read_owner,
)
from pyneuronautofit._mounts import FileSystem

#: How file systems say that they have no locks.
MISSING = {"hard": None, "soft": errno.ENOSYS, "nfs": errno.ENOLCK, "fuse": errno.EOPNOTSUPP}
SOFT = [name for name, number in MISSING.items() if number is not None]
#: The same, for a process of its own.
WITHOUT_LOCKS = """
import fcntl, os
if {number}:
    def flock(_descriptor, _operation):
        raise OSError({number}, os.strerror({number}))
    fcntl.flock = flock
"""


@pytest.fixture(params=MISSING)
def kind(request, monkeypatch):
    """A file system with locks, and several without."""
    make_locks(request.param, monkeypatch)
    return request.param


@pytest.fixture(params=SOFT)
def soft(request, monkeypatch):
    make_locks(request.param, monkeypatch)
    return request.param


def make_locks(kind, monkeypatch):
    number = MISSING[kind]
    if number is not None:

        def flock(_descriptor, _operation):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr("fcntl.flock", flock)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.lock"


def start(kind, path, code="", *words):
    """Start a process that takes the lock, says so, and waits for its end."""
    script = (
        WITHOUT_LOCKS.format(number=MISSING[kind])
        + textwrap.dedent(
            """
        import sys, time
        from pathlib import Path
        from pyneuronautofit._locks import PathLock
        lock = PathLock(Path(sys.argv[1]))
        """
        )
        + (code or "lock.acquire(); print('taken', flush=True); sys.stdin.read(); lock.release()")
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path), *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def write_owner(path, **changed):
    """Write the file of a lock that this process has, but for what is changed."""
    with PathLock(path):
        fields = json.loads(path.read_text())
    life = dict(zip(("boot", "numbers", "began"), fields["life"], strict=True))
    life |= {name: changed.pop(name) for name in list(life) if name in changed}
    path.write_text(json.dumps({**fields, **changed, "life": list(life.values())}))


def test_one_at_a_time(kind, path):
    lock = PathLock(path)
    assert not lock.held
    with lock:
        assert lock.held
        owner = owner_of(path)
        assert (owner.host, owner.process) == (platform.node(), os.getpid())
        with pytest.raises(Taken) as taken:
            PathLock(path).acquire(patience_s=0.1)
        assert taken.value.owner == owner
        assert taken.value.soft is (kind != "hard")
        assert owner_of(path) == owner, "looking leaves it as it is"
    assert not lock.held
    assert owner_of(path) is None
    assert list(path.parent.iterdir()) == []
    with PathLock(path):
        pass
    lock.release()


def test_of_another_process(kind, path):
    process = start(kind, path)
    try:
        assert process.stdout.readline() == "taken\n"
        assert owner_of(path).process == process.pid
        with pytest.raises(Taken) as taken:
            PathLock(path).acquire(patience_s=0)
        assert taken.value.owner.process == process.pid
        process.communicate("", timeout=30)
        assert owner_of(path) is None
        PathLock(path).acquire(patience_s=0)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("reaped", [True, False])
def test_it_ends_with_its_process(kind, path, caplog, reaped):
    process = start(kind, path)
    try:
        assert process.stdout.readline() == "taken\n"
        process.send_signal(signal.SIGKILL)
        if reaped:
            process.wait()
        else:
            # It is dead, but its number is not free as long as nobody asks for its exit code.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert path.exists()
        assert owner_of(path) is None
        with PathLock(path):
            assert owner_of(path).process == os.getpid()
    finally:
        process.kill()
        process.communicate()
    said = f"process {process.pid} on {platform.node()}, which had the lock {path}, is dead"
    assert (said in caplog.text) is (kind != "hard")
    assert list(path.parent.iterdir()) == []


COUNT = """
for _turn in range(15):
    with lock:
        number = int(Path(sys.argv[2]).read_text())
        time.sleep(0.002)
        Path(sys.argv[2]).write_text(str(number + 1))
"""


@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_many_processes_take_turns(kind, path, tmp_path):
    counter = tmp_path / "counter"
    counter.write_text("0")
    # The first of them find that of a dead process.
    dead = start(kind, path)
    assert dead.stdout.readline() == "taken\n"
    dead.kill()
    dead.communicate()
    processes = [start(kind, path, COUNT, str(counter)) for _each in range(4)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert counter.read_text() == "60"


@pytest.mark.parametrize(
    ("changed", "dead"),
    [
        ({}, False),
        ({"began": "12345"}, True),  # another process has its number now
        ({"process": 2**22 + 1}, True),  # more than there can be
        ({"boot": "another start of the computer"}, True),
        ({"host": "another-computer"}, False),
        ({"host": "another-computer", "process": 2**22 + 1}, False),
        ({"numbers": "pid:[1]", "process": 2**22 + 1}, False),  # in another container
        ({"began": ""}, False),
    ],
    ids=str,
)
def test_whose_death_is_known(soft, path, changed, dead):
    if sys.platform != "linux" and dead:
        pytest.skip("only Linux tells when a process began")
    write_owner(path, **changed)
    owner = read_owner(path)
    assert owner.is_dead is dead
    assert owner_of(path) == (None if dead else owner)
    if dead:
        with PathLock(path):
            pass
        return
    content = path.read_bytes()
    with pytest.raises(Taken) as taken:
        PathLock(path).acquire(patience_s=0)
    assert taken.value.owner == owner
    assert path.read_bytes() == content


def test_many_computers_are_called_localhost(soft, path, monkeypatch):
    monkeypatch.setattr("platform.node", lambda: "localhost.localdomain")
    write_owner(path, boot="another start, or another computer")
    assert not read_owner(path).is_dead


def test_a_process_of_another_user_is_not_dead(soft, path, monkeypatch):
    """It may not be asked, and what it is may be hidden."""

    def refuse(_process, _signal):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    write_owner(path)
    monkeypatch.setattr("os.kill", refuse)
    monkeypatch.setattr(_locks, "_fields_of", lambda _process: [])
    assert not read_owner(path).is_dead


@pytest.mark.parametrize("content", [
    b"", b"123\n", b"garbage", b"\xff", b"[]", b"{}", b"[" * 100_000,
    b'{"host": "\\u001b[2J", "process": 1, "life": ["a", "b", "c"], "since": ""}',
    b'{"host": "a", "process": 1e999, "life": ["a", "b", "c"], "since": ""}',
    b'{"host": "a", "process": 1, "life": 3, "since": ""}',
])  # fmt: skip
def test_a_file_that_says_nothing(soft, path, content):
    """Nobody knows whose it is: a person has to look."""
    path.write_bytes(content)
    assert owner_of(path) == UNKNOWN
    with pytest.raises(Taken) as taken:
        PathLock(path).acquire(patience_s=0)
    assert taken.value.owner is None
    assert path.read_bytes() == content


def test_where_there_are_locks_a_file_that_is_left_says_nothing(path):
    path.write_bytes(b"garbage")
    assert owner_of(path) is None
    with PathLock(path):
        assert owner_of(path).process == os.getpid()


def test_the_number_zero_would_be_our_own_group(soft, path):
    for number in (0, -os.getpid()):
        write_owner(path, process=number)
        assert not read_owner(path).is_dead
        path.unlink()


def test_who_is_faster_at_taking_over_keeps_it(soft, path, monkeypatch):
    """Between looking at a dead one's file and moving it away, another has taken it over."""
    write_owner(path, boot="another start of the computer")
    rename = Path.rename

    def late(self, target):
        self.unlink()
        write_owner(self, host="faster")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", late)
    with pytest.raises(Taken) as taken:
        PathLock(path).acquire(patience_s=0)
    assert taken.value.owner.host == "faster"
    assert read_owner(path).host == "faster"
    assert list(path.parent.iterdir()) == [path]


def test_what_a_link_leads_to_is_not_written_over(path, tmp_path):
    (tmp_path / "precious").write_text("mine")
    path.symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic links"):
        PathLock(path).acquire(patience_s=0)
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_lock_that_a_person_has_removed_is_not_removed_again(kind, path):
    with PathLock(path):
        path.unlink()
        path.write_text("somebody else's")
    assert path.read_text() == "somebody else's"


@pytest.mark.parametrize("options", ["nolock", "local_lock=all", "local_lock=flock"])
def test_locks_that_only_this_computer_knows(path, monkeypatch, options):
    """Then the other one's file keeps it out, though the system says that it is free."""
    found = FileSystem("nfs4", frozenset({"rw", options}))
    monkeypatch.setattr(_locks, "file_system_of", lambda _path: found)
    write_owner(path, host="another-computer")
    assert owner_of(path).host == "another-computer"
    with pytest.raises(Taken) as taken:
        PathLock(path).acquire(patience_s=0)
    assert taken.value.soft
    path.unlink()
    with PathLock(path):
        assert owner_of(path).process == os.getpid()


def test_a_folder_that_is_not_there(kind, tmp_path):
    with pytest.raises(FileNotFoundError):
        PathLock(tmp_path / "nowhere" / "a.lock").acquire(patience_s=0)
    assert owner_of(tmp_path / "nowhere" / "a.lock") is None


def test_where_only_this_process_sees_locks_the_file_counts_too(path):
    """Two mounts of one folder: the one that has the lock could not lock, this one could."""
    process = start("soft", path)
    try:
        assert process.stdout.readline() == "taken\n"
        assert owner_of(path).process == process.pid
        assert not is_locked_by_the_system(path)
        with pytest.raises(Taken) as taken:
            PathLock(path).acquire(patience_s=0)
        assert taken.value.soft
        assert taken.value.owner.process == process.pid
    finally:
        process.kill()
        process.communicate()
    assert owner_of(path) is None
    with PathLock(path):
        assert owner_of(path).process == os.getpid()
        assert is_locked_by_the_system(path)


@pytest.mark.timeout(60)
def test_a_pipe_of_a_locks_name_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "lock")
    assert read_owner(tmp_path / "lock") is None
    assert owner_of(tmp_path / "lock") is None
    is_locked_by_the_system(tmp_path / "lock")
