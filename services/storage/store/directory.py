"""Keep blobs in a directory, each under its digest."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from contracts.errors import IntegrityBroken, NotFound
from contracts.identifiers import Sha256
from services.storage.domain.digests import Digests
from services.storage.domain.upload import Upload
from services.storage.ports import BlobRef, Lock
from services.storage.store.files import (
    full_disk_is_typed,
    make_durable_directory,
    pieces,
    size_of,
    sync_directory,
)
from services.storage.store.incoming import DirectoryIncoming
from services.storage.store.locks import DirectoryLocks


class DirectoryStore:
    """
    Keep ``<store>/blobs/ab/cd/abcd…``. See the port for what each method promises.

    Two levels of 256 folders hold ten million files with some 150 in each. Blobs are read-only: nothing of ours ever
    opens one for writing, and neither should anybody else by mistake. A blob's place is the time of its file's last
    change: bytes put over it later have another.
    """

    def __init__(self, root: Path, *, reserve_bytes: int = 0) -> None:
        self._folder = root / "blobs"
        self._incoming = DirectoryIncoming(root)
        self._locks = DirectoryLocks(root)
        self._reserve_bytes = reserve_bytes
        make_durable_directory(self._folder)

    def path(self, sha256: Sha256) -> Path:
        """Return where a blob lies."""
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def adopt(self, upload: Upload, digests: Digests) -> str:
        """Rename the bytes into place; they were synced when they came, the name is synced now."""
        source, target = self._incoming.path(upload.id), self.path(digests.sha256)
        if size_of(target) == upload.size_bytes:
            source.unlink(missing_ok=True)
            sync_directory(target.parent)
            return _place(target)
        if size_of(source) != upload.size_bytes:
            raise NotFound(kind="upload", id=upload.id)
        with full_disk_is_typed():
            make_durable_directory(target.parent)
            source.chmod(0o400)
            source.replace(target)
            sync_directory(target.parent)
        return _place(target)

    def size_of(self, blob: BlobRef) -> int | None:
        """Return the size of a blob, None when it is not there."""
        return size_of(self.path(blob.sha256))

    def read(self, blob: BlobRef, start: int, size_bytes: int) -> Iterator[bytes]:
        """Return a range of a blob in pieces."""
        path = self.path(blob.sha256)
        if size_of(path) is None:
            raise NotFound(kind="blob", id=blob.sha256)
        left = size_bytes
        try:
            for piece in pieces(path, start, size_bytes):
                left -= len(piece)
                yield piece
        except OSError as error:
            # EIO: the disk itself says that it cannot.
            raise IntegrityBroken(kind="blob", id=blob.sha256, reason="unreadable") from error
        if left:
            raise IntegrityBroken(kind="blob", id=blob.sha256, reason="truncated")

    def is_current(self, blob: BlobRef) -> bool:
        """Compare the time of the last change with the one at adoption."""
        path = self.path(blob.sha256)
        return size_of(path) is not None and blob.place in {"", _place(path)}

    def remove(self, blob: BlobRef) -> None:
        """Delete a blob whose lock is open."""
        self._locks.refuse_closed(blob.sha256)
        self.path(blob.sha256).unlink(missing_ok=True)
        self._locks.forget(blob.sha256)

    def retain(self, blob: BlobRef, until: datetime) -> None:
        """Note until when it stays."""
        self._present(blob)
        self._locks.retain(blob.sha256, until)

    def hold(self, blob: BlobRef, *, held: bool) -> None:
        """Note that it stays however long, or no longer does."""
        self._present(blob)
        self._locks.hold(blob.sha256, held=held)

    def lock_of(self, blob: BlobRef) -> Lock:
        """Return the lock as it is written."""
        return self._locks.read(blob.sha256)

    def everything(self) -> Iterator[BlobRef]:
        """Walk the folders."""
        for folder, _, names in os.walk(self._folder):
            for path in (Path(folder) / name for name in sorted(names)):
                yield BlobRef(Sha256(path.name), path.stat().st_size, _place(path))

    def free_bytes(self) -> int:
        """Return the room that is left, without what is kept in reserve."""
        room = os.statvfs(self._folder)
        return max(0, room.f_bavail * room.f_frsize - self._reserve_bytes)

    def answers(self) -> bool:
        """Look whether the folder is there: a disk may have been taken away."""
        return self._folder.is_dir()

    def _present(self, blob: BlobRef) -> None:
        if size_of(self.path(blob.sha256)) is None:
            raise NotFound(kind="blob", id=blob.sha256)


def _place(path: Path) -> str:
    return str(path.stat().st_mtime_ns)
