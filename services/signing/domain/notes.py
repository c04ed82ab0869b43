"""Write signed notes: checkpoints, verifier keys, proofs (C2SP signed-note, tlog-checkpoint, tlog-proof)."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_SIGNATURE_LINE = "— "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed head of the log; ``text`` is the note as published."""

    size: int
    root: bytes
    text: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class CheckpointStamp:
    """A time-stamp token over the whole text of a checkpoint."""

    authority: str
    token: bytes
    gen_time: datetime


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def key_id(origin: str, public_key: bytes) -> bytes:
    """Return the first four bytes of SHA-256(origin ‖ LF ‖ algorithm ‖ key) (C2SP signed-note)."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def verifier_key(origin: str, public_key: bytes) -> str:
    """Write the line of ``log.vkey``, without its line feed."""
    return f"{origin}+{key_id(origin, public_key).hex()}+{_base64(_ED25519 + public_key)}"


def sign_checkpoint(origin: str, *, size: int, root: bytes, key: Ed25519PrivateKey, signed_at: datetime) -> Checkpoint:
    """Sign the head of the log."""
    body = f"{origin}\n{size}\n{_base64(root)}\n"
    public_key = key.public_key().public_bytes_raw()
    signature = _base64(key_id(origin, public_key) + key.sign(body.encode()))
    text = f"{body}\n{_SIGNATURE_LINE}{origin} {signature}\n"
    return Checkpoint(size=size, root=root, text=text, signed_at=signed_at)


def checkpoint_is_ours(checkpoint: Checkpoint, *, origin: str, public_key: bytes) -> bool:
    """Tell whether the text says what the record says and carries our key's signature."""
    body, _, signatures = checkpoint.text.partition("\n\n")
    body += "\n"
    if body != f"{origin}\n{checkpoint.size}\n{_base64(checkpoint.root)}\n":
        return False
    line = signatures.split("\n")[0]
    signed = base64.b64decode(line.rsplit(" ", 1)[-1])
    if signed[:4] != key_id(origin, public_key):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signed[4:], body.encode())
    except InvalidSignature:
        return False
    return True


def proof_text(index: int, proof: Sequence[bytes], checkpoint: Checkpoint) -> str:
    """Write a tlog-proof: index, inclusion proof and the checkpoint it leads to (c2sp.org/tlog-proof@v1)."""
    hashes = "".join(f"{_base64(digest)}\n" for digest in proof)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{checkpoint.text}"


def consistency_text(proof: Sequence[bytes]) -> str:
    """Write a consistency proof, one hash a line (docs/evidence-format.md §11)."""
    return "".join(f"{_base64(digest)}\n" for digest in proof)
