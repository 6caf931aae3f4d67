"""Certificates: for their owner alone, and good for one another."""

from __future__ import annotations

import ssl
import stat

import pytest

from pyneuronautofit.errors import OutputError, UsageError
from pyneuronautofit.fitting.evaluators.tls import TlsFiles, make_tls

pytest.importorskip("cryptography")


def context(side, files):
    made = ssl.SSLContext(side)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_verify_locations(files.authority)
    made.load_cert_chain(files.certificate, files.key)
    return made


def shakes_hands(one, other):
    """Tell whether two sides accept one another, in memory."""
    ends = []
    for side, files in ((ssl.PROTOCOL_TLS_SERVER, one), (ssl.PROTOCOL_TLS_CLIENT, other)):
        into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        server_side = side == ssl.PROTOCOL_TLS_SERVER
        ends.append((context(side, files).wrap_bio(into, out, server_side=server_side), into, out))
    (_s, s_in, s_out), (_c, c_in, c_out) = ends
    done = [False, False]
    for _round in range(10):
        for place, (end, _into, _out) in enumerate(ends):
            try:
                end.do_handshake()
                done[place] = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                return False
        c_in.write(s_out.read())
        s_in.write(c_out.read())
    return all(done)


def test_who_has_them_is_known_and_who_has_others_is_not(tmp_path):
    ours, theirs = (make_tls(tmp_path / name) for name in ("ours", "theirs"))
    assert shakes_hands(ours, ours)
    assert not shakes_hands(ours, theirs)


def test_nobody_else_can_read_them(tmp_path):
    files = make_tls(tmp_path / "tls")
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
    for path in (files.authority, files.certificate, files.key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    files.check("--workers-tls")
    files.key.chmod(0o640)
    with pytest.raises(UsageError, match=r"can be read by others.*chmod 600"):
        files.check("--workers-tls")
    files.certificate.unlink()
    with pytest.raises(UsageError, match=r"--workers-tls .*there is no cert\.pem in it"):
        files.check("--workers-tls")


def test_nothing_is_written_over(tmp_path):
    make_tls(tmp_path / "tls")
    before = (tmp_path / "tls" / "key.pem").read_bytes()
    with pytest.raises(OutputError, match="certificates cannot be written: File exists"):
        make_tls(tmp_path / "tls")
    assert (tmp_path / "tls" / "key.pem").read_bytes() == before
    assert TlsFiles(tmp_path / "tls").key == tmp_path / "tls" / "key.pem"
