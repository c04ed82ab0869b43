"""Grow the RFC 9162 §2.1 Merkle tree and prove inclusion and consistency."""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Hash leaf data (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(width: int) -> int:
    """Return the largest power of two smaller than ``width`` (RFC 9162 §2.1.1)."""
    return 1 << ((width - 1).bit_length() - 1)


class Tree:
    """
    Hold the hashes of all complete subtrees: 64 bytes a leaf.

    ``_levels[h]`` is the concatenation of the hashes of complete subtrees of height h, left to right.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self.size = 0
        self.extend(leaves)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf data in order."""
        for data in leaves:
            self._append(leaf_hash(data))

    def _append(self, digest: bytes) -> None:
        self._levels[0] += digest
        index, height = self.size, 0
        self.size += 1
        while index & 1:
            level = self._levels[height]
            parent = hashlib.sha256(b"\x01" + level[-2 * HASH_BYTES :]).digest()
            index >>= 1
            height += 1
            if height == len(self._levels):
                self._levels.append(bytearray())
            self._levels[height] += parent

    def complete(self, height: int, index: int) -> bytes:
        """Return the hash of the ``index``-th complete subtree of 2^height leaves."""
        return bytes(self._levels[height][index * HASH_BYTES : (index + 1) * HASH_BYTES])

    def _range(self, start: int, end: int) -> bytes:
        width = end - start
        if width & (width - 1) == 0 and start % width == 0:
            return self.complete(width.bit_length() - 1, start // width)
        middle = start + _split(width)
        return node_hash(self._range(start, middle), self._range(middle, end))

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves (all of them by default)."""
        size = self._checked(self.size if size is None else size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Prove that leaf ``index`` is in the tree of ``size`` leaves (RFC 9162 §2.1.3.1)."""
        if not 0 <= index < self._checked(size):
            raise ValueError("no such leaf in this tree")
        proof: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(start, middle))
                start = middle
        return tuple(reversed(proof))

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Prove that the first ``old`` leaves are a prefix of the first ``new`` (RFC 9162 §2.1.4.1)."""
        if not 0 < old <= self._checked(new):
            raise ValueError("sizes out of order")
        proof: list[bytes] = []
        start, end, whole = 0, new, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._range(start, end))
        return tuple(reversed(proof))

    def _checked(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError("the tree has not grown that far")
        return size


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle root over a short list of leaf data."""
    return Tree(leaves).root()


def root_from_inclusion(digest: bytes, *, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """
    Recompute the root a proof claims (RFC 9162 §2.1.3.2): our own proofs are checked before they leave.

    Raises ValueError when the proof has the wrong length.
    """
    if not 0 <= index < size:
        raise ValueError("index outside the tree")
    position, last, root = index, size - 1, digest
    for sibling in proof:
        if last == 0:
            raise ValueError("proof too long")
        if position & 1 or position == last:
            root = node_hash(sibling, root)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            root = node_hash(root, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise ValueError("proof too short")
    return root
