"""A stand-in for the house of entries, run by the real runner: it knows one page, three people and their labels."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from chassis.bus.edge import Assembled, CallContext, answers
from contracts.entries import calls

ENTRY = "0190a000-0000-7000-8000-000000000001"
PEOPLE = {
    name: calls.PersonView(
        id=name, display_name=name.title(), given_name=name, family_name="", mail=f"{name}@example.org", locale="fr"
    )
    for name in ("ada", "wim", "lea")
}


@dataclass(frozen=True)
class House:
    """Nothing to keep."""

    def close(self) -> None:
        """Nothing to close."""


class EntriesRead:
    """Answers what search and notify ask of entries."""

    name = "entries_read"
    house = Assembled(House)

    @answers(calls.ListIndexable)
    def list_indexable(self, call: calls.ListIndexable, context: CallContext) -> calls.IndexableList:
        """Return the one page to who names it, and nothing to rebuild from: events must do it."""
        if ENTRY not in call.entries:
            return calls.IndexableList(items=())
        now = datetime.now(UTC)
        page = calls.IndexableEntry(
            entry=ENTRY, notebook="n1", notebook_reference="U1234-2026-007", notebook_title="Cahier", number=37,
            reference="U1234-2026-007/37", change_number=3, revision=1, state="open", title="Électrophorèse",
            text="Le gel a migré.", author="ada", author_name="Ada", unit="u1", unit_code="U1234", created_at=now,
            changed_at=now, labels=("notebook:n1",),
        )  # fmt: skip
        return calls.IndexableList(items=(page,))

    @answers(calls.ListReaderLabels)
    def list_reader_labels(self, call: calls.ListReaderLabels, context: CallContext) -> calls.ReaderLabelList:
        """Let Ada alone read the page."""
        label = calls.ReaderLabel(person="ada", label="notebook:n1", from_date=date(2020, 1, 1))
        return calls.ReaderLabelList(items=(label,) if call.person == "ada" else ())

    @answers(calls.DescribeEntry)
    def describe_entry(self, call: calls.DescribeEntry, context: CallContext) -> calls.EntryDescription:
        """Name the page."""
        return calls.EntryDescription(
            entry=call.entry, reference="U1234-2026-007/37", title="Électrophorèse", state="sealed", author="ada",
            notebook="n1", notebook_reference="U1234-2026-007", notebook_title="Cahier", unit="u1", unit_code="U1234",
        )  # fmt: skip

    @answers(calls.GetPeople)
    def get_people(self, call: calls.GetPeople, context: CallContext) -> calls.PeopleList:
        """Return whom it knows."""
        return calls.PeopleList(items=tuple(PEOPLE[one] for one in call.ids if one in PEOPLE))

    @answers(calls.LeadsOf)
    def leads_of(self, call: calls.LeadsOf, context: CallContext) -> calls.PeopleList:
        """Name the lead."""
        return calls.PeopleList(items=(PEOPLE["lea"],))
