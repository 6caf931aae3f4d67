"""What one input may do: the time and memory it takes, the files it touches, how it ends."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyneuronautofit.errors import PyNeuronAutofitError

MOST_S, MOST_BYTES = 20.0, 1 << 30
EXIT_CODES = frozenset({0, 2, 3, 130})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = frozenset(
    {
        "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate",
        "os.chmod", "os.chown", "os.utime", "os.mkfifo", "os.mknod", "shutil.rmtree",
        "shutil.move", "shutil.copyfile",
    }
)  # fmt: skip
# Which of their arguments are files that change; of others the first is.
_CHANGED: dict[str, Callable[[tuple[Any, ...]], tuple[Any, ...]]] = {
    "os.rename": lambda each: each[:2],
    "shutil.move": lambda each: each[:2],
    "shutil.copyfile": lambda each: each[1:2],
    "os.link": lambda each: each[1:2],
    "os.symlink": lambda each: each[1:2],
}
_RUNS = frozenset({"os.system", "os.exec", "os.posix_spawn", "os.spawn", "subprocess.Popen"})
# What the standard library looks for libraries with.
_OF_LIBRARIES = frozenset({"/sbin/ldconfig", "ldconfig", "gcc", "ld", "objdump", "uname"})
_CONNECTS = frozenset({"socket.connect", "socket.bind", "socket.sendto"})


class OverTimeError(BaseException):
    """The input takes too long; no handler of errors takes it for its own."""


@dataclass
class Watch:
    """Notes what files are changed, and what programs are run, in this process.

    Attributes
    ----------
    folder
        Where files may be changed.
    may_run
        Whether the input may start programs: workers that simulate.
    found
        What was done that may not be.
    """

    folder: Path
    may_run: bool = False
    found: list[str] = field(default_factory=list)
    _on: bool = False

    def install(self) -> None:
        """Begin to listen; a hook stays as long as the process."""
        sys.addaudithook(self._hear)

    @contextlib.contextmanager
    def watching(self, *, may_run: bool) -> Iterator[None]:
        """Note what happens in the block."""
        self.found, self.may_run, self._on = [], may_run, True
        try:
            yield
        finally:
            self._on = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._on:
            return
        if event == "open":
            path, mode, flags = arguments
            written = (isinstance(mode, str) and set(mode) & set("wax+")) or (
                isinstance(flags, int) and flags & _WRITING
            )
            if written:
                self._check(event, path)
        elif event in _CHANGES:
            for path in _CHANGED.get(event, lambda each: each[:1])(arguments):
                self._check(event, path)
        elif event in _CONNECTS or (event in _RUNS and not self.may_run):
            if arguments[0] in _OF_LIBRARIES:
                return
            self.found.append(f"{event} {arguments!r:.200}")
        elif event == "exec" and not self.may_run:
            self._check_code(arguments[0])

    def _check(self, event: str, path: object) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            name = os.path.realpath(os.fsdecode(path))
            own = (str(self.folder), os.environ.get("PYNEURONAUTOFIT_CACHE") or str(self.folder))
            inside = any(Path(name).is_relative_to(folder) for folder in own)
            # Devices, and what the interpreter keeps beside its modules, are nobody's files.
            if not inside and not name.startswith("/dev/") and "__pycache__" not in name:
                self.found.append(f"{event} {name:.200}")
                raise PermissionError(f"not outside of {self.folder}: {name:.200}")

    def _check_code(self, code: object) -> None:
        name = getattr(code, "co_filename", "")
        if name and Path(name).is_relative_to(self.folder):
            self.found.append(f"ran code of {name}")


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file in a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def resident_bytes(*, peak: bool) -> int:
    """Return the memory of this process: now, or the most since `forget_peak`."""
    wanted = "VmHWM:" if peak else "VmRSS:"
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(wanted):
            return int(line.split()[1]) * 1024
    return 0


def forget_peak() -> None:
    """Begin to count the peak of the memory anew."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")


@dataclass(frozen=True)
class Outcome:
    """How an input was answered.

    Attributes
    ----------
    faults
        What is wrong with the answer; none where it is right.
    code
        The exit code; None where a reader was asked, and not a command.
    seconds, n_byte
        What it took.
    said
        The end of what was written to standard error.
    """

    faults: tuple[str, ...]
    code: int | None
    seconds: float
    n_byte: int
    said: str


def answered(
    action: Callable[[], int | None], watch: Watch, inputs: Sequence[Path], *, may_run: bool
) -> Outcome:
    """Do what an input asks for, and look at everything that it may not do."""
    before = {path: _digest(path) for path in inputs}
    out, err = io.StringIO(), io.StringIO()
    forget_peak()
    resident = resident_bytes(peak=False)
    began = time.monotonic()
    with (
        watch.watching(may_run=may_run),
        contextlib.redirect_stdout(_Stream(out)),
        contextlib.redirect_stderr(_Stream(err)),
    ):
        code, faults = _tried(action)
    seconds = time.monotonic() - began
    n_byte = resident_bytes(peak=True) - resident
    faults += [f"did {what}" for what in watch.found[:3]]
    # The lock of a process that is no more may be taken over, and given back.
    kept = [path for path in inputs if path.suffix != ".lock"]
    faults += [f"changed {path.name}" for path in kept if _digest(path) != before[path]]
    if seconds > MOST_S:
        faults.append(f"took {seconds:.0f} s")
    if n_byte > MOST_BYTES:
        faults.append(f"took {n_byte >> 20} MB")
    if "Traceback" in err.getvalue():
        faults.append("wrote a traceback")
    if code is not None and code not in EXIT_CODES:
        faults.append(f"exit code {code}")
    return Outcome(tuple(faults), code, seconds, n_byte, err.getvalue()[-2000:])


def _tried(action: Callable[[], int | None]) -> tuple[int | None, list[str]]:
    def give_up(_number: int, _frame: object) -> None:
        raise OverTimeError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, max(MOST_S + 1, 0.01))
    try:
        return action(), []
    except SystemExit as leaving:  # argparse
        return leaving.code if isinstance(leaving.code, int) else 0, []
    except PyNeuronAutofitError:
        return 2, []
    except BaseException as error:  # noqa: BLE001 - that is what is looked for
        where = "".join(traceback.format_exception(error)[-6:])
        return None, [f"raised {type(error).__name__}: {error!s:.200}\n{where}"]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        for thread in threading.enumerate():
            if thread.name.startswith("fuzz-"):
                thread.join(1)


class _Stream(io.TextIOWrapper):
    """A text stream with a buffer of bytes, as the standard ones are."""

    def __init__(self, target: io.StringIO) -> None:
        super().__init__(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
        self._target = target

    def write(self, text: str) -> int:
        """Write to the target."""
        self._target.write(text)
        return len(text)


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "none"
