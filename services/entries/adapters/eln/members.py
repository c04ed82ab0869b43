"""Match the files a crate speaks of with the members the zip holds, and digest every one of them once."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.entries.adapters.eln import checksums, shapes
from services.entries.adapters.eln.archive import Archive, Member, refuse
from services.entries.adapters.eln.crate import METADATA, Crate, Entity, clean_id, is_address, plain_path
from services.entries.domain.imports import PlannedFile, Remark

# First bytes of what is worth telling apart (each format's own specification); everything else goes by its name.
_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
# The library's own table only: the machine's would make one archive two different pages on two machines.
_BY_NAME: Final = mimetypes.MimeTypes(filenames=())
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}\Z")
_ZIPPED: Final = ("application/vnd.", "application/epub", "application/java")


@dataclass(frozen=True, slots=True)
class Held:
    """A member with its digests, and the crate's words about it, if any."""

    member: Member
    inner_path: str
    summed: checksums.Summed
    media_type: str
    entity: Entity | None = None

    @property
    def name(self) -> str:
        """Return the name people know it by: the crate's if it is one, else the path's last part."""
        last = self.inner_path.rsplit("/", 1)[-1]
        given = shapes.words(self.entity.get("name")) if self.entity else ""
        is_name = given and "/" not in given and "\\" not in given and re.search(r"\.[A-Za-z0-9]{1,10}$", given)
        return given if is_name else last

    def planned(self, name: str) -> PlannedFile:
        """Return it as a file of a page under a name that is free there."""
        return PlannedFile(name, self.member.path, self.media_type, self.summed.size_bytes, self.summed.sha256)


class Members:
    """Every file of an archive, by its clean path under the root folder."""

    def __init__(self, archive: Archive, *, progress: Callable[[int, int], None]) -> None:
        self.archive = archive
        self.root = root_folder(archive)
        self.progress = progress
        self.held: dict[str, Held] = {}

    def metadata(self) -> bytes:
        """Return the exact bytes of the metadata file."""
        return self.archive.read(f"{self.root}{METADATA}", limit=self.archive.limits.metadata_bytes)

    def digest(self, crate: Crate) -> list[Remark]:
        """Read and hash everything; say how it stands to what the crate declares."""
        described = _described(crate)
        remarks: list[Remark] = []
        for count, member in enumerate(self.archive.members.values()):
            inner = plain_path(member.path)
            # What lies beside the root folder can be named by nobody: the `/` keeps it apart.
            inner = inner.removeprefix(self.root) if member.path.startswith(self.root) else f"/{inner}"
            entity = described.get(inner)
            declared = shapes.words(entity.get("sha256", "sha-256", "checksum")) or None if entity else None
            head, chunks = _peek(self.archive.chunks(member.path))
            summed = checksums.digest(chunks, declared=declared)
            if entity is not None:
                size = shapes.size(entity.get("contentSize"))
                remarks += checksums.judge(member.path, summed, declared=declared, declared_size=size)
            media_type = _media_type(inner, head())
            remarks += _lie(member.path, entity, media_type)
            self.held[inner] = Held(member, inner, summed, media_type, entity)
            self.progress(count + 1, summed.size_bytes)
        return remarks

    def find(self, identifier: str) -> Held | None:
        """Return the member an id of the crate names."""
        return self.held.get(plain_path(identifier)) or self.held.get(clean_id(identifier))


def root_folder(archive: Archive) -> str:
    """
    Return the folder of the metadata file, with its last ``/``; empty when it lies at the top.

    Raises:
        Invalid: there is none, or two equally near the top.

    """
    found = [path for path in archive.members if path.rsplit("/", 1)[-1] == METADATA]
    if not found:
        remedy = "an .eln file holds one; some products give this extension to a format of their own"
        raise refuse("", f"holds no {METADATA}: not an .eln archive whatever its name says", remedy)
    nearest = min(path.count("/") for path in found)
    nearest_ones = [path for path in found if path.count("/") == nearest]
    if len(nearest_ones) > 1:
        raise refuse(nearest_ones[1], f"a second {METADATA}: which one is meant cannot be told")
    return nearest_ones[0].removesuffix(METADATA)


def _described(crate: Crate) -> Mapping[str, Entity]:
    """Return by path, as written and unescaped, the description of each file; one with a sum is preferred."""
    found: dict[str, Entity] = {}
    files = [entity for entity in crate.order if entity.is_file and entity.id and not is_address(entity.id)]
    ranked = sorted(files, key=lambda entity: entity.get("sha256") is None)
    for way in (plain_path, clean_id):
        for entity in ranked:
            found.setdefault(way(entity.id), entity)
    return found


def _peek(chunks: Iterable[bytes]) -> tuple[Callable[[], bytes], Iterable[bytes]]:
    """Let a stream pass while keeping its first bytes."""
    first: list[bytes] = []

    def passing() -> Iterable[bytes]:
        for chunk in chunks:
            if not first:
                first.append(chunk[:16])
            yield chunk

    return lambda: first[0] if first else b"", passing()


def _media_type(path: str, head: bytes) -> str:
    by_name = _BY_NAME.guess_type(path)[0]
    by_bytes = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if by_bytes == "application/zip" and by_name and by_name.startswith(_ZIPPED):
        return by_name
    return by_bytes or by_name or "application/octet-stream"


def _lie(path: str, entity: Entity | None, media_type: str) -> list[Remark]:
    declared = shapes.words(entity.get("encodingFormat")).lower() if entity else ""
    is_vague = declared in {"", "application/octet-stream", media_type} or not _MEDIA_TYPE.match(declared)
    if is_vague or media_type == "application/octet-stream":
        return []
    return [Remark("info", path, "media_type_differs", f"declared {declared}, is {media_type}")]
