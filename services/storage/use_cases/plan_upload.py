"""Show an upload as a plan: fresh URLs, and which parts are there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.storage.domain.plan import Part
from services.storage.domain.upload import Upload
from services.storage.ports import Clock, Urls


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part, where to send it, and whether it came."""

    part: Part
    url: str
    received: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """An upload and its parts; ``urls_expire_at`` is when fresh URLs must be asked for."""

    upload: Upload
    parts: tuple[PlannedPart, ...]
    urls_expire_at: datetime


@dataclass(frozen=True, slots=True)
class PlanUpload:
    """Sign a URL for every part that is still to come."""

    urls: Urls
    clock: Clock
    url_lifetime_seconds: int

    def __call__(self, upload: Upload, received: frozenset[int]) -> Plan:
        """Return the plan; a part that is there has no URL, for nothing may change it."""
        expires_at = self.clock() + timedelta(seconds=self.url_lifetime_seconds)
        parts = tuple(
            PlannedPart(part, "", received=True)
            if upload.finished or part.number in received
            else PlannedPart(part, self.urls.part(upload.id, part, expires_at=expires_at), received=False)
            for part in upload.parts
        )
        return Plan(upload, parts, expires_at)
