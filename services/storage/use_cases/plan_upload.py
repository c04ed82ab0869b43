"""Show an upload as a plan: fresh URLs, and which parts are there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.storage.domain.plan import Part
from services.storage.domain.upload import Upload
from services.storage.ports import Clock, Urls

# At 64 MiB each they are 62 GiB, more than a line of 1 Gbit/s carries while a URL lasts.
MOST_SIGNED = 1_000


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part, where to send it, and whether it came."""

    part: Part
    url: str
    received: bool
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """An upload and its parts; ``urls_expire_at`` is when fresh URLs must be asked for."""

    upload: Upload
    parts: tuple[PlannedPart, ...]
    urls_expire_at: datetime


@dataclass(frozen=True, slots=True)
class PlanUpload:
    """Sign URLs for the parts that are still to come, as many as can be sent before they expire."""

    urls: Urls
    clock: Clock
    url_lifetime_seconds: int

    def __call__(self, upload: Upload, received: frozenset[int]) -> Plan:
        """
        Return the plan.

        A part that is there has no URL, for nothing may change it; nor has one so far behind that it gets its turn
        in a later plan.
        """
        expires_at = self.clock() + timedelta(seconds=self.url_lifetime_seconds)
        parts: list[PlannedPart] = []
        signed = 0
        for part in upload.parts:
            if upload.finished or part.number in received:
                parts.append(PlannedPart(part, "", received=True))
            elif signed == MOST_SIGNED:
                parts.append(PlannedPart(part, "", received=False))
            else:
                address = self.urls.part(upload, part, expires_at=expires_at)
                parts.append(PlannedPart(part, address.url, received=False, headers=address.headers))
                signed += 1
        return Plan(upload, tuple(parts), expires_at)
