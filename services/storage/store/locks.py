"""Note beside the blobs of a directory until when each must stay."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from contracts.errors import Sealed, Unavailable
from contracts.identifiers import Sha256
from services.storage.ports import Lock
from services.storage.store.files import full_disk_is_typed, make_durable_directory, sync_directory


class DirectoryLocks:
    """
    Keep ``<store>/locks/ab/cd/abcd…`` as JSON: ``{"until": RFC 3339 or null, "held": bool}``.

    They stop every program of ours, operators' commands included. Against whoever owns the disk only an Object Lock in
    compliance mode, or a medium that cannot be rewritten, helps.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / "locks"

    def read(self, sha256: Sha256) -> Lock:
        """Return what is written; nothing is an open lock."""
        try:
            written = json.loads(self._path(sha256).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Lock()
        until = datetime.fromisoformat(written["until"]) if written["until"] else None
        return Lock(until, held=written["held"])

    def retain(self, sha256: Sha256, until: datetime) -> None:
        """Lengthen the time; it never shrinks."""
        now = self.read(sha256)
        if now.until is None or now.until < until:
            self._write(sha256, Lock(until, held=now.held))

    def hold(self, sha256: Sha256, *, held: bool) -> None:
        """Set or lift the hold."""
        now = self.read(sha256)
        if now.held is not held:
            self._write(sha256, Lock(now.until, held=held))

    def refuse_closed(self, sha256: Sha256) -> None:
        """
        Let only an open lock pass.

        Raises:
            Sealed: It is closed.

        """
        lock = self.read(sha256)
        if lock.closed(datetime.now(UTC)):
            raise Sealed(kind="blob", id=sha256, reason="on_hold" if lock.held else "retained")

    def forget(self, sha256: Sha256) -> None:
        """Remove the note of a blob that is gone."""
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: Sha256) -> Path:
        return self._folder / sha256[:2] / sha256[2:4] / sha256

    def _write(self, sha256: Sha256, lock: Lock) -> None:
        path = self._path(sha256)
        draft = path.with_suffix(".draft")
        until = lock.until.isoformat() if lock.until else None
        with full_disk_is_typed():
            make_durable_directory(path.parent)
            with draft.open("w", encoding="utf-8") as file:
                json.dump({"until": until, "held": lock.held}, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            sync_directory(path.parent)
        if self.read(sha256) != lock:
            raise Unavailable(machine="store", reason="lock_not_taken")
