"""Unpack the files of an evidence file in constant memory, and keep the digests of each."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from verifier import zipstructure
from verifier.findings import Refusal, demand

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
CHUNK_BYTES = 1 << 18
MIB = 1 << 20
STATEMENT_BYTES = 1 << 16
RECORD_BYTES = 16 * MIB
DEFAULT_BYTES = 1 << 18


def limit_bytes(name: str) -> int:
    """Return the greatest size of a file that is read into memory (docs/evidence-format.md §2)."""
    if name.startswith("META-INF/statements/") and not name.endswith("/objects.json"):
        return STATEMENT_BYTES
    if name in {"record.json", "META-INF/trust/crls.pem"}:
        return RECORD_BYTES
    large = name.endswith((".p7s", "/objects.json")) or name.startswith("META-INF/ASiCManifest")
    return MIB if large else DEFAULT_BYTES


@dataclass(frozen=True)
class Digest:
    """What was unpacked of one file."""

    size_bytes: int
    sha256: bytes
    sha512: bytes


class Container:
    """An open archive whose structure is sound."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.entries = {entry.name: entry for entry in zipstructure.read_entries(stream)}
        demand(self.read("mimetype") == MIMETYPE, "mimetype", "mimetype", "wrong content")

    @property
    def names(self) -> set[str]:
        """Return the names of all files."""
        return set(self.entries)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file; refuse when it is not what the headers say."""
        entry = self.entries[name]
        size = crc = 0
        for chunk in self._unpacked(entry):
            size += len(chunk)
            demand(size <= entry.size_bytes, "zip_damaged", name, "longer than the header says")
            crc = zlib.crc32(chunk, crc)
            yield chunk
        demand(size == entry.size_bytes and crc == entry.crc, "zip_damaged", name, "size or CRC-32 differs")

    def _packed(self, entry: zipstructure.Entry) -> Iterator[bytes]:
        position, left = entry.data_offset, entry.packed_bytes
        while left:
            self._stream.seek(position)
            chunk = self._stream.read(min(CHUNK_BYTES, left))
            demand(chunk, "zip_damaged", entry.name, "cut short")
            position += len(chunk)
            left -= len(chunk)
            yield chunk

    def _unpacked(self, entry: zipstructure.Entry) -> Iterator[bytes]:
        if entry.method == 0:
            yield from self._packed(entry)
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for chunk in self._packed(entry):
                data = chunk
                while data and not inflater.eof:
                    yield inflater.decompress(data, CHUNK_BYTES)
                    data = inflater.unconsumed_tail
                demand(not inflater.unused_data and not (data and inflater.eof), "zip_damaged", entry.name, "surplus")
            while tail := inflater.decompress(inflater.unconsumed_tail, CHUNK_BYTES):
                yield tail
        except zlib.error as error:
            raise Refusal("zip_damaged", entry.name, "cannot be unpacked") from error
        demand(inflater.eof, "zip_damaged", entry.name, "deflate stream does not end")

    def read(self, name: str) -> bytes:
        """Return a small file whole."""
        demand(name in self.entries, "file_missing", name)
        size = self.entries[name].size_bytes
        demand(size <= limit_bytes(name), "file_too_large", name, f"{size} bytes")
        return b"".join(self.chunks(name))

    def digest(self, name: str) -> Digest:
        """Return the digests of a file, reading it once."""
        demand(name in self.entries, "file_missing", name)
        short, long = hashlib.sha256(), hashlib.sha512()
        for chunk in self.chunks(name):
            short.update(chunk)
            long.update(chunk)
        return Digest(self.entries[name].size_bytes, short.digest(), long.digest())
