"""Which file system a path is on, from what Linux says of its mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pyneuronautofit._mounts import FileSystem, file_system_of

MOUNTS = r"""
22 28 0:21 / /proc rw,nosuid shared:14 - proc proc rw
28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
31 28 0:40 / /home rw,relatime shared:2 master:3 - autofs systemd-1 rw,fd=30
40 31 0:50 / /home rw,relatime shared:3 - nfs4 server:/home rw,vers=4.2,local_lock=none
41 40 0:51 / /home/own rw - xfs /dev/sdb1 rw
42 28 0:52 / /old rw - nfs server:/old rw,vers=3,nolock,local_lock=none
43 28 0:53 / /older rw - nfs server:/older rw,vers=3,local_lock=flock
44 28 0:54 / /scratch rw - lustre 10.0.0.1@tcp:/scratch rw,flock
45 28 0:55 / /lab\040data rw - beegfs beegfs_nodev rw
46 28 0:56 / /scratch2 rw - gpfs fs1 rw
47 28 0:57 / /quick rw,nolock - ext4 /dev/sdc1 rw
not a mount at all
"""


@pytest.fixture
def mounts(tmp_path):
    path = tmp_path / "mountinfo"
    path.write_text(MOUNTS)
    return path


@pytest.mark.parametrize(("place", "kind", "shared", "locks"), [
    ("/", "ext4", False, True),
    ("/somewhere/else", "ext4", False, True),
    ("/home", "nfs4", True, True),
    ("/home/ann/runs/a.sqlite", "nfs4", True, True),
    ("/home/own/runs", "xfs", False, True),
    ("/homes", "ext4", False, True),
    ("/old/runs", "nfs", True, False),
    ("/older/runs", "nfs", True, False),
    ("/scratch/x", "lustre", True, True),
    ("/scratch2/x", "gpfs", True, True),
    ("/lab data/x", "beegfs", True, True),
    ("/quick/x", "ext4", False, True),
])  # fmt: skip
def test_a_path_is_on_the_deepest_mount_above_it(mounts, place, kind, shared, locks):
    found = file_system_of(Path(place), mounts)
    assert (found.kind, found.is_shared, found.has_common_locks) == (kind, shared, locks)


def test_a_link_is_followed(mounts, tmp_path):
    (tmp_path / "link").symlink_to("/scratch/x")
    assert file_system_of(tmp_path / "link" / "new", mounts).kind == "lustre"


def test_where_nothing_is_known(tmp_path):
    found = file_system_of(tmp_path, tmp_path / "nothing")
    assert found == FileSystem()
    assert not found.is_shared
    assert found.has_common_locks


def test_this_computer():
    assert file_system_of(Path("/proc/self")).kind in ("proc", "")
