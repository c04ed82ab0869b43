"""Stand at the bus for the house of notify: parse, call a use case, answer."""

from chassis.bus.edge import Assembled, CallContext, answers, listens
from contracts.entries import events as entries
from contracts.envelope import Done, Envelope
from contracts.errors import Forbidden
from contracts.identifiers import NoticeId, PersonId
from contracts.notify import calls
from contracts.search import events as search
from contracts.signing import events as signing
from contracts.storage import events as storage
from services.notify.domain.letter import Alarm, AlarmKind
from services.notify.domain.notice import ToldNotice
from services.notify.domain.telling import Commented, Happening, Returned, Sealed, Signed, TurnCame
from services.notify.wiring import House, assemble


class Notify:
    """The house of notify on the bus."""

    name = "notify"
    house: House = Assembled(assemble)

    @answers(calls.ListNotices)
    def list_notices(self, call: calls.ListNotices, context: CallContext) -> calls.NoticeList:
        """List the acting person's notices; the cursor is the id of the last one seen."""
        before = NoticeId(call.cursor) if call.cursor is not None else None
        told = self.house.list_notices(_person(context), limit=call.limit, before=before, unread_only=call.unread_only)
        return calls.NoticeList(
            items=tuple(_notice(one) for one in told.notices), unread=told.unread, next_cursor=told.before
        )

    @answers(calls.ReadNotices)
    def read_notices(self, call: calls.ReadNotices, context: CallContext) -> Done:
        """Mark the acting person's notices as read."""
        self.house.read_notices(_person(context), call.ids)
        return Done()

    @listens(entries.CommentAdded)
    def comment_added(self, event: entries.CommentAdded, envelope: Envelope) -> None:
        """Tell who is named, and who has a part in it."""
        self._note(envelope, Commented(event.entry, event.by, event.mentioned, event.others, event.author))

    @listens(signing.StepDue)
    def step_due(self, event: signing.StepDue, envelope: Envelope) -> None:
        """Tell the signer."""
        self._note(envelope, TurnCame(event.entry, event.person, event.role))

    @listens(signing.StepSigned)
    def step_signed(self, event: signing.StepSigned, envelope: Envelope) -> None:
        """Tell the author."""
        self._note(envelope, Signed(event.entry, event.person, event.author, event.role))

    @listens(signing.CircuitReturned)
    def circuit_returned(self, event: signing.CircuitReturned, envelope: Envelope) -> None:
        """Tell the author."""
        self._note(envelope, Returned(event.entry, event.by, event.author))

    @listens(signing.EntrySealed)
    def entry_sealed(self, event: signing.EntrySealed, envelope: Envelope) -> None:
        """Tell author, signers and leads."""
        self._note(envelope, Sealed(event.entry, event.author, event.signers, event.alone))

    @listens(storage.IntegrityBroken)
    def integrity_broken(self, event: storage.IntegrityBroken, envelope: Envelope) -> None:
        """Tell the operators."""
        self._alarm(envelope, "integrity_broken", sha256=event.sha256, damage=event.reason)

    @listens(search.PageRefused)
    def page_refused(self, event: search.PageRefused, envelope: Envelope) -> None:
        """Tell the operators."""
        self._alarm(envelope, "page_refused", entry=event.entry)

    def _alarm(self, envelope: Envelope, kind: AlarmKind, **names: str) -> None:
        self.house.raise_alarm(Alarm(envelope.message_id, kind, names, envelope.occurred_at))

    def _note(self, envelope: Envelope, happening: Happening) -> None:
        self.house.note_event(envelope.message_id, happening)
        self.house.sender.wake()


def _person(context: CallContext) -> PersonId:
    if context.actor.person is None:
        raise Forbidden(action="read_notices")
    return context.actor.person


def _notice(told: ToldNotice) -> calls.Notice:
    notice = told.notice
    return calls.Notice(
        id=notice.id, kind=notice.kind, entry=notice.entry, title=told.title, text=told.text, path=notice.path,
        created_at=notice.created_at, read_at=told.read_at,
    )  # fmt: skip
