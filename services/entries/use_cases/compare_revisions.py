"""Show what changed between two revisions."""

from dataclasses import dataclass

from contracts.errors import NotFound
from contracts.identifiers import EntryId, RevisionNumber
from services.entries.domain.caller import Caller
from services.entries.domain.comparison import Comparison, compare
from services.entries.ports.machines import Canonical
from services.entries.ports.unit_of_work import Readings


@dataclass(frozen=True, slots=True)
class CompareRevisions:
    """Both records are read as they were stored: what is compared is what was or will be signed."""

    readings: Readings
    canonical: Canonical

    def __call__(self, caller: Caller, *, entry: EntryId, before: RevisionNumber, after: RevisionNumber) -> Comparison:
        """Return what changed; NotFound when there are no such revisions the actor may read."""
        records = []
        with self.readings() as store:
            for number in (before, after):
                shown, standing = store.entries.revision(entry, number, person=caller.person)
                standing.demand("read")
                if shown is None or shown.record is None:
                    raise NotFound(kind="revision")
                records.append(self.canonical.decode(shown.record))
        return compare(records[0], records[1])
