"""
Read the structure of a ZIP archive byte by byte, and refuse any archive that two readers could understand differently.

Two headers describe each file; readers differ in which one they believe. So both must agree, and no byte may lie
outside what they describe (docs/evidence-format.md §2; APPNOTE 6.3.10 §4.3).
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from verifier.findings import Refusal, demand

MAX_ENTRIES = 1000
MAX_RATIO = 100
RATIO_FROM_BYTES = 1 << 20
MAX_NAME_BYTES = 255
PLACE = "zip"
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_DESCRIPTOR_FLAG = 0x0008
_ALLOWED_FLAGS = 0x0006 | _DESCRIPTOR_FLAG | 0x0800
_UNIX = 3
_REGULAR_OR_NONE = {0o100000, 0}


@dataclass(frozen=True)
class Entry:
    """One file: where its packed bytes start, how they are packed, and what they must become."""

    name: str
    method: int
    flags: int
    crc: int
    packed_bytes: int
    size_bytes: int
    header_offset: int
    data_offset: int = 0

    @property
    def has_descriptor(self) -> bool:
        """Tell whether sizes follow the data instead of standing in the local header."""
        return bool(self.flags & _DESCRIPTOR_FLAG)


def read_entries(stream: BinaryIO) -> list[Entry]:
    """Return every file of the archive, in order, after checking all rules of §2 that need no unpacking."""
    stream.seek(0, 2)
    total = stream.tell()
    count, start, size, end = _read_end(stream, total)
    demand(start + size == end, "zip_structure", PLACE, "central directory does not end at its end record")
    demand(0 < count <= MAX_ENTRIES, "zip_too_many_entries", PLACE, str(count))
    demand(size <= MAX_ENTRIES * 1024, "zip_structure", PLACE, "central directory too large")
    directory = _read_at(stream, start, size)
    entries, offset = [], 0
    for _ in range(count):
        entry, offset = _central(directory, offset)
        entries.append(entry)
    demand(offset == size, "zip_structure", PLACE, "bytes after the last entry of the central directory")
    _check_names(entries)
    _check_ratio(entries)
    return _check_layout(stream, entries, start)


def _read_at(stream: BinaryIO, offset: int, size: int) -> bytes:
    demand(offset >= 0, "zip_structure", PLACE, "offset before the start")
    stream.seek(offset)
    data = stream.read(size)
    demand(len(data) == size, "zip_structure", PLACE, "cut short")
    return data


def _read_end(stream: BinaryIO, total: int) -> tuple[int, int, int, int]:
    """Return (entries, directory offset, directory size, where the end records start)."""
    demand(total >= _END.size, "zip_structure", PLACE, "not a zip archive")
    at = total - _END.size
    mark, disk, first, here, count, size, start, comment = _END.unpack(_read_at(stream, at, _END.size))
    if mark != b"PK\x05\x06" or comment:
        raise Refusal("zip_trailing_bytes", PLACE, "the archive does not end with its end record")
    demand(disk == first == 0 and here == count, "zip_structure", PLACE, "several disks")
    locator = _read_at(stream, at - _LOCATOR.size, _LOCATOR.size) if at >= _LOCATOR.size + _END64.size else b""
    if not locator.startswith(b"PK\x06\x07"):
        return count, start, size, at
    _, disk, at64, disks = _LOCATOR.unpack(locator)
    here64 = at - _LOCATOR.size - _END64.size
    demand((disk, at64, disks) == (0, here64, 1), "zip_structure", PLACE, "Zip64 locator")
    mark, length, _, _, disk, first, here, count64, size64, start64 = _END64.unpack(
        _read_at(stream, here64, _END64.size)
    )
    fine = mark == b"PK\x06\x06" and length == _END64.size - 12 and disk == first == 0 and here == count64
    agree = count64 == count and size in {size64, 0xFFFFFFFF} and start in {start64, 0xFFFFFFFF}
    demand(fine and agree, "zip_structure", PLACE, "Zip64 end record")
    return count64, start64, size64, here64


def _central(directory: bytes, offset: int) -> tuple[Entry, int]:
    demand(offset + _CENTRAL.size <= len(directory), "zip_structure", PLACE, "central directory cut short")
    fields = _CENTRAL.unpack_from(directory, offset)
    mark, made_by, _, flags, method, _, _, crc, packed, size = fields[:10]
    name_size, extra_size, comment_size, disk, _, attributes, header = fields[10:]
    demand(mark == b"PK\x01\x02", "zip_structure", PLACE, "central directory")
    body = offset + _CENTRAL.size
    end = body + name_size + extra_size + comment_size
    demand(end <= len(directory), "zip_structure", PLACE, "central directory cut short")
    name = _name(directory[body : body + name_size])
    demand(made_by >> 8 == _UNIX, "zip_file_type", name, "not made for Unix: file type unknown")
    demand((attributes >> 16) & 0o170000 in _REGULAR_OR_NONE, "zip_file_type", name, "not a regular file")
    demand(not attributes & 0x10, "zip_file_type", name, "directory")
    demand(disk == 0 and comment_size == 0, "zip_structure", name, "comment or other disk")
    demand(method in {0, 8} and not flags & ~_ALLOWED_FLAGS, "zip_structure", name, "method or flags")
    demand(method == 8 or not flags & _DESCRIPTOR_FLAG, "zip_structure", name, "stored with a data descriptor")
    extra = directory[body + name_size : body + name_size + extra_size]
    size, packed, header = _zip64(extra, [size, packed, header], name)
    return Entry(name, method, flags, crc, packed, size, header), end


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise Refusal("zip_name", PLACE, f"name is not ASCII: {raw[:60]!r}") from error
    demand(0 < len(name) <= MAX_NAME_BYTES and name.isprintable(), "zip_name", PLACE, repr(name[:60]))
    return name


def _zip64(extra: bytes, values: list[int], name: str) -> list[int]:
    """Return the values with those that say 0xFFFFFFFF taken from the Zip64 extra field, the only one allowed."""
    wanted = [index for index, value in enumerate(values) if value == 0xFFFFFFFF]
    if not extra:
        demand(not wanted, "zip_structure", name, "Zip64 field missing")
        return values
    demand(len(extra) >= 4, "zip_structure", name, "extra field")
    kind, size = struct.unpack_from("<2H", extra)
    fine = kind == 1 and size == len(extra) - 4 == 8 * len(wanted) and wanted
    demand(fine, "zip_structure", name, "extra field other than Zip64")
    found = struct.unpack_from(f"<{len(wanted)}Q", extra, 4)
    return [found[wanted.index(index)] if index in wanted else value for index, value in enumerate(values)]


def _check_names(entries: list[Entry]) -> None:
    seen: set[str] = set()
    for entry in entries:
        demand(entry.name.lower() not in seen, "zip_duplicate_name", entry.name)
        seen.add(entry.name.lower())
    first = entries[0]
    demand(first.name == "mimetype" and first.method == 0, "mimetype", PLACE, "must be the first entry, stored")


def _check_ratio(entries: list[Entry]) -> None:
    for entry in entries:
        bomb = entry.size_bytes > RATIO_FROM_BYTES and entry.size_bytes > MAX_RATIO * entry.packed_bytes
        demand(not bomb, "zip_bomb", entry.name, f"{entry.packed_bytes} bytes unpack to {entry.size_bytes}")
        same = entry.method != 0 or entry.size_bytes == entry.packed_bytes
        demand(same, "zip_structure", entry.name, "stored, but sizes differ")
    size, packed = sum(one.size_bytes for one in entries), sum(one.packed_bytes for one in entries)
    demand(size <= max(RATIO_FROM_BYTES, MAX_RATIO * packed), "zip_bomb", PLACE, f"{packed} bytes unpack to {size}")


def _check_layout(stream: BinaryIO, entries: list[Entry], directory: int) -> list[Entry]:
    """Demand that local headers follow each other without a gap, in the order of the directory, and agree with it."""
    located, position = [], 0
    for entry in entries:
        demand(entry.header_offset == position, "zip_structure", entry.name, "bytes before or between the entries")
        data = position + _local(stream, entry)
        located.append(Entry(**{**entry.__dict__, "data_offset": data}))
        position = data + entry.packed_bytes
        if entry.has_descriptor:
            position += _descriptor(stream, entry, position)
    demand(position == directory, "zip_structure", PLACE, "bytes before the central directory")
    return located


def _local(stream: BinaryIO, entry: Entry) -> int:
    """Return the size of the local header."""
    fields = _LOCAL.unpack(_read_at(stream, entry.header_offset, _LOCAL.size))
    mark, _, flags, method, _, _, crc, packed, size, name_size, extra_size = fields
    demand(mark == b"PK\x03\x04", "zip_structure", entry.name, "local header")
    demand(name_size <= MAX_NAME_BYTES and extra_size <= 64, "zip_structure", entry.name, "local header")
    tail = _read_at(stream, entry.header_offset + _LOCAL.size, name_size + extra_size)
    same = tail[:name_size] == entry.name.encode() and (flags, method) == (entry.flags, entry.method)
    demand(same, "zip_headers_differ", entry.name)
    demand(entry.name != "mimetype" or not extra_size, "mimetype", PLACE, "extra field")
    found = _zip64(tail[name_size:], [size, packed], entry.name)
    expected = (0, 0, 0) if entry.has_descriptor else (entry.crc, entry.size_bytes, entry.packed_bytes)
    demand((crc, *found) == expected, "zip_headers_differ", entry.name)
    return _LOCAL.size + len(tail)


def _descriptor(stream: BinaryIO, entry: Entry, offset: int) -> int:
    """Return the size of the data descriptor (APPNOTE §4.3.9), its signature is required."""
    for shape in ("<4s3L", "<4sL2Q"):
        wanted = (b"PK\x07\x08", entry.crc, entry.packed_bytes, entry.size_bytes)
        size = struct.calcsize(shape)
        stream.seek(offset)
        data = stream.read(size)
        if len(data) == size and struct.unpack(shape, data) == wanted:
            return size
    raise Refusal("zip_headers_differ", entry.name, "data descriptor")
