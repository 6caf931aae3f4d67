"""Which file system a path is on: some are shared by several computers, some have no locks."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

#: File systems that other computers, or another system, may write at the same time.
_SHARED = frozenset(
    {
        "nfs", "nfs4", "lustre", "beegfs", "gpfs", "cifs", "smb3", "smbfs", "ceph", "afs", "9p",
        "panfs", "pvfs2", "orangefs", "glusterfs", "gfs2", "ocfs2", "virtiofs", "fuse.sshfs",
        "fuse.glusterfs", "fuse.ceph", "fuse.ceph-fuse", "fuse.juicefs", "fuse.mfs", "fuse.s3fs",
        "fuse.beegfs",
    }
)  # fmt: skip
#: Options of a mount under which a lock is known to this computer alone.
_LOCKED_HERE = frozenset({"nolock", "local_lock=flock", "local_lock=all", "localflock"})
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class FileSystem:
    """Where files are.

    Attributes
    ----------
    kind
        What the system calls it: `ext4`, `nfs4`; empty where that is not known.
    options
        How it is mounted.
    """

    kind: str = ""
    options: frozenset[str] = frozenset()

    @property
    def is_shared(self) -> bool:
        """Whether other computers may have it, too."""
        return self.kind in _SHARED

    @property
    def has_common_locks(self) -> bool:
        """Whether a lock keeps everybody else out who can write there, as far as is known."""
        return not (self.is_shared and self.options & _LOCKED_HERE)


def file_system_of(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> FileSystem:
    """Return the file system that a file or folder is on, or would be on.

    Parameters
    ----------
    mounts
        What is mounted where, as Linux tells it. Other systems do not: then nothing is known.
    """
    try:
        lines = os.fsdecode(mounts.read_bytes()).splitlines()
    except OSError:
        return FileSystem()
    real = Path(os.path.realpath(path))
    found, length = FileSystem(), -1
    for line in lines:
        # ID parent major:minor root WHERE options [fields] - KIND source options
        before, _, after = line.partition(" - ")
        fields, more = before.split(" "), after.split(" ")
        if len(fields) < 6 or len(more) < 3:
            continue
        place = Path(_ESCAPED.sub(lambda escaped: chr(int(escaped[1], 8)), fields[4]))
        # Of two at one place the later hides the earlier.
        if len(place.parts) >= length and real.is_relative_to(place):
            options = frozenset([*fields[5].split(","), *more[2].split(",")])
            found, length = FileSystem(more[0], options), len(place.parts)
    return found
