"""Check that an act stands in the log: signed checkpoints, inclusion, and one history only (§11)."""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from verifier import merkle
from verifier.findings import Refusal, demand

_ED25519 = b"\x01"
_SALT_BYTES = 32
_MAX_HASHES = 128
_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")
_HEAD = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class LogKey:
    """A log the reader trusts (c2sp.org/signed-note verifier key)."""

    origin: str
    identifier: bytes
    key: Ed25519PublicKey


@dataclass(frozen=True)
class Checkpoint:
    """The head of the log, signed by a trusted log."""

    origin: str
    size: int
    root: bytes
    text: str


@dataclass(frozen=True)
class Proof:
    """An inclusion proof that holds."""

    index: int
    checkpoint: Checkpoint


def read_log_key(line: str, place: str) -> LogKey:
    """Read one line of log.vkey."""
    origin, _, rest = line.strip().partition("+")
    identifier, _, encoded = rest.partition("+")
    public = _base64(encoded, place)
    demand(origin and len(public) == 33 and public[:1] == _ED25519, "log_key", place, "not an Ed25519 key")
    expected = sha256(origin.encode() + b"\n" + public).digest()[:4]
    demand(identifier == expected.hex(), "log_key", place, "key id does not fit")
    return LogKey(origin, expected, Ed25519PublicKey.from_public_bytes(public[1:]))


def _base64(text: str, place: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Refusal("log_malformed", place, "base64") from error
    demand(base64.b64encode(value).decode() == text, "log_malformed", place, "base64 not canonical")
    return value


def read_checkpoint(text: str, keys: list[LogKey], place: str) -> Checkpoint:
    """Read a signed checkpoint (c2sp.org/tlog-checkpoint) of one of the reader's logs."""
    body, gap, notes = text.partition("\n\n")
    lines = body.split("\n")
    demand(gap and len(lines) == 3 and text.endswith("\n"), "log_malformed", place, "checkpoint")
    demand(_NUMBER.fullmatch(lines[1]), "log_malformed", place, "tree size")
    root = _base64(lines[2], place)
    demand(len(root) == 32, "log_malformed", place, "root")
    known = [key for key in keys if key.origin == lines[0]]
    demand(known, "log_unknown", place, lines[0][:80])
    _check_notes(f"{body}\n".encode(), notes, known[0], place)
    return Checkpoint(lines[0], int(lines[1]), root, text)


def _check_notes(body: bytes, notes: str, key: LogKey, place: str) -> None:
    ours = []
    for line in notes.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        demand(dash == "—" and name, "log_malformed", place, "signature line")
        signature = _base64(encoded, place)
        if name == key.origin and signature[:4] == key.identifier:
            ours.append(signature[4:])
    demand(len(ours) == 1, "checkpoint_signature", place, "not signed once by the log's key")
    try:
        key.key.verify(ours[0], body)
    except InvalidSignature as error:
        raise Refusal("checkpoint_signature", place) from error


def commitment(salt: bytes, manifest: bytes, signature: bytes) -> bytes:
    """Return the leaf data for an act, from the digests of its manifest and signature."""
    return b'{"c":"%s","v":1}' % sha256(b"ELN1" + salt + manifest + signature).hexdigest().encode()


def check_leaf(leaf: bytes, salt: bytes, *, manifest: bytes, signature: bytes, place: str) -> None:
    """Demand that the leaf commits to this manifest and this signature."""
    demand(len(salt) == _SALT_BYTES, "leaf_mismatch", place, "salt is not 32 bytes")
    demand(leaf == commitment(salt, manifest, signature), "leaf_mismatch", place)


def read_proof(content: bytes, leaf: bytes, keys: list[LogKey], place: str) -> Proof:
    """Read a c2sp.org/tlog-proof@v1 file and demand that it proves ``leaf``."""
    head, gap, checkpoint_text = _text(content, place).partition("\n\n")
    lines = head.split("\n")
    shaped = gap and len(lines) >= 2 and lines[0] == _HEAD and lines[1].startswith("index ")
    demand(shaped and len(lines) <= _MAX_HASHES, "log_malformed", place, "tlog-proof")
    demand(_NUMBER.fullmatch(lines[1][6:]), "log_malformed", place, "index")
    hashes = _hashes(lines[2:], place)
    checkpoint = read_checkpoint(checkpoint_text, keys, place)
    index = int(lines[1][6:])
    found = merkle.root_of_inclusion(merkle.leaf_hash(leaf), index, checkpoint.size, hashes)
    demand(found == checkpoint.root, "log_inclusion", place)
    return Proof(index, checkpoint)


def _text(content: bytes, place: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("log_malformed", place, "not UTF-8") from error


def _hashes(lines: list[str], place: str) -> list[bytes]:
    hashes = [_base64(line, place) for line in lines]
    demand(all(len(one) == 32 for one in hashes), "log_malformed", place, "hash")
    return hashes


def read_checkpoint_file(content: bytes, keys: list[LogKey], place: str) -> Checkpoint:
    """Read a checkpoint that is a file of its own."""
    return read_checkpoint(_text(content, place), keys, place)


def check_consistency(content: bytes, *, old: Checkpoint, new: Checkpoint, place: str) -> None:
    """Demand that the log at ``new`` begins with the log at ``old``: no fork, no rollback."""
    text = _text(content, place)
    demand(not text or text.endswith("\n"), "log_malformed", place, "last line")
    lines = text.split("\n")[:-1]
    demand(len(lines) <= _MAX_HASHES, "log_malformed", place, "too long")
    demand(old.origin == new.origin, "log_fork", place, "two logs")
    demand(old.size <= new.size, "log_rollback", place, f"{new.size} after {old.size}")
    fine = merkle.is_consistent(
        old_size=old.size, new_size=new.size, old_root=old.root, new_root=new.root, proof=_hashes(lines, place)
    )
    demand(fine, "log_fork", place)
