"""Structures, notebooks, people, shares and callers keep their rules."""

from datetime import date, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Conflict, Forbidden, Invalid, Stale
from contracts.identifiers import EntryId, NotebookId, NotebookReference, PersonId, StructureId
from services.entries.adapters.machine import JcsCanonical, SystemClock, Uuid7Ids
from services.entries.domain.grants import Beneficiary, Target
from services.entries.domain.notebook import Notebook, demand_owner, notebook_reference
from services.entries.domain.people import period
from services.entries.domain.structures import below, root
from tests.builders.entries import NOW, TODAY, caller

ROOT = root(new=StructureId("root"), code="I", name="Institut")
UNIT = below(ROOT, new=StructureId("u"), kind="unit", code="U1234", name="Unité", rors=())


def notebook(**changes: Any) -> Notebook:
    """A notebook of a unit."""
    fields: dict[str, Any] = {
        "id": NotebookId("n"), "reference": NotebookReference("U1234-2026-001"), "title": "Cahier", "path": UNIT.path,
        "unit": UNIT.id, "holders": (PersonId("p"),), "opened_at": NOW,
    }  # fmt: skip
    return Notebook(**{**fields, **changes})


def test_the_tree_has_its_steps_and_no_others() -> None:
    """A team stands under a unit."""
    assert (None, "root") == (ROOT.parent, UNIT.parent)
    assert UNIT.is_under(ROOT.id)
    assert not ROOT.is_under(UNIT.id)
    with pytest.raises(Invalid):
        below(ROOT, new=StructureId("t"), kind="team", code="T", name="T", rors=())


def test_only_units_and_teams_keep_notebooks() -> None:
    """A number needs a unit's code."""
    demand_owner(UNIT)
    with pytest.raises(Invalid):
        demand_owner(ROOT)


def test_a_notebook_is_named_by_unit_year_and_number() -> None:
    """From a thousand on it grows wider."""
    assert "U1234-2026-007" == notebook_reference("U1234", year=2026, number=7)
    assert "U1234-2026-1000" == notebook_reference("U1234", year=2026, number=1000)


def test_a_restricted_notebook_is_closed_to_the_team_not_to_its_leads() -> None:
    """Decision 2."""
    assert ("notebook:n", "team:u", "lead:root", "lead:u") == notebook().labels
    assert ("notebook:n", "lead:root", "lead:u") == notebook(restricted=True).labels


def test_a_notebook_changes_at_its_version() -> None:
    """Stale otherwise; what is not said stays."""
    changed = notebook().changed(expected_version=1, title="Neuf", restricted=None)

    assert ("Neuf", False, 2) == (changed.title, changed.restricted, changed.version)
    restricted = changed.changed(expected_version=2, title=None, restricted=True)
    assert ("Neuf", True) == (restricted.title, restricted.restricted)
    with pytest.raises(Stale):
        changed.changed(expected_version=1, title=None, restricted=None)


def test_a_closed_notebook_takes_no_page_until_it_is_reopened() -> None:
    """Both directions are told once."""
    closed = notebook().closed(now=NOW)

    for refused in (lambda: closed.with_pages(1), lambda: closed.closed(now=NOW), notebook().reopened):
        with pytest.raises(Conflict):
            refused()
    assert 3 == closed.reopened().with_pages(3).entry_count


def test_a_share_names_one_thing_and_one_beneficiary() -> None:
    """Both or none is a mistake."""
    assert "notebook:n" == Target(notebook=NotebookId("n")).label
    assert "entry:e" == Target(entry=EntryId("e")).label
    for wrong in (Target, lambda: Target(NotebookId("n"), EntryId("e")), Beneficiary):
        with pytest.raises(Invalid):
            wrong()


def test_nothing_ends_before_it_begins() -> None:
    """From today unless said otherwise."""
    assert (TODAY, None) == period(None, None, today=TODAY)
    assert (date(2026, 1, 1), TODAY) == period(date(2026, 1, 1), TODAY, today=TODAY)
    with pytest.raises(Invalid):
        period(None, TODAY - timedelta(days=1), today=TODAY)


def test_without_a_person_nobody_reads_or_writes() -> None:
    """A house acting alone has no content rights."""
    assert "p" == caller(PersonId("p")).person
    with pytest.raises(Forbidden):
        _ = caller(None).person


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5))
def test_the_fast_canonical_form_is_the_standards(value: dict[str, Any]) -> None:
    """A record must have one byte form for every verifier (RFC 8785)."""
    assert rfc8785.dumps(value) == JcsCanonical().encode(value)


@pytest.mark.parametrize("value", [2**60, float("nan"), "\ud800"])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    """Better now than at the seal."""
    with pytest.raises(Invalid):
        JcsCanonical().encode({"x": value})


def test_the_machine_gives_time_order_and_the_institutions_day() -> None:
    """Ids sort by time; the day is a day of the zone."""
    from zoneinfo import ZoneInfo

    clock, ids = SystemClock(ZoneInfo("Europe/Paris")), Uuid7Ids()
    first, second = ids.new(), ids.new()

    assert first < second
    assert abs((clock.today() - clock.now().date()).days) <= 1
    assert {"a": [1]} == JcsCanonical().decode(JcsCanonical().encode({"a": (1,)}))
