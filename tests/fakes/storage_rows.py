# ruff: noqa: D102 -- the ports say what each method promises
"""The rows of storage in memory: checks, locks and holds of blobs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contracts.identifiers import HoldId, NotebookId, Sha256, UploadId
from services.storage.domain.facts import Damage, Fact
from services.storage.domain.hold import Hold, HoldShown
from services.storage.domain.reading import Reading
from services.storage.domain.upload import Upload, UploadState
from services.storage.ports import BlobRef, StoredBlob


@dataclass
class Rows:
    """All a fake database keeps."""

    uploads: dict[UploadId, Upload] = field(default_factory=dict)
    parts: dict[UploadId, set[int]] = field(default_factory=dict)
    blobs: dict[Sha256, StoredBlob] = field(default_factory=dict)
    requests: dict[tuple[str, str, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)
    readings: dict[Sha256, tuple[Reading, int]] = field(default_factory=dict)
    asked: set[tuple[Sha256, int]] = field(default_factory=set)
    checks: dict[Sha256, tuple[datetime, Damage | None]] = field(default_factory=dict)
    locks: dict[Sha256, datetime] = field(default_factory=dict)
    holds: dict[HoldId, Hold] = field(default_factory=dict)
    reached: dict[HoldId, set[NotebookId]] = field(default_factory=dict)
    naming: set[tuple[Sha256, NotebookId]] = field(default_factory=set)
    held: set[Sha256] = field(default_factory=set)
    published: list[Fact] = field(default_factory=list)


class FakeCare:
    """The state of blobs in a dictionary."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def longest_unchecked(self, before: datetime) -> StoredBlob | None:
        never = datetime.min.replace(tzinfo=UTC)
        due = {sha256: self._rows.checks.get(sha256, (never, None))[0] for sha256 in self._rows.blobs}
        oldest = min(due, key=lambda sha256: due[sha256], default=None)
        return self._rows.blobs[oldest] if oldest is not None and due[oldest] < before else None

    def checked(self, sha256: Sha256, *, at: datetime, damage: Damage | None) -> Damage | None:
        before = self._rows.checks.get(sha256, (at, None))[1]
        self._rows.checks[sha256] = (at, damage)
        return before

    def to_lock(self, before: datetime, *, limit: int) -> list[StoredBlob]:
        kept = {
            upload.digests.sha256
            for upload in self._rows.uploads.values()
            if upload.digests is not None
            and (
                upload.state is UploadState.KEPT
                or (upload.state is UploadState.COMPLETE and upload.owner.issuer != "gateway")
            )
        }
        return [
            blob
            for sha256, blob in self._rows.blobs.items()
            if sha256 in kept
            and self._rows.checks.get(sha256, (before, None))[1] is None
            and self._rows.locks.get(sha256, datetime.min.replace(tzinfo=UTC)) < before
        ][:limit]

    def locked(self, sha256: Sha256, until: datetime) -> None:
        self._rows.locks[sha256] = until

    def after(self, sha256: str, *, limit: int) -> list[StoredBlob]:
        return [self._rows.blobs[each] for each in sorted(self._rows.blobs) if each > sha256][:limit]

    def knows(self, blob: BlobRef) -> bool:
        return blob.sha256 in self._rows.blobs


class FakeHolds:
    """Holds in a dictionary."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, hold: Hold, notebooks: Sequence[NotebookId]) -> None:
        self._rows.holds[hold.id] = hold
        self.reach(hold.id, notebooks)

    def get(self, id_: HoldId, *, lock: bool = False) -> Hold | None:
        return self._rows.holds.get(id_)

    def save(self, hold: Hold) -> None:
        self._rows.holds[hold.id] = hold

    def show(self, id_: HoldId) -> HoldShown:
        return next(shown for shown in self.page(after=None, limit=1000) if shown.hold.id == id_)

    def page(self, *, after: HoldId | None, limit: int) -> list[HoldShown]:
        newest = sorted(self._rows.holds.values(), key=lambda hold: hold.id, reverse=True)
        return [
            HoldShown(hold, len(self._files(hold)), sum(sha256 in self._rows.held for sha256 in self._files(hold)))
            for hold in newest
            if after is None or hold.id < after
        ][:limit]

    def units(self) -> list[Hold]:
        return [hold for hold in self._rows.holds.values() if hold.scope == "unit" and hold.lifted_at is None]

    def reach(self, id_: HoldId, notebooks: Sequence[NotebookId]) -> None:
        self._rows.reached.setdefault(id_, set()).update(notebooks)

    def name(self, notebook: NotebookId, digests: Sequence[Sha256]) -> None:
        self._rows.naming.update((sha256, notebook) for sha256 in digests)

    def on_hold(self, upload: Upload) -> bool:
        return any(
            hold.scope == "person" and hold.subject == upload.owner.person and hold.lifted_at is None
            for hold in self._rows.holds.values()
        )

    def arrived(self, upload: Upload) -> None:
        """Nothing is marked: what is due is found by looking at everything."""

    def keeps_bytes(self, sha256: Sha256) -> bool:
        return any(sha256 == named for named, _ in self._rows.naming) or self._reached(sha256)

    def due(self, *, limit: int) -> list[tuple[StoredBlob, bool]]:
        wrong = [sha256 for sha256 in self._rows.blobs if self._reached(sha256) is not (sha256 in self._rows.held)]
        return [(self._rows.blobs[sha256], self._reached(sha256)) for sha256 in wrong][:limit]

    def applied(self, sha256: Sha256, *, held: bool) -> None:
        (self._rows.held.add if held else self._rows.held.discard)(sha256)

    def _reached(self, sha256: Sha256) -> bool:
        lasting = [hold for hold in self._rows.holds.values() if hold.lifted_at is None]
        return any(sha256 in self._files(hold) for hold in lasting)

    def _files(self, hold: Hold) -> set[Sha256]:
        sent = {
            upload.digests.sha256
            for upload in self._rows.uploads.values()
            if upload.finished and upload.digests is not None and upload.owner.person == hold.subject
        }
        books = self._rows.reached.get(hold.id, set())
        named = {sha256 for sha256, notebook in self._rows.naming if notebook in books}
        return named | (sent if hold.scope == "person" else set())
