"""Show an upload again, so that a broken one can go on."""

from dataclasses import dataclass

from contracts.identifiers import UploadId
from services.storage.domain.upload import Owner
from services.storage.ports import Incoming, UnitOfWorkFactory
from services.storage.use_cases.find_upload import find_upload
from services.storage.use_cases.plan_upload import Plan, PlanUpload


@dataclass(frozen=True, slots=True)
class GetUpload:
    """Return the plan with the parts that are there and fresh URLs for the others."""

    uow: UnitOfWorkFactory
    incoming: Incoming
    plan: PlanUpload

    def __call__(self, id_: UploadId, *, asker: Owner) -> Plan:
        """Return the plan; NotFound when it is not the asker's."""
        with self.uow() as uow:
            upload = find_upload(uow, id_, asker=asker)
            noted = uow.uploads.received(id_)
        known = None if upload.finished else self.incoming.parts(upload)
        return self.plan(upload, noted if known is None else known)
