"""Show a person what they were told."""

from dataclasses import dataclass

from contracts.identifiers import NoticeId, PersonId
from services.notify.domain.notice import ToldNotice
from services.notify.ports import UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class Told:
    """A slice of a person's notices, how many are unread in all, and where the next slice begins."""

    notices: tuple[ToldNotice, ...]
    unread: int
    before: NoticeId | None


@dataclass(frozen=True, slots=True)
class ListNotices:
    """List a person's own notices, newest first."""

    open_unit: UnitOfWorkFactory

    def __call__(
        self, person: PersonId, *, limit: int, before: NoticeId | None = None, unread_only: bool = False
    ) -> Told:
        """Return the slice from before ``before`` on."""
        with self.open_unit() as unit:
            found = unit.told(person, limit=limit + 1, before=before, unread_only=unread_only)
            unread = unit.unread(person)
        shown = found[:limit]
        return Told(shown, unread, shown[-1].notice.id if len(found) > limit else None)
