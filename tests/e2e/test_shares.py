"""Who may read changes at once, in pages and in search counts, and only for those it concerns."""

import datetime as dt
from collections.abc import Callable
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from tests.e2e.laboratory import EFFECT_SECONDS, Laboratory, Visitor
from tests.e2e.system import System
from tests.servers.processes import wait_until

# Days are the institution's (decisions.md 4), wherever the tests run.
ZONE = ZoneInfo("Europe/Paris")


def _day(offset: int = 0) -> str:
    return (dt.datetime.now(ZONE).date() + dt.timedelta(days=offset)).isoformat()


def _word() -> str:
    """Return a word no other page has, of letters alone."""
    return "zy" + "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex[:16])


def _shown(reader: Visitor, entry: str, word: str, *, count: int) -> None:
    """Assert that page and search say the same: the page at once, the count as soon as search heard."""
    assert (200 if count else 404) == reader.sees(f"/entries/{entry}")
    wait_until(lambda: reader.counts(word) == count, what=f"{count} hits", seconds=EFFECT_SECONDS)


@pytest.mark.parametrize(
    ("reader", "beneficiary"),
    [
        pytest.param("pat", lambda lab: {"person": lab.pat.id}, id="person"),
        pytest.param("sam", lambda lab: {"structure": lab.other_team}, id="team"),
        pytest.param("max", lambda lab: {"structure": lab.other_unit}, id="unit"),
    ],
)
def test_a_share_opens_a_page_and_its_end_takes_it_from_every_count(
    lab: Laboratory, reader: str, beneficiary: Callable[[Laboratory], dict[str, str]]
) -> None:
    """A right that is lost must not linger in an index: not as a hit, not as a number."""
    word, who = _word(), lab.people[reader]
    notebook = lab.notebook(lab.ada, restricted=True)
    entry = lab.page(lab.ada, word, notebook=notebook)
    _shown(lab.ada, entry, word, count=1)
    _shown(who, entry, word, count=0)

    grant = lab.ada.make(f"/notebooks/{notebook}/grants", {**beneficiary(lab), "level": "reader"})["id"]
    _shown(who, entry, word, count=1)
    assert [grant] == [one["id"] for one in lab.ada.get(f"/notebooks/{notebook}/grants")["items"]]

    assert 204 == lab.ada.ask("DELETE", f"/grants/{grant}").status_code
    _shown(who, entry, word, count=0)
    _shown(lab.ada, entry, word, count=1)


def test_a_share_ends_with_its_last_day(lab: Laboratory, system: System) -> None:
    """Until is inclusive; the day after, nobody has to do anything."""
    word = _word()
    notebook = lab.notebook(lab.ada, restricted=True)
    entry = lab.page(lab.ada, word, notebook=notebook)
    share = {"person": lab.pat.id, "level": "reader"}
    refused = lab.ada.ask("POST", f"/notebooks/{notebook}/grants", {**share, "until_date": _day(-1)})
    grant = lab.ada.make(f"/notebooks/{notebook}/grants", {**share, "until_date": _day()})["id"]
    _shown(lab.pat, entry, word, count=1)

    _let_a_day_pass(system, label=f"notebook:{notebook}", grant=grant)

    assert (422, "until_date") == (refused.status_code, refused.json()["errors"][0]["name"])
    assert (404, 0) == (lab.pat.sees(f"/entries/{entry}"), lab.pat.counts(word))


def _let_a_day_pass(system: System, *, label: str, grant: str) -> None:
    """Set the days of one share back by one, in both houses: to it, it is tomorrow."""
    back = "from_date = from_date - 1, until_date = until_date - 1"
    changes = {
        "entries": [
            (f"UPDATE access_grant SET {back} WHERE id = %s", grant),
            (f"UPDATE reader_label SET {back} WHERE label = %s AND way = 'reader'", label),
        ],
        "search": [(f"UPDATE reader_label SET {back} WHERE label = %s AND until_date IS NOT NULL", label)],
    }
    for house, statements in changes.items():
        connection = psycopg2.connect(**system.database(house))
        with connection, connection.cursor() as cursor:
            for statement, value in statements:
                cursor.execute(statement, (value,))
                assert cursor.rowcount == 1
        connection.close()


def test_belonging_that_ended_opens_nothing(lab: Laboratory) -> None:
    """Who left a team yesterday does not read what is shared with it; who leaves tonight still does."""
    entry = lab.page(lab.ada, notebook=lab.notebook(lab.ada, restricted=True))
    lab.ada.make(f"/entries/{entry}/grants", {"structure": lab.other_team, "level": "reader"})
    guest = lab.newcomer(by=lab.lea, structure=lab.team)
    belonging = {"structure": lab.other_team, "from_date": "2020-01-01"}

    seen = []
    for until in (_day(-1), _day()):
        lab.lea.make(f"/people/{guest.id}/affiliations", {**belonging, "until_date": until})
        seen.append(guest.sees(f"/entries/{entry}"))

    assert [404, 200] == seen


def test_a_partner_finds_what_was_shared_and_nothing_else(lab: Laboratory) -> None:
    """A guest's lists are as short as their rights."""
    guest = lab.newcomer(by=lab.lea, structure=lab.unit, role="partner")
    shared, hidden = lab.notebook(lab.ada), lab.notebook(lab.ada)
    word = _word()
    entry = lab.page(lab.ada, word, notebook=shared)
    lab.page(lab.ada, word, notebook=hidden)
    before = guest.get("/notebooks")["items"]

    lab.ada.make(f"/notebooks/{shared}/grants", {"person": guest.id, "level": "commenter"})

    wait_until(lambda: guest.counts(word) == 1, what="the shared page found", seconds=EFFECT_SECONDS)
    wait_until(lambda: lab.ada.counts(word) == 2, what="both pages found", seconds=EFFECT_SECONDS)
    found = guest.get("/search", q=word)
    assert ([], [shared]) == (before, [one["id"] for one in guest.get("/notebooks")["items"]])
    assert ([entry], 1) == ([hit["entry"] for hit in found["items"]], found["total"])
    assert 404 == guest.sees(f"/notebooks/{hidden}")


def test_an_administrator_manages_people_and_reads_nothing(lab: Laboratory) -> None:
    """Whoever runs the institution's directory has no business in its notebooks."""
    word = _word()
    notebook = lab.notebook(lab.ada)
    entry = lab.page(lab.ada, word, notebook=notebook)
    _shown(lab.ada, entry, word, count=1)

    joined = lab.newcomer(by=lab.admin, structure=lab.team, role="researcher")

    assert 200 == joined.sees(f"/entries/{entry}")
    assert joined.id in {one["id"] for one in lab.admin.get("/people", q="personne", limit=200)["items"]}
    # Others may have shared something with the administrator; this notebook nobody has.
    assert notebook not in {one["id"] for one in lab.admin.get("/notebooks", limit=200)["items"]}
    _shown(lab.admin, entry, word, count=0)
