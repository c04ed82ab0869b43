"""Read the trust folder, and write the public files of the log."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_CRLS = ("crl_root.pem", "crl_issuing.pem", "crl_tsa.pem")
_TEXTS = ("VERIFY.fr.txt", "VERIFY.en.txt", "verify.sh")


class FileTrust:
    """Certificates and revocation lists as onebox renews them; read each time, for they change."""

    def __init__(self, trust: Path, *, texts: Path) -> None:
        self._trust = trust
        self._texts = texts

    def issuing_certificate(self) -> x509.Certificate:
        """Return the certificate of the issuing authority."""
        return self._issuing

    @cached_property
    def _issuing(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self._trust / "issuing.pem").read_bytes())

    def crls(self) -> tuple[bytes, ...]:
        """Return the revocation lists a signature embeds."""
        found = [x509.load_pem_x509_crl((self._trust / name).read_bytes()) for name in _CRLS]
        return tuple(crl.public_bytes(Encoding.DER) for crl in found)

    def copies(self) -> Mapping[str, bytes]:
        """Return what travels with an evidence file, by path under META-INF/."""
        parts = {f"trust/{name}": (self._trust / name).read_bytes() for name in ("root.pem", "tsa.pem", "log.vkey")}
        parts["trust/crls.pem"] = b"".join((self._trust / name).read_bytes() for name in _CRLS)
        parts.update({name: (self._texts / name).read_bytes() for name in _TEXTS})
        return parts


class FileLog:
    """The log's files; a reader never sees half of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """Return a file, none when there is none."""
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def write(self, path: str, content: bytes) -> None:
        """Write beside, sync, rename."""
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.part")
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
