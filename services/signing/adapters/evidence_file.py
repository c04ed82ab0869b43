"""Write the container: ASiC-E in a ZIP, streamed (docs/evidence-format.md §2)."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import IntegrityBroken
from services.signing.domain.evidence import CONTAINER_TYPE
from services.signing.domain.frozen import Frozen, FrozenObject
from services.signing.ports.machines import Storage

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_REGULAR_FILE = 0o100644 << 16
# Content is stored, not packed: no page can then look like a bomb (§2 rule 5).
_PACKED_UP_TO_BYTES = 256 * 1024


class ZipEvidence:
    """Write a container into a folder of its own; attachments pass through memory by the megabyte."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @contextmanager
    def write(self, page: Frozen, parts: Mapping[str, bytes], *, storage: Storage) -> Iterator[Path]:
        """Yield the finished file, gone afterwards; the same input gives the same bytes."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            target = Path(folder) / "evidence.asice"
            with zipfile.ZipFile(target, "w") as archive:
                archive.writestr(_entry("mimetype"), CONTAINER_TYPE.encode())
                for item in sorted(page.objects, key=_content_first):
                    _copy(archive, item, storage)
                for path in sorted(parts):
                    archive.writestr(_entry(path, packed=len(parts[path]) <= _PACKED_UP_TO_BYTES), parts[path])
            yield target


def _content_first(item: FrozenObject) -> tuple[bool, str]:
    return item.path.startswith("attachments/"), item.path


def _entry(path: str, *, packed: bool = False) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, date_time=_FIRST_DAY)
    entry.create_system = _UNIX
    entry.external_attr = _REGULAR_FILE
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    return entry


def _copy(archive: zipfile.ZipFile, item: FrozenObject, storage: Storage) -> None:
    entry = _entry(item.path)
    entry.file_size = item.size_bytes
    digest = hashlib.sha256()
    with storage.read(item.sha256, name=item.path.rpartition("/")[2]) as chunks, archive.open(entry, "w") as target:
        for chunk in chunks:
            digest.update(chunk)
            target.write(chunk)
    if digest.hexdigest() != item.sha256:
        raise IntegrityBroken(what="evidence_object", path=item.path)
