"""Compare a file's bytes with what its producer wrote about them."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contracts.identifiers import Sha256
from services.entries.domain.imports import Remark

_HEX: Final = re.compile(r"[0-9a-f]+\Z")
# What the field `sha256` was seen to hold, by its length: one producer writes an MD5 there.
_BY_LENGTH: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


@dataclass(frozen=True, slots=True)
class Summed:
    """The digests of one pass over a file."""

    size_bytes: int
    sha256: Sha256
    declared: str | None = None


def digest(chunks: Iterable[bytes], *, declared: str | None) -> Summed:
    """Hash a file once; by a second algorithm too when the declared sum is of another kind."""
    algorithm = _algorithm(declared)
    ours = hashlib.sha256()
    theirs = hashlib.new(algorithm, usedforsecurity=False) if algorithm and algorithm != "sha256" else ours
    size = 0
    for chunk in chunks:
        size += len(chunk)
        ours.update(chunk)
        if theirs is not ours:
            theirs.update(chunk)
    return Summed(size, Sha256(ours.hexdigest()), theirs.hexdigest() if algorithm else None)


def judge(path: str, summed: Summed, *, declared: str | None, declared_size: int | None) -> tuple[Remark, ...]:
    """
    Say how a file's sum and size stand to what was declared.

    Absent is imported and said; wrong is refused by the line's level: a wrong sum among good ones means that the
    bytes are not those the producer wrote, and a notebook must not certify them.
    """
    remarks = []
    algorithm = _algorithm(declared)
    if declared is None:
        remarks.append(Remark("info", path, "checksum_absent"))
    elif algorithm is None:
        remarks.append(Remark("warning", path, "checksum_unreadable", declared[:80]))
    elif summed.declared != declared.strip().lower():
        said = f"declared {algorithm} {declared[:128]}, is {summed.declared}"
        remarks.append(Remark("refused", path, "checksum_wrong", said))
    elif algorithm != "sha256":
        remarks.append(Remark("warning", path, "checksum_of_other_kind", f"the field sha256 holds a {algorithm}"))
    if declared_size is not None and declared_size != summed.size_bytes:
        remarks.append(Remark("warning", path, "size_differs", f"declared {declared_size}, is {summed.size_bytes}"))
    return tuple(remarks)


def _algorithm(declared: str | None) -> str | None:
    if declared is None:
        return None
    value = declared.strip().lower()
    return _BY_LENGTH.get(len(value)) if _HEX.match(value) else None
