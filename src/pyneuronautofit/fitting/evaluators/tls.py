"""The files that encrypt the traffic with a scheduler, and say who may take part in it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyneuronautofit.errors import NotAvailableError, OutputError, UsageError

#: The folder of them beside a scheduler file.
FOLDER = "tls"
_DAYS = 3650
_NAME = "pyneuronautofit workers"


@dataclass(frozen=True)
class TlsFiles:
    """The files of a folder.

    Attributes
    ----------
    folder
        Where they are.
    """

    folder: Path

    @property
    def authority(self) -> Path:
        """The certificate by which the others are known."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        """The certificate of whoever takes part."""
        return self.folder / "cert.pem"

    @property
    def key(self) -> Path:
        """Its secret."""
        return self.folder / "key.pem"

    def check(self, flag: str) -> None:
        """Make sure that the files are there, and that the secret is one.

        Raises
        ------
        UsageError
            If not; `flag` names them there.
        """
        for path in (self.authority, self.certificate, self.key):
            if not path.is_file():
                raise UsageError(
                    f"{flag} {self.folder}: there is no {path.name} in it. Expected are ca.pem, "
                    "cert.pem and key.pem, which slurm workers writes into the folder tls"
                )
        mode = self.key.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(
                f"{self.key} can be read by others, who could run their code as you then: make it "
                f"yours alone (chmod 600 {self.key}), and new ones if somebody may have read it"
            )


def make_tls(folder: Path) -> TlsFiles:
    """Write a new authority, and a certificate of it for all who take part.

    Only the owner may read them. The authority's own secret is kept nowhere: nobody can make
    further certificates.

    Raises
    ------
    NotAvailableError
        If the library for that is not installed.
    OutputError
        If they cannot be written.
    """
    try:
        from cryptography import x509  # noqa: PLC0415 (an extra)
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    except ImportError as error:
        raise NotAvailableError(
            "certificates need cryptography: install it with pip install 'pyneuronautofit[cluster]'"
        ) from error
    now = datetime.now(UTC)
    authority_key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, f"{_NAME}: authority")])
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, _NAME)])

    def signed(name: x509.Name, public: ec.EllipticCurvePublicKey, *, ca: bool) -> bytes:
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=_DAYS))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .sign(authority_key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    secret = own_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    files = TlsFiles(folder)
    contents = {
        files.authority: signed(issuer, authority_key.public_key(), ca=True),
        files.certificate: signed(subject, own_key.public_key(), ca=False),
        files.key: secret,
    }
    try:
        folder.mkdir(mode=0o700)
        for path, content in contents.items():
            _write_secret(path, content)
    except OSError as error:
        raise OutputError(
            f"{folder}: certificates cannot be written: {error.strerror or error}"
        ) from error
    return files


def _write_secret(path: Path, content: bytes) -> None:
    """Write a new file that its owner alone may read, from its first moment on."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as stream:
        stream.write(content)
