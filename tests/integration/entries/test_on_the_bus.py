"""The house of entries as a real process: calls in, answers out, by contract only."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.entries import calls
from contracts.errors import Forbidden, NotFound, Stale
from contracts.identifiers import PersonId
from onebox.servers.ports import free_ports
from tests.integration.chassis.conftest import Bench, Served
from tests.servers.processes import wait_until
from tests.servers.running import RabbitServer

DOCUMENT = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "37 °C"}]}]}


@pytest.fixture
def house(rabbitmq_server: RabbitServer, house_database, tmp_path: Path) -> Iterator[Bench]:
    """Serve entries until the test ends."""
    keys = {name: Ed25519PrivateKey.generate() for name in ("gateway", "entries", "signing")}
    made = Bench(rabbitmq_server, tmp_path, keys)
    database, (port,) = house_database("entries"), free_ports(1)
    place = {f"PAILLASSE_DATABASE_{key.upper()}": str(database[key]) for key in ("host", "port", "name", "user")}
    environment = made.environment("entries", "entries", PAILLASSE_HEALTH_PORT=str(port), **place)
    (tmp_path / "secrets-entries" / "database_password").write_text(database["password"])
    try:
        process = made.spawn(["chassis.bus.runner", "services.entries.service"], environment, "entries")
        served = Served(process, port)
        wait_until(lambda: served.probe("/readyz") == 200, what="entries ready", seconds=60)
        yield made
    finally:
        made.close()


def _laboratory(client) -> tuple[PersonId, PersonId, calls.Notebook]:
    fields = {"display_name": "Aline", "mail": "aline@example.org"}
    setup = calls.SetUpInstitution(code="DEMO", name="Démonstration", admin=calls.PersonFields(**fields))
    admin = client.call(setup)
    unit = client.call(
        calls.CreateStructure(kind="unit", parent=admin.roles[0].structure, code="U1234", name="Unité"),
        on_behalf_of=admin.id,
    )
    person = calls.PersonFields(display_name="René", mail="rene@example.org")
    rene = client.call(calls.CreatePerson(person=person, structure=unit.id), on_behalf_of=admin.id)
    client.call(calls.GiveRole(person=rene.id, role="researcher", structure=unit.id), on_behalf_of=admin.id)
    notebook = client.call(calls.OpenNotebook(structure=unit.id, title="Cahier"), on_behalf_of=rene.id)
    return admin.id, rene.id, notebook


def test_a_page_is_made_revised_and_read_over_the_bus(house: Bench) -> None:
    """Every error crosses as its own class; who may not read is told that there is nothing."""
    client = house.client()
    admin, rene, notebook = _laboratory(client)
    first = calls.RevisionFields(title="Un", document=DOCUMENT)
    made = client.call(calls.CreateEntry(notebook=notebook.id, title="Un", first=first), on_behalf_of=rene)
    append = calls.AppendRevision(
        entry=made.id, expected_head=1, revision=calls.RevisionFields(title="Deux", document=DOCUMENT)
    )

    revision = client.call(append, on_behalf_of=rene)

    shown = client.call(calls.GetEntry(reference=made.reference), on_behalf_of=rene)
    assert (2, "Deux", DOCUMENT) == (shown.head, shown.title, shown.revision.document)
    assert revision.digest == shown.revision.digest
    assert made.revision.digest == revision.prev
    with pytest.raises(Stale):
        client.call(append, on_behalf_of=rene)
    with pytest.raises(NotFound):
        client.call(calls.GetEntry(entry=made.id), on_behalf_of=admin)
    with pytest.raises(Forbidden):
        client.call(calls.Freeze(entry=made.id, circuit="c", by=rene), on_behalf_of=rene)


def test_lists_give_their_slices(house: Bench) -> None:
    """A cursor leads to the next slice, and none to nothing."""
    client = house.client()
    _, rene, notebook = _laboratory(client)
    for number in range(3):
        client.call(calls.CreateEntry(notebook=notebook.id, title=f"Page {number}"), on_behalf_of=rene)

    one = client.call(calls.ListEntries(notebook=notebook.id, limit=2), on_behalf_of=rene)
    two = client.call(calls.ListEntries(notebook=notebook.id, limit=2, cursor=one.next_cursor), on_behalf_of=rene)

    assert [1, 2] == [entry.number for entry in one.items]
    assert [3] == [entry.number for entry in two.items]
    assert two.next_cursor is None
    assert [notebook.id] == [one.id for one in client.call(calls.ListNotebooks(), on_behalf_of=rene).items]
    assert ["U1234"] == [
        one.code for one in client.call(calls.ListStructures(), on_behalf_of=rene).items if one.kind == "unit"
    ]
    assert ["René"] == [one.display_name for one in client.call(calls.FindPeople(q="ren"), on_behalf_of=rene).items]
    assert rene == client.call(calls.GetMe(), on_behalf_of=rene).id
