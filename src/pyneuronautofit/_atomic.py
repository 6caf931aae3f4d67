"""Files that are either the old ones or the new ones, never half of the new."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pyneuronautofit.errors import OutputError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path`; at the end of the block it takes the place of `path`.

    Whatever ends the block early (an exception, a signal, a full disk) leaves `path` as it was and
    removes the temporary file.

    Raises
    ------
    OutputError
        If the file cannot be written there.
    """
    temporary: str | None = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files that only their owner can read; a result is an ordinary file.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}. Check that the folder exists, that "
            "you may write to it and that the disk is not full, or choose another with --output."
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def write_text(path: Path, text: str) -> None:
    """Write `text` (UTF-8) to `path`, atomically; bytes of names that are not UTF-8 as escapes."""
    with replacing(path) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def _umask() -> int:
    # The process's umask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
