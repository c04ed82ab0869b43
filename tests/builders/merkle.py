"""Grow a Merkle tree and prove things about it (RFC 9162 §2.1), the slow and obvious way."""

import base64
import hashlib


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def root(leaves: list[bytes]) -> bytes:
    """Return the root over leaf data."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    middle = _split(len(leaves))
    return node_hash(root(leaves[:middle]), root(leaves[middle:]))


def inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH(index, leaves) of RFC 9162 §2.1.3.1."""
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*inclusion(index, leaves[:middle]), root(leaves[middle:])]
    return [*inclusion(index - middle, leaves[middle:]), root(leaves[:middle])]


def consistency(size: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(size, leaves) of RFC 9162 §2.1.4.1."""
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    middle = _split(len(leaves))
    if size <= middle:
        return [*consistency(size, leaves[:middle], whole=whole), root(leaves[middle:])]
    return [*consistency(size - middle, leaves[middle:], whole=False), root(leaves[:middle])]


def base64_lines(hashes: list[bytes]) -> str:
    """Return one base64 line for each hash."""
    return "".join(base64.b64encode(one).decode() + "\n" for one in hashes)
