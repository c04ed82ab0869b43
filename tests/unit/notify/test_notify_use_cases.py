"""How notices are noted, sent, listed and read."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count

import pytest

from contracts.errors import Unavailable
from contracts.identifiers import EntryId, MessageId, PersonId
from services.notify.adapters.compose import TemplateComposer
from services.notify.domain.facts import DeliveryFailed, NoticeSent
from services.notify.domain.letter import PageName, Person
from services.notify.domain.telling import Returned, Sealed, Signed, TurnCame
from services.notify.use_cases.deliver_mails import DeliverMails
from services.notify.use_cases.list_notices import ListNotices
from services.notify.use_cases.note_event import NoteEvent
from services.notify.use_cases.read_notices import ReadNotices
from tests.builders.notices import ADA, LEA, NOON, PAGE, WIM
from tests.fakes.notify import Desk, FakeEntries, FakeSink, FakeUnitOfWork

SEALED = Sealed(PAGE.entry, ADA.id, signers=(ADA.id, WIM.id), alone=False)


class House:
    """A house of fakes, with a clock one may move."""

    def __init__(self) -> None:
        self.now = NOON
        self.desk, self.entries, self.sink = Desk(), FakeEntries(), FakeSink()
        open_unit, numbers = partial(FakeUnitOfWork, self.desk), count()
        self.note = NoteEvent(open_unit, self.entries, self.clock, lambda: f"{next(numbers):04d}")
        composer = TemplateComposer(public_url="http://localhost:8080", demo=True)
        self.deliver = DeliverMails(open_unit, self.entries, composer, self.sink, self.clock)
        self.list = ListNotices(open_unit)
        self.read = ReadNotices(open_unit, self.clock)

    def clock(self) -> datetime:
        """Return the time it is here."""
        return self.now


@pytest.fixture
def house() -> House:
    """Return an empty house."""
    return House()


def test_a_seal_mails_author_signer_and_lead(house: House) -> None:
    """The main job ends with the lead's mail."""
    house.note(MessageId("m1"), SEALED)
    assert house.deliver()

    assert {ADA.id, WIM.id, LEA.id} == {fact.person for fact in house.desk.facts}
    assert len(house.sink.mails) == 3
    assert not house.deliver()


def test_a_repeated_event_mails_nobody_again(house: House) -> None:
    """Not even when another lead came meanwhile."""
    house.note(MessageId("m1"), SEALED)
    house.entries.leads = (PersonId("new"),)
    house.note(MessageId("m1"), SEALED)
    house.deliver()

    assert len(house.sink.mails) == 3


def test_an_event_waits_when_the_leads_are_unknown(house: House) -> None:
    """The bus tries again; nobody is forgotten."""
    house.entries.down = True
    with pytest.raises(Unavailable):
        house.note(MessageId("m1"), SEALED)

    assert house.desk.rows == {}


@pytest.mark.parametrize("broken", ["entries", "sink"])
def test_a_mail_waits_for_the_machines_and_is_sent_once(house: House, broken: str) -> None:
    """Entries away or a full disk postpone; they lose and double nothing."""
    house.note(MessageId("m1"), TurnCame(PAGE.entry, WIM.id, "witness"))
    house.entries.down, house.sink.full = broken == "entries", broken == "sink"
    house.deliver()
    house.entries.down = house.sink.full = False
    assert not house.deliver()

    house.now += timedelta(seconds=2)
    house.deliver()

    assert len(house.sink.mails) == 1
    assert [NoticeSent] == [type(fact) for fact in house.desk.facts]


@pytest.mark.parametrize("mail", [None, "no address"])
def test_who_cannot_be_written_to_is_given_up_and_announced(house: House, mail: str | None) -> None:
    """Operators see it; the queue goes on."""
    house.entries.known.pop(WIM.id)
    if mail is not None:
        house.entries.known[WIM.id] = Person(WIM.id, "Wim", mail, "en")
    house.note(MessageId("m1"), TurnCame(PAGE.entry, WIM.id, "witness"))
    house.deliver()

    assert [DeliveryFailed] == [type(fact) for fact in house.desk.facts]
    house.now += timedelta(days=1)
    assert not house.deliver()


def test_who_left_is_written_to_no_more_and_still_named(house: House) -> None:
    """A title tells what others work on, and nothing is theirs to read; their own pages go on bearing their name."""
    house.entries.known[ADA.id] = replace(ADA, has_left=True)
    house.note(MessageId("m1"), TurnCame(PAGE.entry, ADA.id, "author"))
    house.note(MessageId("m2"), TurnCame(PAGE.entry, WIM.id, "witness"))
    house.deliver()

    (mail,) = house.sink.mails.values()
    assert {DeliveryFailed, NoticeSent} == {type(fact) for fact in house.desk.facts}
    assert "Ada Prévost" in mail.text
    assert WIM.mail.encode() in mail.content


@pytest.mark.parametrize("outcome", ["sent", "given_up"])
def test_a_mail_that_another_process_ended_meanwhile_is_announced_once(house: House, outcome: str) -> None:
    """A claim outlived its process: whoever comes second changes nothing."""
    if outcome == "given_up":
        house.entries.known.pop(WIM.id)
    house.note(MessageId("m1"), TurnCame(PAGE.entry, WIM.id, "witness"))
    describe = house.entries.describe

    def overtaken(entry: EntryId) -> PageName:
        house.entries.describe = describe
        house.now += timedelta(seconds=60)
        house.deliver()
        return describe(entry)

    house.entries.describe = overtaken
    house.deliver()

    assert 1 == len(house.desk.facts)


def test_names_are_asked_for_once_a_round(house: House) -> None:
    """A circuit tells the same people again and again."""
    house.note(MessageId("m1"), TurnCame(PAGE.entry, ADA.id, "author"))
    house.note(MessageId("m2"), Returned(PAGE.entry, ADA.id, ADA.id))
    asked = []
    people = house.entries.people
    house.entries.people = lambda ids: asked.append(set(ids)) or people(ids)
    house.deliver()

    assert [{ADA.id}] == asked


def test_a_person_lists_and_reads_what_they_were_told(house: House) -> None:
    """Newest first, in slices; reading counts down."""
    house.note(MessageId("m1"), Signed(PAGE.entry, WIM.id, ADA.id, "witness"))
    house.note(MessageId("m2"), Returned(PAGE.entry, LEA.id, ADA.id))
    assert house.list(ADA.id, limit=5).notices == ()
    house.deliver()

    first = house.list(ADA.id, limit=1)
    second = house.list(ADA.id, limit=1, before=first.before)
    house.read(ADA.id, [first.notices[0].notice.id])

    assert ["returned", "signed"] == [told.notices[0].notice.kind for told in (first, second)]
    assert (2, None) == (first.unread, second.before)
    assert house.list(ADA.id, limit=5).unread == 1
