"""Verify a minisign signature by a key that lies in the archive; the key's address is never fetched."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# https://jedisct1.github.io/minisign/#signature-format: "Ed" signs the bytes, "ED" their BLAKE2b-512.
_PLAIN: Final = b"Ed"
_PREHASHED: Final = b"ED"
_TRUSTED: Final = "trusted comment: "


@dataclass(frozen=True, slots=True)
class Key:
    """A minisign public key: an 8-byte number and an Ed25519 key."""

    number: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """A minisign signature; ``comment`` is covered by ``over_comment``, whatever it claims."""

    algorithm: bytes
    number: bytes
    signature: bytes
    comment: str
    over_comment: bytes


def read_key(text: bytes) -> Key | None:
    """Return a public key file's key, or none when it is no such file."""
    raw = _base64(_lines(text)[-1:] or [""])
    return Key(raw[2:10], raw[10:42]) if len(raw) == 42 and raw[:2] == _PLAIN else None


def read_signature(text: bytes) -> Signature | None:
    """Return a signature file's parts, or none when it is no such file."""
    lines = _lines(text)
    if len(lines) < 4 or not lines[2].startswith(_TRUSTED):
        return None
    raw, over = _base64(lines[1:2]), _base64(lines[3:4])
    if len(raw) != 74 or raw[:2] not in {_PLAIN, _PREHASHED} or len(over) != 64:
        return None
    return Signature(raw[:2], raw[2:10], raw[10:], lines[2].removeprefix(_TRUSTED), over)


def verifies(signature: Signature, key: Key, message: bytes) -> bool:
    """Say whether both signatures hold over the exact bytes and the comment (never over a re-serialised form)."""
    if signature.number != key.number:
        return False
    signed = message
    if signature.algorithm == _PREHASHED:
        signed = hashlib.blake2b(message, digest_size=64).digest()
    public = Ed25519PublicKey.from_public_bytes(key.raw)
    try:
        public.verify(signature.signature, signed)
        public.verify(signature.over_comment, signature.signature + signature.comment.encode())
    except InvalidSignature:
        return False
    return True


def _lines(text: bytes) -> list[str]:
    return [line.strip("\r") for line in text.decode("utf-8", "replace").strip().split("\n")]


def _base64(lines: list[str]) -> bytes:
    try:
        return base64.b64decode(lines[0].strip(), validate=True) if lines else b""
    except (binascii.Error, ValueError):
        return b""
