"""Show a person what waits for them."""

from dataclasses import dataclass

from services.entries.domain.caller import Caller
from services.entries.domain.views import TodayShown
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class ShowToday:
    """Only pages the person may still read."""

    readings: Readings

    def __call__(self, caller: Caller, *, limit: int) -> TodayShown:
        """Return drafts with unsaved text, pages returned, and pages written lately."""
        with self.readings() as store:
            return store.entries.today(caller.person, limit=limit)
