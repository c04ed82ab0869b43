"""Divide an upload into parts that can be sent in any order and again."""

from dataclasses import dataclass

from contracts.errors import FieldProblem, Invalid

MIB = 1024 * 1024
# One request, one pass, no assembling: nearly every file of a laboratory is smaller.
SINGLE_PART_BYTES = 32 * MIB
SMALLEST_PART_BYTES = 8 * MIB
# Of every file up to 625 GiB; above, parts grow so that there are never more than 10,000 (5 TiB: 525 MiB each).
LARGEST_USUAL_PART_BYTES = 64 * MIB
# Amazon S3 user guide, multipart upload limits: 10,000 parts of at most 5 GiB, an object of at most 5 TiB.
MOST_PARTS = 10_000
LARGEST_FILE_BYTES = 5 * 1024 * 1024 * MIB
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
        Invalid: The file is larger than any store takes.

    """
    if size_bytes > LARGEST_FILE_BYTES:
        raise Invalid(FieldProblem("size_bytes", "too_large", f"at most {LARGEST_FILE_BYTES} bytes"))
    if size_bytes <= SINGLE_PART_BYTES:
        return SINGLE_PART_BYTES
    usual = min(LARGEST_USUAL_PART_BYTES, max(SMALLEST_PART_BYTES, _whole_mebibytes(size_bytes, _PARTS_AIMED_AT)))
    return max(usual, _whole_mebibytes(size_bytes, MOST_PARTS))


def _whole_mebibytes(size_bytes: int, parts: int) -> int:
    """Return how many bytes each of ``parts`` parts has, rounded up to whole mebibytes."""
    return -(-size_bytes // (parts * MIB)) * MIB


def divide(size_bytes: int, part_size_bytes: int) -> tuple[Part, ...]:
    """Return the parts in order; an empty file has one empty part, so that its bytes are sent like any other's."""
    count = max(1, -(-size_bytes // part_size_bytes))
    return tuple(
        Part(number, offset, min(part_size_bytes, size_bytes - offset))
        for number, offset in ((n + 1, n * part_size_bytes) for n in range(count))
    )
