"""Bring the labels a person holds up to date."""

from dataclasses import dataclass

from contracts.identifiers import PersonId
from services.search.ports import Entries, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class RefreshReaderLabels:
    """
    Pull a person's labels under a ticket taken before the pull.

    Two refreshes may overtake each other. The ticket makes the later one win: it was taken after the change it
    serves was committed, so its pull shows every change of the earlier one too.
    """

    open_unit: UnitOfWorkFactory
    entries: Entries

    def __call__(self, person: PersonId) -> None:
        """
        Replace the labels of ``person``; until that is done no search uses the old ones.

        Raises:
            Unavailable: entries does not answer; the person stays marked, and the next search tries again.

        """
        with self.open_unit() as unit:
            ticket = unit.want_labels(person)
            unit.commit()
        labels = self.entries.labels_of(person)
        with self.open_unit() as unit:
            unit.put_labels(person, labels, ticket=ticket)
            unit.commit()


@dataclass(frozen=True, slots=True)
class DistrustAllLabels:
    """Mark everybody's labels stale: who searches next is asked for anew (a whole team or unit got a grant)."""

    open_unit: UnitOfWorkFactory

    def __call__(self) -> None:
        """Mark them; costs one statement, whatever the number of people."""
        with self.open_unit() as unit:
            unit.want_everybodys_labels()
            unit.commit()
