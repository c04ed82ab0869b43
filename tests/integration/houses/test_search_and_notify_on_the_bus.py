"""Search and notify as real processes: events in, answers and mails out."""

import email
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.entries import events as entries
from contracts.identifiers import PersonId
from contracts.notify.calls import ListNotices, ReadNotices
from contracts.search import events as search
from contracts.search.calls import FindEntries
from contracts.signing import events as signing
from onebox.servers.ports import free_ports
from tests.integration.chassis.conftest import Bench, Served
from tests.integration.houses.entries_stand_in import ENTRY
from tests.servers.processes import wait_until
from tests.servers.running import RabbitServer

ADA, WIM = PersonId("ada"), PersonId("wim")


@pytest.fixture
def houses(rabbitmq_server: RabbitServer, house_database, tmp_path: Path) -> Iterator[Bench]:
    """Serve both houses, and entries' stand-in, until the test ends."""
    keys = {name: Ed25519PrivateKey.generate() for name in ("gateway", "entries", "search", "notify")}
    made = Bench(rabbitmq_server, tmp_path, keys)
    modules = {
        "entries": "tests.integration.houses.entries_stand_in",
        "search": "services.search.service",
        "notify": "services.notify.service",
    }
    served = []
    try:
        for house, module in modules.items():
            (port,) = free_ports(1)
            more = {"PAILLASSE_HEALTH_PORT": str(port), "PAILLASSE_MAILDIR": str(tmp_path / "mail")}
            if house != "entries":
                database = house_database(house)
                more |= {
                    f"PAILLASSE_DATABASE_{key.upper()}": str(database[key]) for key in ("host", "port", "name", "user")
                }
            environment = made.environment(house, house, PAILLASSE_DEMO="1", **more)
            (tmp_path / f"secrets-{house}" / "database_password").write_text(f"{house}-test")
            served.append(Served(made.spawn(["chassis.bus.runner", module], environment, house), port))
        for one in served:
            wait_until(lambda one=one: one.probe("/readyz") == 200, what="houses ready", seconds=60)
        yield made
    finally:
        made.close()


def test_a_page_is_found_by_those_who_may_read_it(houses: Bench) -> None:
    """From the event to the answer, with the labels pulled at the first search."""
    client = houses.client()
    houses.announce(entries.EntryCreated(entry=ENTRY, notebook="n1", number=37, change_number=3))

    def total(person: PersonId) -> int:
        return client.call(FindEntries(q="electrophorese gel", facets=("state",)), on_behalf_of=person).total

    wait_until(lambda: total(ADA) == 1, what="page found", seconds=20)
    assert total(WIM) == 0


def test_a_seal_becomes_three_mails_and_a_repeat_none(houses: Bench, tmp_path: Path) -> None:
    """Author, signer and lead; the notice can be listed and read."""
    client = houses.client()
    sealed = signing.EntrySealed(circuit="c1", entry=ENTRY, revision=1, author="ada", signers=("ada", "wim"))
    houses.announce(sealed)
    new = tmp_path / "mail" / "new"
    wait_until(lambda: new.exists() and len(list(new.iterdir())) == 3, what="three mails", seconds=20)

    mails = [email.message_from_bytes(path.read_bytes(), policy=default) for path in new.iterdir()]
    assert {"ada@example.org", "wim@example.org", "lea@example.org"} == {
        mail["To"].addresses[0].addr_spec for mail in mails
    }
    wait_until(lambda: client.call(ListNotices(), on_behalf_of=ADA).unread == 1, what="notice listed", seconds=10)
    (notice,) = client.call(ListNotices(), on_behalf_of=ADA).items
    client.call(ReadNotices(ids=(notice.id,)), on_behalf_of=ADA)
    assert client.call(ListNotices(), on_behalf_of=ADA).unread == 0


def test_a_page_the_index_refuses_is_told_to_the_operators(houses: Bench, tmp_path: Path) -> None:
    """Whoever runs the system learns that a page cannot be found, though nobody's work stops."""
    houses.announce(search.PageRefused(entry=ENTRY, change_number=3))
    new = tmp_path / "mail" / "new"
    wait_until(lambda: new.exists() and any(new.iterdir()), what="a mail", seconds=20)

    (path,) = new.iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert mail["To"].addresses[0].addr_spec == "operations@localhost.localdomain"
    assert ENTRY in mail.get_body(("plain",)).get_content()
