"""Recompute Merkle roots from leaves and from proofs (RFC 9162 §2.1)."""

from collections.abc import Iterable, Sequence
from hashlib import sha256


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of leaf data."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf data, keeping one hash a level."""
    levels: list[bytes | None] = []
    for data in leaves:
        carry, level = leaf_hash(data), 0
        while level < len(levels) and (left := levels[level]) is not None:
            carry, levels[level] = node_hash(left, carry), None
            level += 1
        if level == len(levels):
            levels.append(None)
        levels[level] = carry
    whole: bytes | None = None
    for left in levels:
        if left is not None:
            whole = left if whole is None else node_hash(left, whole)
    return whole if whole is not None else sha256(b"").digest()


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root an inclusion proof leads to (§2.1.3.2); none when index, size and length do not fit."""
    if not 0 <= index < size:
        return None
    number, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if number & 1 or number == last:
            result = node_hash(sibling, result)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        number, last = number >> 1, last >> 1
    return result if last == 0 else None


def is_consistent(*, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the new tree begins with the old one (§2.1.4.2)."""
    if old_size == new_size:
        return old_root == new_root and not proof
    if not 0 < old_size < new_size or not proof:
        return False
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    number, last = old_size - 1, new_size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        number, last = number >> 1, last >> 1
    return (old, new, last) == (old_root, new_root, 0)
