"""Own the few calls that make a file survive a power cut, and say plainly when the disk is full."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import StorageFull

# EDQUOT is a full disk for this user.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# Read and sent in pieces that neither fill memory nor cost a system call too often.
PIECE_BYTES = 1024 * 1024


@contextmanager
def full_disk_is_typed() -> Iterator[None]:
    """Turn "no space left on device" into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StorageFull(reason="disk_full") from error
        raise


def sync_directory(directory: Path) -> None:
    """Make a rename or creation in ``directory`` durable (POSIX: a file's name belongs to its folder)."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durable_directory(directory: Path) -> None:
    """Create a folder and those above it, each durable in the one above."""
    if directory.is_dir():
        return
    make_durable_directory(directory.parent)
    directory.mkdir(mode=0o700, exist_ok=True)
    sync_directory(directory.parent)


def size_of(path: Path) -> int | None:
    """Return a file's size, None when there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def pieces(path: Path, start: int, size_bytes: int) -> Iterator[bytes]:
    """Return ``size_bytes`` from ``start`` in pieces; fewer when the file ends before."""
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        left = size_bytes
        while left > 0:
            piece = file.read(min(PIECE_BYTES, left))
            if not piece:
                return
            left -= len(piece)
            yield piece
