"""Load what a reader trusts: roots of signers, roots of time, revocation lists, keys of logs (§12)."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from verifier.cms import load_certificate
from verifier.findings import Refusal, demand
from verifier.log import LogKey, read_log_key

NAMES = ("root.pem", "tsa.pem", "crls.pem", "log.vkey")
ARC = "2.25.14431180924995401934383345354000645517"
BEST_PRACTICES = "0.4.0.2023.1.1"
DEMONSTRATION = f"{ARC}.4.1"
_POLICY = re.compile(rb"^tsa-policy: ([0-9.]+)\s*$", re.MULTILINE)
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+)-----END \1-----")


@dataclass(frozen=True)
class Trust:
    """The reader's anchors. ``own`` is false when they are only the copy inside the file that is judged."""

    roots: tuple[x509.Certificate, ...]
    authorities: tuple[x509.Certificate, ...]
    policies: frozenset[str]
    crls: tuple[bytes, ...]
    logs: tuple[LogKey, ...]
    own: bool


def from_folder(folder: Path) -> Trust:
    """Load the reader's own trust folder."""

    def read(name: str) -> bytes:
        try:
            return (folder / name).read_bytes()
        except OSError as error:
            raise Refusal("trust_unreadable", str(folder / name)) from error

    return load(read, own=True)


def load(read: Callable[[str], bytes], *, own: bool) -> Trust:
    """Load the four files through ``read(name)``."""
    roots, authorities, crls, vkeys = (read(name) for name in NAMES)
    policies = {found.decode() for found in _POLICY.findall(authorities)}
    trust = Trust(
        roots=_certificates(roots, "root.pem"),
        authorities=_certificates(authorities, "tsa.pem"),
        policies=frozenset({BEST_PRACTICES, DEMONSTRATION, *policies}),
        crls=tuple(_blocks(crls, b"X509 CRL", "crls.pem")),
        logs=_logs(vkeys),
        own=own,
    )
    demand(trust.roots and trust.authorities and trust.logs, "trust_empty", "trust")
    return trust


def _blocks(content: bytes, kind: bytes, place: str) -> list[bytes]:
    try:
        return [base64.b64decode(body) for found, body in _PEM.findall(content) if found == kind]
    except ValueError as error:
        raise Refusal("trust_unreadable", place) from error


def _certificates(content: bytes, place: str) -> tuple[x509.Certificate, ...]:
    return tuple(load_certificate(raw, place) for raw in _blocks(content, b"CERTIFICATE", place))


def _logs(content: bytes) -> tuple[LogKey, ...]:
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise Refusal("trust_unreadable", "log.vkey") from error
    return tuple(read_log_key(line, "log.vkey") for line in lines if line.strip() and not line.startswith("#"))
