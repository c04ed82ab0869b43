"""What only the database can promise: no gap among fifty at once, nothing rewritten, labels as their source says."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from contracts.errors import Conflict, NotFound
from contracts.identifiers import CircuitId, PersonId
from services.entries.domain.grants import Beneficiary, Target
from services.entries.domain.views import Frozen
from tests.builders.entries import Institution, caller, page

CIRCUIT = CircuitId("circuit-1")


def freeze(lab: Institution, entry: str) -> Frozen:
    """Freeze as signing asks for the author."""
    return lab.write.freeze(caller(None), entry=entry, revision=None, circuit=CIRCUIT, by=lab.researcher)


def state(lab: Institution, entry: str) -> str:
    """Read the state."""
    return lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None).entry.state


def reads(lab: Institution, person: PersonId, entry: str) -> bool:
    """Say whether a person may read an entry."""
    try:
        lab.read.get_entry(caller(person), entry=entry, reference=None)
    except NotFound:
        return False
    return True


def test_fifty_parallel_creators_get_fifty_numbers_without_a_gap(lab: Institution, engine: Engine) -> None:
    """A missing or doubled page number would cast doubt on the whole notebook."""
    notebook = lab.notebook()

    with ThreadPoolExecutor(50) as pool:
        made = list(pool.map(lambda _: lab.entry(notebook.id).entry.number, range(50)))

    assert list(range(1, 51)) == sorted(made)
    with engine.connect() as connection:
        told = connection.execute(text("SELECT count(*) FROM outbox WHERE type = 'EntryCreated'")).scalar_one()
    assert 50 == told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE revision SET title = 'x'",
        "DELETE FROM revision",
        "TRUNCATE revision CASCADE",
        "UPDATE attachment SET name = 'x'",
        "DELETE FROM frozen_object",
        "DELETE FROM entry",
    ],
)
def test_the_database_refuses_to_change_what_was_written(lab: Institution, engine: Engine, statement: str) -> None:
    """Not even this house's own role can alter the past."""
    lab.entry(lab.notebook().id)

    with pytest.raises(DBAPIError, match="immutable"), engine.begin() as connection:
        connection.execute(text(statement))


def test_an_expired_share_opens_nothing(lab: Institution, engine: Engine) -> None:
    """The day is the database's, in the institution's time zone; no job has to run."""
    notebook = lab.notebook(restricted=True)
    entry = lab.entry(notebook.id).entry.id
    lab.write.give_grant(
        caller(lab.researcher), target=Target(notebook=notebook.id), beneficiary=Beneficiary(person=lab.colleague),
        level="reader", until_date=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2),
    )  # fmt: skip
    assert reads(lab, lab.colleague, entry)

    with engine.begin() as connection:
        connection.execute(
            text("UPDATE reader_label SET from_date = '2020-01-01', until_date = '2020-01-02' WHERE way = 'reader'")
        )

    assert not reads(lab, lab.colleague, entry)


def test_labels_are_exactly_what_their_source_says(lab: Institution, engine: Engine) -> None:
    """The projection and its view may never part."""
    notebook = lab.notebook()
    lab.write.give_grant(
        caller(lab.researcher), target=Target(notebook=notebook.id), beneficiary=Beneficiary(structure=lab.unit),
        level="commenter", until_date=None,
    )  # fmt: skip
    columns = "person, label, way, from_date, until_date"

    with engine.connect() as connection:
        kept = connection.execute(text(f"SELECT {columns} FROM reader_label")).all()
        source = connection.execute(text(f"SELECT {columns} FROM reader_label_source")).all()

    assert sorted(map(str, source)) == sorted(map(str, kept))
    labels, following = lab.read.list_reader_labels(person=lab.colleague, after=None, limit=50)
    assert {f"team:{lab.team}", f"notebook:{notebook.id}"} == {one.label for one in labels}
    assert following is None
    everybody, _ = lab.read.list_reader_labels(person=None, after=None, limit=200)
    assert set(labels) <= set(everybody)


def test_a_revision_in_circuit_opens_the_entry_again(lab: Institution, engine: Engine) -> None:
    """The circuit restarts visibly: signing hears which circuit is over."""
    entry = lab.entry(lab.notebook().id).entry.id
    freeze(lab, entry)

    lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=page())

    assert "open" == state(lab, entry)
    with engine.connect() as connection:
        told = connection.execute(
            text("SELECT payload FROM outbox WHERE type = 'EntryStateChanged' ORDER BY id DESC LIMIT 1")
        ).scalar_one()
    assert ("in_circuit", "open", CIRCUIT) == (told["before"], told["after"], told["circuit"])
    with pytest.raises(Conflict):
        lab.write.close_for_seal(caller(None), entry=entry, revision=1, circuit=CIRCUIT)
