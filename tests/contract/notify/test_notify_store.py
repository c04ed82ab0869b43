"""What every store of notices promises, in memory and in PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.identifiers import PersonId
from services.notify.domain.letter import Mail
from services.notify.ports import UnitOfWork
from services.notify.store.unit_of_work import PostgresUnitOfWork
from tests.builders.notices import ADA, NOON, WIM, notice
from tests.fakes.notify import Desk, FakeUnitOfWork

LATER = NOON + timedelta(minutes=1)
OpenUnit = Callable[[], UnitOfWork]


@pytest.fixture(params=["fake", "postgresql"])
def open_unit(request: pytest.FixtureRequest) -> Iterator[OpenUnit]:
    """Return an empty store of each kind."""
    if request.param == "fake":
        yield partial(FakeUnitOfWork, Desk())
        return
    settings = DatabaseSettings.model_validate(request.getfixturevalue("house_database")("notify"))
    engine = open_engine(settings, application_name="notify-test")
    yield partial(PostgresUnitOfWork, engine, lambda: NOON)
    engine.dispose()


def add(open_unit: OpenUnit, *notices: object) -> None:
    """Note and commit."""
    with open_unit() as unit:
        unit.add(notices)
        unit.commit()


def test_event_person_and_kind_are_noted_once(open_unit: OpenUnit) -> None:
    """A redelivered event tells nobody twice."""
    add(open_unit, notice(1))
    add(open_unit, notice(2, event=notice(1).event), notice(3, event=notice(1).event, person=ADA.id))

    with open_unit() as unit:
        claimed = unit.claim(10, now=NOON, until=LATER)
        assert {notice(1).id, notice(3).id} == {one.notice.id for one in claimed}
        assert unit.knows(notice(1).event)
        assert not unit.knows(notice(9).event)


def test_a_claimed_mail_is_nobody_elses_until_its_time_is_over(open_unit: OpenUnit) -> None:
    """A second worker passes over it; a dead one's mail comes back."""
    add(open_unit, notice(1))
    with open_unit() as unit:
        (first,) = unit.claim(10, now=NOON, until=LATER)
        unit.commit()

    with open_unit() as unit:
        assert unit.claim(10, now=NOON, until=LATER) == ()
        (again,) = unit.claim(10, now=LATER, until=LATER + timedelta(minutes=1))
    assert (1, 2) == (first.attempts, again.attempts)
    assert notice(1) == again.notice


def test_a_mail_is_sent_once(open_unit: OpenUnit) -> None:
    """Two workers may both have written it; only one may announce it."""
    add(open_unit, notice(1))
    mail = Mail("id", "Title", "Text", b"")
    with open_unit() as unit:
        assert unit.sent(notice(1), mail, at=NOON)
        assert not unit.sent(notice(1), mail, at=NOON)
        assert not unit.fail(notice(1), "late")
        assert unit.claim(10, now=LATER, until=LATER) == ()


def test_a_postponed_mail_is_due_later(open_unit: OpenUnit) -> None:
    """Nothing is retried in a hot loop."""
    add(open_unit, notice(1))
    with open_unit() as unit:
        unit.postpone(notice(1), until=LATER)
        assert unit.claim(10, now=NOON, until=LATER) == ()
        assert len(unit.claim(10, now=LATER, until=LATER)) == 1


def test_a_person_sees_their_own_notices_newest_first_in_slices(open_unit: OpenUnit) -> None:
    """Nobody sees another's, and nothing before its words are written."""
    add(open_unit, *(notice(number) for number in range(1, 5)), notice(9, person=ADA.id), notice(10))
    with open_unit() as unit:
        for number in (1, 2, 3, 4):
            unit.sent(notice(number), Mail("id", f"Title {number}", "Text", b""), at=NOON)
        unit.sent(notice(9, person=ADA.id), Mail("id", "Ada's", "Text", b""), at=NOON)
        first = unit.told(WIM.id, limit=3)
        rest = unit.told(WIM.id, limit=3, before=first[-1].notice.id)

        assert ["Title 4", "Title 3", "Title 2"] == [told.title for told in first]
        assert ["Title 1"] == [told.title for told in rest]
        assert unit.unread(WIM.id) == 4


def test_only_ones_own_notices_are_marked_read_and_once(open_unit: OpenUnit) -> None:
    """Reading is idempotent and never reaches another's notices."""
    add(open_unit, notice(1), notice(2))
    with open_unit() as unit:
        for number in (1, 2):
            unit.sent(notice(number), Mail("id", "Title", "Text", b""), at=NOON)
        unit.read(PersonId("stranger"), [notice(1).id], at=NOON)
        assert unit.unread(WIM.id) == 2

        unit.read(WIM.id, [notice(1).id], at=NOON)
        unit.read(WIM.id, [notice(1).id], at=LATER)
        (told,) = [one for one in unit.told(WIM.id, limit=9) if one.read_at is not None]
        assert (notice(1).id, NOON) == (told.notice.id, told.read_at)
        assert [notice(2).id] == [one.notice.id for one in unit.told(WIM.id, limit=9, unread_only=True)]


def test_nothing_is_kept_without_commit(open_unit: OpenUnit) -> None:
    """Leaving a unit of work early rolls it back."""
    with open_unit() as unit:
        unit.add([notice(1)])

    with open_unit() as unit:
        assert not unit.knows(notice(1).event)
