"""Keep blobs in a directory, each under its digest."""

import os
from collections.abc import Iterator
from pathlib import Path

from contracts.errors import IntegrityBroken, NotFound
from contracts.identifiers import Sha256, UploadId
from services.storage.store.files import (
    full_disk_is_typed,
    make_durable_directory,
    pieces,
    size_of,
    sync_directory,
)
from services.storage.store.incoming import DirectoryIncoming


class DirectoryStore:
    """
    Keep ``<store>/blobs/ab/cd/abcd…``. See the port for what each method promises.

    Two levels of 256 folders hold ten million files with some 150 in each. Blobs are read-only: nothing of ours ever
    opens one for writing, and neither should anybody else by mistake.
    """

    def __init__(self, root: Path, *, reserve_bytes: int = 0) -> None:
        self._folder = root / "blobs"
        self._incoming = DirectoryIncoming(root)
        self._reserve_bytes = reserve_bytes
        make_durable_directory(self._folder)

    def path(self, sha256: Sha256) -> Path:
        """Return where a blob lies."""
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def adopt(self, upload: UploadId, sha256: Sha256, size_bytes: int) -> None:
        """Rename the bytes into place; they were synced when they came, the name is synced now."""
        source, target = self._incoming.path(upload), self.path(sha256)
        if size_of(target) == size_bytes:
            source.unlink(missing_ok=True)
            sync_directory(target.parent)
            return
        if size_of(source) != size_bytes:
            raise NotFound(kind="upload", id=upload)
        with full_disk_is_typed():
            make_durable_directory(target.parent)
            source.chmod(0o400)
            source.replace(target)
            sync_directory(target.parent)

    def size_of(self, sha256: Sha256) -> int | None:
        """Return the size of a blob, None when it is not there."""
        return size_of(self.path(sha256))

    def read(self, sha256: Sha256, start: int, size_bytes: int) -> Iterator[bytes]:
        """Return a range of a blob in pieces."""
        path = self.path(sha256)
        if size_of(path) is None:
            raise NotFound(kind="blob", id=sha256)
        left = size_bytes
        for piece in pieces(path, start, size_bytes):
            left -= len(piece)
            yield piece
        if left:
            raise IntegrityBroken(kind="blob", id=sha256)

    def remove(self, sha256: Sha256) -> None:
        """Delete a blob."""
        self.path(sha256).unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Return the room that is left, without what is kept in reserve."""
        room = os.statvfs(self._folder)
        return max(0, room.f_bavail * room.f_frsize - self._reserve_bytes)
