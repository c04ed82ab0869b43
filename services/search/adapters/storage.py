"""Ask the house of storage what is written inside files."""

from dataclasses import dataclass

from chassis.bus.client import BusClient
from contracts.errors import NotFound
from contracts.identifiers import Sha256
from contracts.storage import calls
from services.search.domain.page import FileText, TextPlace


@dataclass(frozen=True, slots=True)
class BusFiles:
    """The house of storage behind its contract."""

    bus: BusClient
    timeout_seconds: float

    def text_of(self, sha256: str) -> FileText | None:
        """Return a file's text, empty when there is none to be had; none while it is still being read."""
        try:
            reply = self.bus.call(calls.GetText(sha256=Sha256(sha256)), timeout_seconds=self.timeout_seconds)
        except NotFound:
            return FileText(sha256)
        said = calls.FileText.model_validate(reply, from_attributes=True)
        if said.status == "pending":
            return None
        return FileText(sha256, tuple(TextPlace(place.label, place.text) for place in said.places))
