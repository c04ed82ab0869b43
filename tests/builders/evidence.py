"""
Build evidence files from docs/evidence-format.md alone, valid ones and forged ones.

A forger with every key of the institution is the worst case: each value passes through ``forge(stage, value)`` before
it is signed, so that a test changes one thing and everything after it is genuine.
"""

import base64
import hashlib
import io
import secrets
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.builders import der, merkle
from tests.builders.evidence_pki import (
    ARC,
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    SIGNATURE_TIME_STAMP,
    SIGNING_TIME,
    Identity,
    Institution,
    Signing,
    Stamp,
    attribute,
    certify,
    ess,
    sha256,
)

STANDALONE = Path(__file__).parents[2] / "verifier" / "standalone"
ORIGIN = "journal.demonstration.invalid/2026"
MEANINGS = {
    "author": "authorship",
    "coauthor": "authorship",
    "witness": "read-and-understood",
    "approver": "approval",
    "seal": "responsibility",
}
MEDIA = {
    "json": "application/json",
    "html": "text/html",
    "xml": "text/xml",
    "p7s": "application/pkcs7-signature",
    "pem": "application/x-pem-file",
    "txt": "text/plain",
    "sh": "application/x-sh",
    "tst": "application/vnd.etsi.timestamp-token",
}
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
)
Forge = Callable[[str, Any], Any]


def untouched(stage: str, value: Any) -> Any:
    """Forge nothing."""
    return value


def uuid7(number: int) -> str:
    """Return an invented UUIDv7 that depends on ``number`` only."""
    tail = hashlib.sha256(f"demo {number}".encode()).digest()
    raw = bytearray(b"\x01\x9a\xb5\x00\x00\x00" + tail[:10])
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(raw)))


def hexdigest(content: bytes) -> str:
    """Return SHA-256 as the statements write it."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True)
class Signer:
    """One act in the circuit."""

    role: str
    name: str
    person: str | None


PEOPLE = (
    Signer("author", "Ada Démonstration", uuid7(1)),
    Signer("witness", "Basile Témoin", uuid7(2)),
    Signer("approver", "Chloé Responsable", uuid7(3)),
    Signer("seal", "Institut de démonstration", None),
)


def media_type(path: str) -> str:
    """Return the MimeType a manifest writes for a path."""
    ending = path.rsplit(".", 1)[-1]
    return "application/octet-stream" if path.startswith("attachments/") else MEDIA.get(ending, MEDIA_DEFAULT)


MEDIA_DEFAULT = "application/octet-stream"


def manifest(number: int, files: dict[str, bytes]) -> bytes:
    """Return ASiCManifestNNN.xml over ``files``."""
    uri = f"META-INF/signature{number:03d}.p7s"
    lines = [f'<asic:SigReference URI="{uri}" MimeType="application/pkcs7-signature"/>\n']
    for path in sorted(files):
        digest = base64.b64encode(sha256(files[path])).decode()
        lines.append(
            f'<asic:DataObjectReference URI="{path}" MimeType="{media_type(path)}"><ds:DigestMethod '
            f'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{digest}</ds:DigestValue>'
            "</asic:DataObjectReference>\n"
        )
    return (HEAD + "".join(lines) + "</asic:ASiCManifest>\n").encode()


class Log:
    """A transparency log in memory."""

    def __init__(self) -> None:
        self.key = ed25519.Ed25519PrivateKey.generate()
        # A plus parts the line of log.vkey, and half of all keys have one in their base64: ours always has.
        while "+" not in base64.b64encode(self.public).decode():
            self.key = ed25519.Ed25519PrivateKey.generate()
        self.leaves = [b"a leaf of somebody else %d" % number for number in range(5)]

    @property
    def public(self) -> bytes:
        """Return the algorithm byte and the key."""
        return b"\x01" + self.key.public_key().public_bytes_raw()

    @property
    def vkey(self) -> bytes:
        """Return the line of log.vkey."""
        identifier = sha256(ORIGIN.encode() + b"\n" + self.public)[:4].hex()
        return f"{ORIGIN}+{identifier}+{base64.b64encode(self.public).decode()}\n".encode()

    def checkpoint(self, *, origin: str = ORIGIN, leaves: list[bytes] | None = None) -> str:
        """Return the signed head of the log as it is now."""
        leaves = leaves or self.leaves
        body = f"{origin}\n{len(leaves)}\n{base64.b64encode(merkle.root(leaves)).decode()}\n"
        signature = sha256(ORIGIN.encode() + b"\n" + self.public)[:4] + self.key.sign(body.encode())
        return f"{body}\n— {ORIGIN} {base64.b64encode(signature).decode()}\n"


@dataclass
class Bundle:
    """Everything needed to build one file; ``files`` keeps the archive's order."""

    institution: Institution = field(default_factory=Institution)
    people: tuple[Signer, ...] = PEOPLE
    attachments: int = 3
    padding: bytes = b""
    forge: Forge = untouched
    log: Log = field(default_factory=Log)
    files: dict[str, bytes] = field(default_factory=dict)
    previous: bytes | None = None
    marks: dict[str, int] = field(default_factory=dict)

    def build(self) -> "Bundle":
        """Make the whole file."""
        self.files["mimetype"] = b"application/vnd.etsi.asic-e+zip"
        self._content()
        for number, signer in enumerate(self.people, 1):
            if signer.role == "seal":
                self._before_seal()
            self._act(number, signer)
        self._after_seal()
        return self

    def _content(self) -> None:
        given = []
        for number in range(1, self.attachments + 1):
            path, content = f"attachments/{number:04d}.csv", b"temps;valeur\n%d;20\n" % number + self.padding
            self.files[path] = content
            digests = {"sha256": hexdigest(content), "sha512": hashlib.sha512(content).hexdigest()}
            given.append({"name": f"mesure {number}.csv", "path": path, "media_type": "text/csv"})
            given[-1].update({"size": len(content), **digests})
        record = {
            "v": 1, "notebook": uuid7(10), "entry": uuid7(11), "number": 37, "revision": 3, "prev": "ab" * 32,
            "title": "Croissance à 37 °C (démonstration)", "document": {"type": "doc", "content": []}, "fields": {},
            "attachments": given, "author": {"id": self.people[0].person, "name": self.people[0].name},
            "created_at": "2026-11-24T09:00:00Z", "reason": None,
        }  # fmt: skip
        self.record = self.forge("record", record)
        self.files["record.json"] = self.forge("record_bytes", rfc8785.dumps(self.record))
        self.files["record.html"] = b"<!doctype html><title>Croissance</title>"
        self.files["ro-crate-metadata.json"] = b'{"@graph":[]}'
        types = {item["path"]: item["media_type"] for item in given}
        types |= {"record.json": "application/json", "record.html": "text/html"}
        types["ro-crate-metadata.json"] = "application/ld+json"
        objects = [self._object(path, types[path]) for path in sorted(types)]
        self.objects: Any = self.forge("objects", objects)
        self.content = {path: self.files[path] for path in types}
        if len(objects) > 100:
            tree = merkle.root([rfc8785.dumps(item) for item in objects])
            listed = self.forge("objects_bytes", rfc8785.dumps(objects))
            self.files["META-INF/statements/objects.json"] = listed
            self.content["META-INF/statements/objects.json"] = listed
            self.objects = self.forge("objects_root", {"count": len(objects), "root": tree.hex()})

    def _object(self, path: str, kind: str) -> dict[str, Any]:
        content = self.files[path]
        digests = {"sha256": hexdigest(content), "sha512": hashlib.sha512(content).hexdigest()}
        return {"path": path, "mediaType": kind, "size": len(content), **digests}

    def time(self, number: int) -> datetime:
        """Return when act ``number`` takes place."""
        return self.institution.now + timedelta(seconds=20 * number)

    def _statement(self, number: int, signer: Signer) -> bytes:
        text = f"Je signe cette page ({signer.role})."
        seal = signer.role == "seal"
        value = {
            "type": "paillasse/statement/v1", "policy": f"urn:oid:{ARC}.1.1", "suite": "2026-1",
            "notebook": {"id": uuid7(10), "seq": 37},
            "entry": {"id": uuid7(11), "reference": "U1234-2026-007/37", "version": 3, "prevVersion": f"sha256:{'ab' * 32}"},
            "objects": self.objects,
            "signer": {"id": signer.person, "name": signer.name, "orcid": None, "eppn": None, "affiliation": None, "unit": "U1234"},
            "role": signer.role, "meaning": MEANINGS[signer.role],
            "intent": {"locale": "fr", "text": text, "sha256": hexdigest(text.encode())},
            "circuit": {"id": uuid7(12), "step": number, "of": len(self.people)},
            "prevSignature": f"sha256:{hexdigest(self.previous)}" if self.previous else None,
            "relation": None,
            "auth": {"method": "institution-key" if seal else "password", "credentialId": None, "acr": None},
            "claimedAt": self.time(number).strftime("%Y-%m-%dT%H:%M:%SZ"), "nonce": secrets.token_hex(32),
        }  # fmt: skip
        if seal:
            root = merkle.root(self.log.leaves).hex()
            value["log"] = {"origin": ORIGIN, "size": len(self.log.leaves), "root": root}
        return self.forge(f"statement_bytes.{number}", rfc8785.dumps(self.forge(f"statement.{number}", value)))

    def _act(self, number: int, signer: Signer) -> None:
        path = f"META-INF/statements/{number:03d}-{signer.role}.json"
        statement = self._statement(number, signer)
        self.files[path] = statement
        listed = dict(self.files) if signer.role == "seal" else {path: statement, **self.content}
        listed.pop("mimetype", None)
        listed = self.forge(f"listed.{number}", listed)
        xml = self.forge(f"manifest.{number}", manifest(number, listed))
        identity = self._identity(number, signer, statement)
        p7s = self._sign(number, xml, identity)
        self.files[f"META-INF/ASiCManifest{number:03d}.xml"] = xml
        self.files[f"META-INF/signature{number:03d}.p7s"] = p7s
        self.previous = p7s
        if signer.role != "seal":
            self._ceremony(number, statement)
        self._prove(number, xml, p7s)

    def _identity(self, number: int, signer: Signer, statement: bytes) -> Identity:
        if signer.role == "seal":
            return self.forge("seal", self.institution.seal)
        shape = self.institution.one_time_template(
            name=signer.name, person=signer.person, at=self.time(number), statement=statement
        )
        issuer, template = self.forge(f"certificate.{number}", (self.institution.issuing, shape))
        return self.forge(f"identity.{number}", certify(template, issuer))

    def _sign(self, number: int, xml: bytes, identity: Identity) -> bytes:
        home, when = self.institution, self.time(number)
        attributes = [attribute(CONTENT_TYPE, der.oid(DATA)), attribute(MESSAGE_DIGEST, der.octets(sha256(xml)))]
        attributes += [attribute(SIGNING_TIME, der.utc_time(when)), ess(identity.der)]
        certificates = [identity.der, home.issuing.der]
        crls = [home.crl_root, home.crl_issuing, home.crl_tsa]
        shape = self.forge(f"signing.{number}", Signing(identity, certificates, crls, attributes))
        encoded, signature = shape.sign()
        stamp = self.forge(f"token.{number}", Stamp(home.tsu, when, sha256(signature)))
        shape.unsigned = self.forge(f"unsigned.{number}", [attribute(SIGNATURE_TIME_STAMP, stamp.encode())])
        p7s = self.forge(f"p7s.{number}", shape.encode(encoded, signature))
        file_stamp = self.forge(f"file_token.{number}", Stamp(home.tsu, when, sha256(p7s)))
        self.files[f"META-INF/proof/signature{number:03d}.p7s.tst"] = file_stamp.encode()
        return p7s

    def _ceremony(self, number: int, statement: bytes) -> None:
        digests = [sha256(b"another statement of the series"), sha256(statement)]
        challenge = sha256(b"paillasse-ceremony-v1" + merkle.root(digests)).hex()
        value = {"v": 1, "id": uuid7(20 + number), "method": "password", "credential_id": "", "assertion": None}
        value |= {"auth_time": int(self.time(number).timestamp()) - 5, "challenge": challenge}
        value["statements"] = [one.hex() for one in digests]
        content = rfc8785.dumps(self.forge(f"ceremony.{number}", value))
        self.files[f"META-INF/proof/ceremony{number:03d}.json"] = content

    def _prove(self, number: int, xml: bytes, p7s: bytes) -> None:
        salt = secrets.token_bytes(32)
        commitment = sha256(b"ELN1" + salt + sha256(xml) + sha256(p7s)).hex()
        leaf = self.forge(f"leaf.{number}", rfc8785.dumps({"v": 1, "c": commitment}))
        self.log.leaves.append(leaf)
        index = len(self.log.leaves) - 1
        self.log.leaves.append(b"a leaf of a neighbour %d" % number)
        size = len(self.log.leaves)
        self.marks[f"{number:03d}"] = size
        proof = merkle.base64_lines(merkle.inclusion(index, self.log.leaves))
        checkpoint = self.forge(f"checkpoint.{number}", self.log.checkpoint())
        text = f"c2sp.org/tlog-proof@v1\nindex {index}\n{proof}\n{checkpoint}"
        prefix = f"META-INF/proof/leaf{number:03d}"
        self.files[f"{prefix}.json"] = leaf
        self.files[f"{prefix}.salt"] = self.forge(f"salt.{number}", salt)
        self.files[f"{prefix}.tlog-proof"] = self.forge(f"proof.{number}", text).encode()
        self.last_checkpoint = checkpoint

    def _before_seal(self) -> None:
        number = len(self.people)
        self.marks["-before"] = len(self.log.leaves)
        self._stamp_checkpoint("before", self.log.checkpoint(), self.time(number) - timedelta(seconds=1))
        for name, content in self.trust().items():
            self.files[f"META-INF/trust/{name}"] = self.forge(f"trust.{name}", content)
        for name in ("VERIFY.fr.txt", "VERIFY.en.txt", "verify.sh"):
            self.files[f"META-INF/{name}"] = (STANDALONE / name).read_bytes()
        self.forge("before_seal", self)

    def _stamp_checkpoint(self, name: str, text: str, when: datetime) -> None:
        content = self.forge(f"checkpoint.{name}", text).encode()
        self.files[f"META-INF/proof/checkpoint-{name}.txt"] = content
        stamp = self.forge(f"checkpoint_token.{name}", Stamp(self.institution.tsu, when, sha256(content)))
        self.files[f"META-INF/proof/checkpoint-{name}.tsa1.tst"] = stamp.encode()

    def _after_seal(self) -> None:
        self._stamp_checkpoint("seal", self.last_checkpoint, self.time(len(self.people)) + timedelta(seconds=1))
        self.marks.pop(f"{len(self.people):03d}", None)
        for mark, size in self.marks.items():
            lines = merkle.base64_lines(merkle.consistency(size, self.log.leaves))
            self.files[f"META-INF/proof/consistency{mark}.txt"] = self.forge(f"consistency{mark}", lines).encode()

    def trust(self) -> dict[str, bytes]:
        """Return the trust folder a reader would hold."""
        home = self.institution
        from cryptography import x509

        lists = [x509.load_der_x509_crl(one) for one in (home.crl_root, home.crl_issuing, home.crl_tsa)]
        crls = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in lists)
        return {"root.pem": home.root.pem, "tsa.pem": home.tsa.pem, "crls.pem": crls, "log.vkey": self.log.vkey}

    def write_trust(self, folder: Path) -> Path:
        """Write the reader's trust folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.trust().items():
            (folder / name).write_bytes(content)
        return folder


def entry(path: str, *, stored: bool = False) -> zipfile.ZipInfo:
    """Return the header of a regular file."""
    info = zipfile.ZipInfo(path)
    info.external_attr = 0o100644 << 16
    keep = stored or path == "mimetype" or path.startswith("attachments/")
    info.compress_type = zipfile.ZIP_STORED if keep else zipfile.ZIP_DEFLATED
    return info


def pack(files: dict[str, bytes] | list[tuple[Any, bytes]]) -> bytes:
    """Return the archive; a list may hold ZipInfo objects and repeat names."""
    target = io.BytesIO()
    pairs = files.items() if isinstance(files, dict) else files
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in pairs:
            archive.writestr(entry(name) if isinstance(name, str) else name, content)
    return target.getvalue()
