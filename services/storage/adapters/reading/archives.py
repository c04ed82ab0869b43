"""Look at a ZIP of office parts before any library unpacks it."""

import zipfile
from typing import BinaryIO, Final

from services.storage.adapters.reading.gather import Gatherer, Unreadable
from services.storage.domain.reading import Reason

MOST_UNPACKED_BYTES: Final = 512 * 1024 * 1024
MOST_PARTS: Final = 20_000
# Deflate reaches 1032:1 (RFC 1951); real office parts stay below 100:1, small ones may be above.
MOST_RATIO: Final = 200
_SMALL_BYTES: Final = 16 * 1024 * 1024
_ENCRYPTED: Final = 0x1
_PROLOGUE_BYTES: Final = 4096


def look_at(file: BinaryIO, gatherer: Gatherer) -> None:  # noqa: ARG001 -- a reader by its shape
    """Say what keeps people from opening an archive that is no document; it holds no text we read."""
    check(file)


def check(file: BinaryIO) -> None:
    """
    Let through archives of honest size without declarations of entities; the file is at its start again.

    Raises:
        Unreadable: It is encrypted, a bomb or damaged. Sizes may be believed: no library of ours reads past them.

    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _weigh(parts)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _look(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise Unreadable(Reason.DAMAGED) from error
    finally:
        file.seek(0)


def _weigh(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Unreadable(Reason.ENCRYPTED)
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    swollen = unpacked > _SMALL_BYTES and unpacked > MOST_RATIO * packed
    # Parts that lie on each other unpack to more than the archive could hold.
    if unpacked > MOST_UNPACKED_BYTES or len(parts) > MOST_PARTS or swollen:
        raise Unreadable(Reason.BOMB)


def _look(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse document type declarations: OPC forbids them (ECMA-376-2 §6.5, ODF has none); entities need one."""
    with archive.open(part) as opened:
        prologue = opened.read(_PROLOGUE_BYTES)
    if b"<!DOCTYPE" in prologue or b"<!ENTITY" in prologue:
        raise Unreadable(Reason.BOMB)
