"""Hold bytes on their way in: one file an upload, each part at its own place."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from contracts.identifiers import UploadId
from services.storage.domain.digests import Digests
from services.storage.domain.upload import Upload
from services.storage.ports import Stray
from services.storage.store.files import full_disk_is_typed, make_durable_directory, pieces


class DirectoryIncoming:
    """
    Keep ``<store>/incoming/<upload>``. See the port for what each method promises.

    Parts are written where they belong in the whole, so that completing is a rename and no byte is copied.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / "incoming"
        make_durable_directory(self._folder)

    def path(self, upload: UploadId) -> Path:
        """Return where an upload's bytes lie."""
        return self._folder / upload

    def write(self, upload: UploadId, offset: int, data: memoryview) -> None:
        """Put bytes at their place; a short write goes on until it is whole or fails."""
        with full_disk_is_typed():
            descriptor = os.open(self.path(upload), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                while data:
                    written = os.pwrite(descriptor, data, offset)
                    data, offset = data[written:], offset + written
            finally:
                os.close(descriptor)

    def sync(self, upload: UploadId) -> None:
        """Return when the bytes are on the disk; some file systems only now see that it is full."""
        with full_disk_is_typed():
            descriptor = os.open(self.path(upload), os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)

    def read(self, upload: UploadId, offset: int, size_bytes: int) -> Iterator[bytes]:
        """Return written bytes in pieces."""
        return pieces(self.path(upload), offset, size_bytes)

    def begin(self, upload: Upload) -> str:  # noqa: ARG002 -- the first part makes the file
        """Need nothing made ready."""
        return ""

    def parts(self, upload: Upload) -> None:
        """Leave it to the rows."""

    def digests(self, upload: Upload) -> Digests | None:
        """Return what was computed while the parts came."""
        return upload.digests

    def drop(self, id_: UploadId, transfer: str = "") -> None:  # noqa: ARG002 -- the id says it all
        """Forget an upload's bytes."""
        self.path(id_).unlink(missing_ok=True)

    def abandon(self, stray: Stray) -> None:
        """Forget bytes of no upload; what was adopted was renamed and lies elsewhere."""
        self.drop(stray.upload)

    def untouched_since(self, moment: datetime) -> list[Stray]:
        """Return uploads whose file was last written to before ``moment``."""
        with os.scandir(self._folder) as entries:
            old = sorted(entry.name for entry in entries if entry.stat().st_mtime < moment.timestamp())
        return [Stray(UploadId(name)) for name in old]
