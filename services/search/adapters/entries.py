"""Ask the house of entries for pages and labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.bus.client import BusClient
from contracts.entries import calls
from contracts.identifiers import EntryId, PersonId
from services.search.domain.page import AttachedFile, IndexedField, IndexedPage, ReaderLabel
from services.search.ports import PageSlice

# Slices of a rebuild: a page holds its whole text, and a reply should stay far under a megabyte.
PAGES_A_SLICE = 50
LABELS_A_SLICE = 200


@dataclass(frozen=True, slots=True)
class BusEntries:
    """The house of entries behind its contract."""

    bus: BusClient
    timeout_seconds: float

    def indexable(self, entries: Sequence[EntryId]) -> tuple[IndexedPage, ...]:
        """Return entries as they are now, those that are known."""
        slices = (entries[begin : begin + PAGES_A_SLICE] for begin in range(0, len(entries), PAGES_A_SLICE))
        return tuple(page for one in slices for page in self._pull(calls.ListIndexable(entries=tuple(one))).pages)

    def list_indexable(self, cursor: str | None) -> PageSlice:
        """Return the next slice of all entries."""
        return self._pull(calls.ListIndexable(cursor=cursor, limit=PAGES_A_SLICE))

    def labels_of(self, person: PersonId) -> tuple[ReaderLabel, ...]:
        """Return every label a person holds, slice by slice."""
        found: list[ReaderLabel] = []
        cursor: str | None = None
        while True:
            call = calls.ListReaderLabels(person=person, cursor=cursor, limit=LABELS_A_SLICE)
            reply = calls.ReaderLabelList.model_validate(
                self.bus.call(call, timeout_seconds=self.timeout_seconds), from_attributes=True
            )
            found += [ReaderLabel(item.label, item.from_date, item.until_date) for item in reply.items]
            if (cursor := reply.next_cursor) is None:
                return tuple(found)

    def _pull(self, call: calls.ListIndexable) -> PageSlice:
        reply = calls.IndexableList.model_validate(
            self.bus.call(call, timeout_seconds=self.timeout_seconds), from_attributes=True
        )
        return PageSlice(tuple(_page(item) for item in reply.items), reply.next_cursor)


def _page(reply: calls.IndexableEntry) -> IndexedPage:
    return IndexedPage(
        entry=reply.entry, change_number=reply.change_number, revision=reply.revision,
        notebook=reply.notebook, notebook_reference=reply.notebook_reference, notebook_title=reply.notebook_title,
        reference=reply.reference, number=reply.number, state=reply.state, title=reply.title, text=reply.text,
        tags=reply.tags, comments=reply.comments,
        fields=tuple(IndexedField(field.name, field.value) for field in reply.fields),
        files=tuple(AttachedFile(file.name, file.sha256, file.media_type) for file in reply.attachments),
        author=reply.author, author_name=reply.author_name, unit=reply.unit, unit_code=reply.unit_code,
        team=reply.team, team_name=reply.team_name, created_at=reply.created_at, changed_at=reply.changed_at,
        labels=reply.labels, denied=reply.denied,
    )  # fmt: skip
