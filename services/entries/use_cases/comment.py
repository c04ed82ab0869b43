"""Comment on a page, and settle what was said."""

from dataclasses import dataclass, replace

from contracts.errors import FieldProblem, Invalid, NotFound
from contracts.identifiers import CommentId, EntryId
from services.entries.domain.caller import Caller
from services.entries.domain.remarks import Comment, Said, remarked
from services.entries.domain.revision import Author, to_milliseconds
from services.entries.ports.machines import Clock, Ids
from services.entries.ports.unit_of_work import Readings, UnitOfWork, Units


@dataclass(frozen=True, slots=True)
class AddComment:
    """Whatever state the page is in: its text stays as it is."""

    units: Units
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, *, entry: EntryId, said: Said) -> Comment:
        """
        Return the comment.

        Raises:
            NotFound: no such page the actor may read.
            Forbidden: the actor may read it, not comment.
            Invalid: an unknown thread, or somebody mentioned who may not read the page.

        """
        with self.units(caller) as uow:
            if known := uow.recall(caller.request):
                return uow.remarks.get(entry, CommentId(known["comment"]))
            found = uow.entries.lock(entry, person=caller.person)
            found.standing.demand("comment")
            comment = self._comment(uow, caller, entry=entry, said=said, revision=found.entry.head)
            noted = remarked(found.entry)
            uow.remarks.add(comment)
            uow.entries.save(noted)
            concerned = comment.concerned(noted, uow.remarks.thread_authors(entry, comment.thread))
            uow.publish(comment.added(noted, sorted(uow.remarks.readers_among(entry, concerned))))
            uow.remember(caller.request, {"comment": comment.id})
            uow.commit()
        return comment

    def _comment(self, uow: UnitOfWork, caller: Caller, *, entry: EntryId, said: Said, revision: int) -> Comment:
        strangers = set(said.mentions) - uow.remarks.readers_among(entry, said.mentions)
        if strangers:
            raise Invalid(FieldProblem("mentions", "may not read this page", "share it with them first"))
        id_, thread = CommentId(self.ids.new()), _thread(uow, entry, said)
        return Comment(
            id=id_, entry=entry, author=_author(uow, caller), said=replace(said, thread=thread), thread=thread or id_,
            revision=revision, created_at=to_milliseconds(self.clock.now()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ResolveComment:
    """Whoever may comment may settle; what was said stays."""

    units: Units
    clock: Clock

    def __call__(self, caller: Caller, *, entry: EntryId, comment: CommentId, reopen: bool) -> Comment:
        """
        Return the first comment of the thread; a repeat changes nothing.

        Raises:
            NotFound: no such page the actor may read, or no such comment.
            Forbidden: the actor may not comment.
            Invalid: it answers another comment.

        """
        with self.units(caller) as uow:
            found = uow.entries.lock(entry, person=caller.person)
            found.standing.demand("comment")
            before = uow.remarks.get(entry, comment)
            now = to_milliseconds(self.clock.now())
            settled = before.resolved(by=_author(uow, caller), now=now, reopen=reopen)
            if settled == before:
                return before
            noted = remarked(found.entry)
            uow.remarks.settle(settled)
            uow.entries.save(noted)
            uow.publish(settled.settled(noted, reopened=reopen))
            uow.commit()
        return settled


@dataclass(frozen=True, slots=True)
class ListComments:
    """Show what was said."""

    readings: Readings

    def __call__(self, caller: Caller, *, entry: EntryId, after: str | None, limit: int) -> list[Comment]:
        """Return comments, oldest first; NotFound when the actor may not read the page."""
        with self.readings() as store:
            store.drafts.show(entry, person=caller.person).standing.demand("read")
            return store.remarks.page(entry, after=after, limit=limit)


def _thread(uow: UnitOfWork, entry: EntryId, said: Said) -> CommentId | None:
    """Return the thread one speaks in: an answer to an answer belongs to the same."""
    if said.thread is None:
        return None
    try:
        return uow.remarks.get(entry, said.thread).thread
    except NotFound as error:
        raise Invalid(FieldProblem("thread", "no comment of this page", "begin a thread of its own")) from error


def _author(uow: UnitOfWork, caller: Caller) -> Author:
    person = uow.people.several((caller.person,))[0]
    return Author(person.id, person.fields.display_name)
