"""The first act of all, which nobody may repeat and everybody may ask about again."""

from zoneinfo import ZoneInfo

import pytest

from contracts.errors import Conflict, Invalid
from services.entries.adapters.machine import SystemClock
from services.entries.domain.people import PersonFields
from services.entries.wiring import build_writing
from tests.builders.entries import ZONE, StorageDouble, caller
from tests.fakes.entries import FakeStore

CLOCK = SystemClock(ZoneInfo(ZONE))
ADMIN = PersonFields(display_name="Aline Admin", mail="admin@demo.example")


def test_a_repeated_set_up_returns_the_first_administrator() -> None:
    """The answer was lost on the way to the one-time link; anybody else is told that there is an institution."""
    store = FakeStore(CLOCK)
    set_up = build_writing(store.units, store.readings, files=StorageDouble(), clock=CLOCK).set_up_institution
    asked = caller(None, key="k", method="set_up_institution")

    first, again = (set_up(asked, code="DEMO", name="Institut", admin=ADMIN) for _ in range(2))

    assert first == again
    assert ["institution_admin"] == [role.name for role in first.roles]
    assert 1 == len(store.tables.people)
    with pytest.raises(Invalid):
        set_up(caller(None, key="k", method="set_up_institution", digest="1" * 64), code="X", name="X", admin=ADMIN)
    with pytest.raises(Conflict):
        set_up(caller(None), code="X", name="Autre", admin=PersonFields(display_name="B", mail="b@demo.example"))
