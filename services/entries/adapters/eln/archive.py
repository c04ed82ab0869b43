"""Open a stranger's zip safely: nothing outside it is touched, nothing unbounded is read."""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from contracts.errors import FieldProblem, Invalid

CHUNK: Final = 1024 * 1024
_DRIVE: Final = re.compile(r"[A-Za-z]:/")
# End of central directory, its zip64 form and the locator between them (APPNOTE 6.3.10 §4.3.14–4.3.16).
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, OSError)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much a stranger may ask of us. Known real archives stay below 3 MB and 100 members."""

    members: int = 50_000
    directory_bytes: int = 32 * 1024 * 1024
    total_bytes: int = 50 * 1024**3
    # deflate reaches 1032:1 at best; measured texts and raw data stay below 100:1.
    ratio: int = 200
    ratio_free_bytes: int = 64 * 1024 * 1024
    metadata_bytes: int = 32 * 1024 * 1024
    path_length: int = 1000


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive: ``path`` is clean (no ``.``, ``..``, ``//``), ``zip_name`` what the zip calls it."""

    path: str
    zip_name: str
    size_bytes: int


def refuse(place: str, problem: str, remedy: str = "ask the producer of the archive for a sound one") -> Invalid:
    """Return the refusal of an archive that names the member at fault."""
    return Invalid(FieldProblem(place[:500] or "archive", problem, remedy))


class Archive:
    """An open archive whose directory was found sound; contents are checked as they are read."""

    def __init__(self, path: Path, *, limits: ArchiveLimits | None = None) -> None:
        self.limits = limits or ArchiveLimits()
        self.size_bytes = path.stat().st_size
        _directory_within_limits(path, self.limits)
        try:
            self._zip = zipfile.ZipFile(path)
        except (*_DAMAGED, UnicodeDecodeError, ValueError) as error:
            raise refuse("", "not a readable zip archive") from error
        try:
            self.members = _members(self._zip, self.limits, self.size_bytes)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._zip.close()

    def read(self, path: str, *, limit: int) -> bytes:
        """
        Return a small member whole.

        Raises:
            Invalid: it is larger than ``limit`` or damaged.

        """
        if self.members[path].size_bytes > limit:
            raise refuse(path, f"larger than {limit} bytes")
        return b"".join(self.chunks(path))

    def chunks(self, path: str) -> Iterator[bytes]:
        """
        Yield a member's bytes a MiB at a time; the zip's own CRC is checked at the end.

        Raises:
            Invalid: the member is damaged, or is not what the directory said of it.

        """
        try:
            with self.open(path) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except _DAMAGED as error:
            raise refuse(path, "damaged inside the archive") from error

    def open(self, path: str) -> IO[bytes]:
        """Return a stream over a member's bytes."""
        return self._zip.open(self.members[path].zip_name)


def _directory_within_limits(path: Path, limits: ArchiveLimits) -> None:
    """Look at the end record before the library reads the whole directory into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65557 - 20))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise refuse("", "not a zip archive: an .eln file is a zip with ro-crate-metadata.json")
    entries, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(_LOCATOR):
        (end64,) = struct.unpack("<Q", locator[8:16])
        with path.open("rb") as file:
            file.seek(min(end64, size))
            record = file.read(56)
        if record.startswith(_END64) and len(record) == 56:
            entries, directory = struct.unpack("<QQ", record[32:48])
    if entries > limits.members:
        raise refuse("", f"claims {entries} members, more than {limits.members}")
    if directory > limits.directory_bytes:
        raise refuse("", f"directory of {directory} bytes, more than {limits.directory_bytes}")


def _members(archive: zipfile.ZipFile, limits: ArchiveLimits, size_bytes: int) -> dict[str, Member]:
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise refuse("", f"holds {len(infos)} members, more than {limits.members}")
    _no_bomb(infos, limits, size_bytes)
    members: dict[str, Member] = {}
    seen: dict[str, str] = {}
    folders: set[str] = set()
    for info in infos:
        path = _clean_path(info, limits)
        _plain_file(info, path)
        if info.is_dir():
            folders.add(_folded(path))
            continue
        if (twin := seen.get(_folded(path))) is not None:
            raise refuse(path, f"is there twice, also as {twin!r}")
        seen[_folded(path)] = path
        members[path] = Member(path, info.filename, info.file_size)
    _no_file_is_a_folder(members, folders)
    return members


def _no_bomb(infos: list[zipfile.ZipInfo], limits: ArchiveLimits, size_bytes: int) -> None:
    total = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if packed > size_bytes:
        raise refuse("", "members overlap: their packed sizes exceed the archive")
    if total > limits.total_bytes:
        raise refuse("", f"unpacks to {total} bytes, more than {limits.total_bytes}")
    if total > max(limits.ratio_free_bytes, limits.ratio * size_bytes):
        raise refuse("", f"unpacks to more than {limits.ratio} times its size")


def _clean_path(info: zipfile.ZipInfo, limits: ArchiveLimits) -> str:
    """Return the member's path without ``.`` and empty segments; refuse whatever could lead outside."""
    raw = info.orig_filename.replace("\\", "/")
    if "\x00" in raw or any(0xD800 <= ord(c) < 0xE000 for c in raw):
        raise refuse(repr(raw), "has a name no file can bear")
    if raw.startswith("/") or _DRIVE.match(raw):
        raise refuse(raw, "is an absolute path")
    segments = [segment for segment in raw.split("/") if segment not in {"", "."}]
    if ".." in segments:
        raise refuse(raw, "leads outside the archive")
    if len(raw) > limits.path_length or len(segments) > 64:
        raise refuse(raw, "has too long a path")
    if not segments and not info.is_dir():
        raise refuse(raw, "has no name")
    return "/".join(segments)


def _plain_file(info: zipfile.ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise refuse(path, "is a link or a device, not a file")
    if info.flag_bits & 0x1:
        raise refuse(path, "is encrypted", "export the archive without a password")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refuse(path, f"is packed by method {info.compress_type}; .eln files use deflate or none")


def _folded(path: str) -> str:
    """Return the path as the least capable file system sees it: composed, without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _no_file_is_a_folder(members: dict[str, Member], folders: set[str]) -> None:
    above = {_folded(path.rsplit("/", depth)[0]) for path in members for depth in range(1, path.count("/") + 1)}
    for path in members:
        if _folded(path) in above or _folded(path) in folders:
            raise refuse(path, "is both a file and a folder")
