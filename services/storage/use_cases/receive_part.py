"""Take the bytes of one part as they come: write, hash, sync, note."""

import hashlib
from dataclasses import replace
from threading import Lock

from contracts.errors import Conflict, FieldProblem, Invalid, NotFound
from contracts.identifiers import UploadId
from services.storage.domain.digests import DigestPass, Digests
from services.storage.domain.plan import Part
from services.storage.domain.upload import Upload, UploadState
from services.storage.ports import PartFiles, UnitOfWork, UnitOfWorkFactory

# Each remembers two hash states; one that is forgotten is computed again from the bytes.
_REMEMBERED_UPLOADS = 256


class Progress:
    """
    Follow one upload: the digest of its first parts, and which parts are on their way now.

    Parts that come in order are hashed as they pass; one that overtakes is read back when its turn comes.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.busy: set[int] = set()
        self.start_again()

    def start_again(self) -> None:
        """Hash from the first part on."""
        self.next_part = 1
        self.passed = DigestPass()


class ReceivePart:
    """
    Begin the reception of a part. One per process that receives; safe for threads.

    Each part is received by one request at a time: two writers of the same bytes could mix.
    """

    def __init__(self, uow: UnitOfWorkFactory, incoming: PartFiles) -> None:
        self._uow = uow
        self._incoming = incoming
        self._lock = Lock()
        self._progress: dict[UploadId, Progress] = {}

    def __call__(self, upload_id: UploadId, number: int) -> "Reception":
        """
        Return where to write the bytes to.

        Raises:
            NotFound: The upload was discarded, or has no such part.
            Conflict: The upload is finished, or another request is sending this part.

        """
        with self._uow() as uow:
            upload = uow.uploads.get(upload_id)
            received = _received(uow, upload) if upload is not None else frozenset()
        if upload is None or upload.state is UploadState.DISCARDED or not 1 <= number <= len(upload.parts):
            raise NotFound(kind="upload", id=upload_id)
        if upload.finished:
            raise Conflict(reason="upload_finished", current=upload.state)
        progress = self._claim(upload_id, number)
        return Reception(self, upload, upload.parts[number - 1], progress, repeated=number in received)

    def _claim(self, upload_id: UploadId, number: int) -> Progress:
        with self._lock:
            progress = self._progress.pop(upload_id, None) or Progress()
            self._progress[upload_id] = progress
            self._forget_oldest()
            if number in progress.busy:
                raise Conflict(reason="part_in_progress", current=str(number))
            progress.busy.add(number)
        return progress

    def _forget_oldest(self) -> None:
        idle = [id_ for id_, progress in self._progress.items() if not progress.busy]
        for id_ in idle[: max(0, len(self._progress) - _REMEMBERED_UPLOADS)]:
            del self._progress[id_]

    def release(self, number: int, progress: Progress) -> None:
        """Let others send this part again."""
        with self._lock:
            progress.busy.discard(number)

    def drop(self, upload_id: UploadId) -> None:
        """Remove what a broken part left."""
        self._incoming.drop(upload_id, "")

    def write(self, upload_id: UploadId, offset: int, data: memoryview) -> None:
        """Put bytes at their place."""
        self._incoming.write(upload_id, offset, data)

    def digest_of(self, upload_id: UploadId, part: Part) -> bytes:
        """Hash a part that is there already."""
        seen = hashlib.sha256()
        for piece in self._incoming.read(upload_id, part.offset, part.size_bytes):
            seen.update(piece)
        return seen.digest()

    def note(self, upload: Upload, part: Part, progress: Progress, live: DigestPass | None) -> None:
        """
        Sync and note a part; with the last one, the digests of the whole.

        Raises:
            NotFound: The upload ended while the bytes came.

        """
        self._incoming.sync(upload.id)
        with progress.lock:
            try:
                self._note(upload, part, progress, live)
            except BaseException:
                # What was hashed may not be what is noted.
                progress.start_again()
                raise

    def _note(self, upload: Upload, part: Part, progress: Progress, live: DigestPass | None) -> None:
        received = frozenset({part.number})
        if len(upload.parts) > 1:
            with self._uow() as uow:
                received |= uow.uploads.received(upload.id)
        if live is not None and progress.next_part == part.number:
            progress.passed, progress.next_part = live, part.number + 1
        digests = self._hash_on(upload, progress, received)
        with self._uow() as uow:
            now = uow.uploads.get(upload.id, lock=True)
            if now is None or now.state is not UploadState.PLANNED:
                raise NotFound(kind="upload", id=upload.id)
            uow.uploads.receive(upload.id, part.number)
            if digests is not None:
                uow.uploads.save(replace(now, digests=digests))
            uow.commit()

    def _hash_on(self, upload: Upload, progress: Progress, received: frozenset[int]) -> Digests | None:
        """Read what overtook; return the digests when nothing is missing."""
        parts = upload.parts
        if not received.issuperset(range(1, progress.next_part)):
            progress.start_again()
        while progress.next_part in received:
            part = parts[progress.next_part - 1]
            for piece in self._incoming.read(upload.id, part.offset, part.size_bytes):
                progress.passed.update(piece)
            progress.next_part += 1
        return progress.passed.digests() if progress.next_part > len(parts) else None


def _received(uow: UnitOfWork, upload: Upload) -> frozenset[int]:
    """Return the parts that are there; an upload of one part, as nearly all are, tells by its digests."""
    if len(upload.parts) == 1:
        return frozenset({1}) if upload.digests is not None else frozenset()
    return uow.uploads.received(upload.id)


class Reception:
    """
    Receive one part. Call ``write`` in order, then ``finish``; always ``close``.

    A part that is there already is only compared: what was noted as durable never changes.
    """

    def __init__(self, receive: ReceivePart, upload: Upload, part: Part, progress: Progress, *, repeated: bool) -> None:
        self._receive = receive
        self._upload = upload
        self._part = part
        self._progress = progress
        self._position = 0
        self._done = False
        self._compared = hashlib.sha256() if repeated else None
        with progress.lock:
            self._live = None if repeated or progress.next_part != part.number else progress.passed.fork()

    def write(self, data: memoryview) -> None:
        """
        Take the next bytes.

        Raises:
            Invalid: There are more than the plan says.
            StorageFull: There is no room.

        """
        if self._position + len(data) > self._part.size_bytes:
            raise Invalid(FieldProblem("body", "too_long", f"send {self._part.size_bytes} bytes"))
        if self._compared is not None:
            self._compared.update(data)
        else:
            self._receive.write(self._upload.id, self._part.offset + self._position, data)
        if self._live is not None:
            self._live.update(data)
        self._position += len(data)

    def finish(self) -> None:
        """
        Return when the part is durable.

        Raises:
            Invalid: There are fewer bytes than the plan says.
            Conflict: The part was sent before, with other bytes.
            StorageFull: There was no room after all.

        """
        if self._position != self._part.size_bytes:
            raise Invalid(FieldProblem("body", "too_short", f"send {self._part.size_bytes} bytes"))
        if self._compared is not None:
            if self._receive.digest_of(self._upload.id, self._part) != self._compared.digest():
                raise Conflict(reason="part_differs", current=str(self._part.number))
        elif self._part.size_bytes == 0:
            self._receive.write(self._upload.id, self._part.offset, memoryview(b""))
        self._receive.note(self._upload, self._part, self._progress, self._live)
        self._done = True

    def close(self) -> None:
        """Leave nothing of a part that broke when it is all there is of the upload; let it be sent again."""
        if not self._done and self._compared is None and len(self._upload.parts) == 1:
            self._receive.drop(self._upload.id)
        self._receive.release(self._part.number, self._progress)
