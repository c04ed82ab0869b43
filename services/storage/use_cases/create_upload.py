"""Plan an upload."""

from dataclasses import dataclass, replace
from datetime import timedelta

from contracts.errors import Forbidden, StorageFull
from contracts.identifiers import RequestKey, Sha256, UploadId
from services.storage.domain.names import check_media_type, check_name
from services.storage.domain.plan import part_size
from services.storage.domain.upload import GATEWAY, Owner, Upload
from services.storage.ports import BlobStore, Clock, Incoming, NewId, UnitOfWork, UnitOfWorkFactory
from services.storage.use_cases.plan_upload import Plan, PlanUpload


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client wants to send."""

    name: str
    media_type: str
    size_bytes: int
    sha256: Sha256 | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class CreateUpload:
    """Plan an upload; the same request key twice gives the same upload."""

    uow: UnitOfWorkFactory
    incoming: Incoming
    store: BlobStore
    plan: PlanUpload
    clock: Clock
    new_id: NewId
    upload_lifetime_hours: int

    def __call__(self, wish: Wish, *, asker: Owner, request: RequestKey | None = None) -> Plan:
        """
        Return where to send the bytes.

        Raises:
            Forbidden: The gateway acts for nobody.
            Invalid: Name, media type or size cannot be.
            StorageFull: The bytes would not fit; better told before they travel.

        """
        if asker == Owner(GATEWAY):
            raise Forbidden(reason="no_person")
        upload = self._new(wish, asker)
        self._check_room(upload.size_bytes)
        with self.uow() as uow:
            known = self._repeated(uow, request)
            noted = uow.uploads.received(known.id) if known is not None else frozenset()
        if known is not None:
            there = None if known.finished else self.incoming.parts(known)
            return self.plan(known, noted if there is None else there)
        upload = replace(upload, transfer=self.incoming.begin(upload))
        with self.uow() as uow:
            uow.uploads.add(upload)
            if request is not None:
                uow.remember(request, {"upload": upload.id})
            uow.commit()
        return self.plan(upload, frozenset())

    def _new(self, wish: Wish, asker: Owner) -> Upload:
        now = self.clock()
        return Upload(
            id=UploadId(self.new_id()),
            owner=asker,
            name=check_name(wish.name),
            media_type=check_media_type(wish.media_type),
            size_bytes=wish.size_bytes,
            part_size_bytes=part_size(wish.size_bytes),
            expected=wish.sha256,
            purpose=wish.purpose,
            created_at=now,
            expires_at=now + timedelta(hours=self.upload_lifetime_hours),
        )

    def _check_room(self, size_bytes: int) -> None:
        free_bytes = self.store.free_bytes()
        if free_bytes is not None and size_bytes > free_bytes:
            raise StorageFull(free_bytes=str(free_bytes))

    @staticmethod
    def _repeated(uow: UnitOfWork, request: RequestKey | None) -> Upload | None:
        answered = uow.recall(request) if request is not None else None
        if answered is None:
            return None
        upload = uow.uploads.get(answered["upload"])
        assert upload is not None  # remembered in the commit that added it, and uploads are never deleted
        return upload
