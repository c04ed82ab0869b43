"""Divide an upload into parts that can be sent in any order and again."""

from dataclasses import dataclass

from contracts.errors import FieldProblem, Invalid

MIB = 1024 * 1024
# One request, one pass, no assembling: nearly every file of a laboratory is smaller.
SINGLE_PART_BYTES = 32 * MIB
SMALLEST_PART_BYTES = 8 * MIB
LARGEST_PART_BYTES = 64 * MIB
# S3 allows 10,000 parts (Amazon S3 user guide, multipart upload limits); a plan of that many is a 4 MB message.
MOST_PARTS = 10_000
# Small enough that a lost connection costs little, until the file is so large that the plan would grow long.
_PARTS_AIMED_AT = 100


@dataclass(frozen=True, slots=True)
class Part:
    """``size_bytes`` at ``offset`` of the file; ``number`` counts from 1."""

    number: int
    offset: int
    size_bytes: int


def part_size(size_bytes: int) -> int:
    """
    Choose how large each part of a file is.

    Raises:
        Invalid: The file is larger than the most parts of the largest size.

    """
    if size_bytes > MOST_PARTS * LARGEST_PART_BYTES:
        remedy = f"at most {MOST_PARTS * LARGEST_PART_BYTES} bytes"
        raise Invalid(FieldProblem("size_bytes", "too_large", remedy))
    if size_bytes <= SINGLE_PART_BYTES:
        return SINGLE_PART_BYTES
    aimed = -(-size_bytes // _PARTS_AIMED_AT)
    whole_mebibytes = -(-aimed // MIB) * MIB
    return min(LARGEST_PART_BYTES, max(SMALLEST_PART_BYTES, whole_mebibytes))


def divide(size_bytes: int, part_size_bytes: int) -> tuple[Part, ...]:
    """Return the parts in order; an empty file has one empty part, so that its bytes are sent like any other's."""
    count = max(1, -(-size_bytes // part_size_bytes))
    return tuple(
        Part(number, offset, min(part_size_bytes, size_bytes - offset))
        for number, offset in ((n + 1, n * part_size_bytes) for n in range(count))
    )
