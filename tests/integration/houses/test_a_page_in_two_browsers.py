"""Two people write one page through two gateway processes and one house, over the real bus."""

import asyncio
import base64
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from contracts.entries import calls
from contracts.identifiers import PersonId
from gateway.identity.passwords import secret_pair
from gateway.store.accounts import Accounts
from onebox.servers.ports import free_ports
from tests.builders.browser import Browser
from tests.integration.chassis.conftest import Bench, Served
from tests.servers.processes import wait_until
from tests.servers.running import RabbitServer, forget_calls

DOCUMENT = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "37 °C"}]}]}
PASSWORD = "une phrase assez longue"


@dataclass
class Street:
    """A house of entries and two gateways, with two people who may write one page."""

    urls: tuple[str, str]
    start: Callable[[int], Served]
    processes: dict[int, Any] = field(default_factory=dict)
    client: Any = None
    people: tuple[str, str] = ("", "")
    entry: str = ""
    grant: str = ""
    cookies: list[str] = field(default_factory=list)
    opened: list[httpx.Client] = field(default_factory=list)

    def browser(self, number: int) -> Browser:
        """Person ``number`` at gateway ``number``."""
        headers = {"Cookie": f"__Host-sid={self.cookies[number]}", "Accept-Language": "en"}
        self.opened.append(httpx.Client(base_url=self.urls[number], headers=headers, timeout=30))
        return Browser(self.opened[-1], self.entry)

    def open_gateway(self, number: int) -> None:
        """Start a gateway and wait until it serves."""
        served = self.start(number)
        self.processes[number] = served.process
        wait_until(lambda: served.probe("/readyz") == 200, what="a gateway is ready", seconds=120)

    def share(self) -> None:
        """Let the second person write the page."""
        asked = calls.GiveGrant(entry=self.entry, person=self.people[1], level="contributor")
        self.grant = self.client.call(asked, on_behalf_of=self.people[0]).id


@pytest.fixture(scope="module")
def street(rabbitmq_server: RabbitServer, postgres_server, migrated_template, tmp_path_factory) -> Iterator[Street]:
    """Start them and let the people in."""
    folder: Path = tmp_path_factory.mktemp("street")
    bench = Bench(rabbitmq_server, folder, {name: Ed25519PrivateKey.generate() for name in ("gateway", "entries")})
    forget_calls(rabbitmq_server)
    databases = {
        name: postgres_server.create_database(name, template=migrated_template(name)) for name in ("entries", "gateway")
    }
    ports = free_ports(5)
    try:
        house = _house(bench, databases["entries"], ports[0])
        urls = (f"http://127.0.0.1:{ports[1]}", f"http://127.0.0.1:{ports[3]}")
        running = Street(urls, lambda number: _gateway(bench, databases["gateway"], *ports[1:][2 * number :][:2]))
        for number in (0, 1):
            running.open_gateway(number)
        wait_until(lambda: house.probe("/readyz") == 200, what="the house is ready", seconds=120)
        running.client = bench.client()
        running.people, running.entry = _laboratory(running.client)
        running.share()
        for person, url in zip(running.people, urls, strict=True):
            running.cookies.append(_let_in(databases["gateway"], person, url))
        yield running
        for each in running.opened:
            each.close()
    finally:
        bench.close()
        for database in databases.values():
            postgres_server.drop_database(database["name"])


def _place(database: dict) -> dict[str, str]:
    return {f"PAILLASSE_DATABASE_{key.upper()}": str(database[key]) for key in ("host", "port", "name", "user")}


def _house(bench: Bench, database: dict, port: int) -> Served:
    environment = bench.environment("entries", "entries", PAILLASSE_HEALTH_PORT=str(port), **_place(database))
    (bench.folder / "secrets-entries" / "database_password").write_text(database["password"])
    return Served(bench.spawn(["chassis.bus.runner", "services.entries.service"], environment, "entries"), port)


def _gateway(bench: Bench, database: dict, port: int, health: int) -> Served:
    name = f"gateway-{port}"
    environment = bench.environment(
        "gateway", name, PAILLASSE_HTTP_PORT=str(port), PAILLASSE_HEALTH_PORT=str(health), PAILLASSE_RECHECK_SECONDS="0.5",
        PAILLASSE_PUBLIC_URL=f"http://localhost:{port}", PAILLASSE_BUS_VHOST=bench.server.vhost, **_place(database),
    )  # fmt: skip
    secrets = {"database_password": database["password"], "setup_token": "test", "authenticator_key": "5e" * 32}
    for secret, value in secrets.items():
        (bench.folder / f"secrets-{name}" / secret).write_text(value)
    return Served(bench.spawn(["gateway"], environment, name), health)


def _laboratory(client: Any) -> tuple[tuple[str, str], str]:
    admin = client.call(
        calls.SetUpInstitution(
            code="DEMO", name="Démonstration", admin=calls.PersonFields(display_name="Aline", mail="aline@example.org")
        )
    )
    unit = client.call(
        calls.CreateStructure(kind="unit", parent=admin.roles[0].structure, code="U1234", name="Unité"),
        on_behalf_of=admin.id,
    )
    people = []
    for name in ("René", "Léa"):
        fields = calls.PersonFields(display_name=name, mail=f"{name.lower()}@example.org")
        made = client.call(calls.CreatePerson(person=fields, structure=unit.id), on_behalf_of=admin.id)
        people.append(made.id)
    client.call(calls.GiveRole(person=people[0], role="researcher", structure=unit.id), on_behalf_of=admin.id)
    client.call(calls.GiveRole(person=people[1], role="partner", structure=unit.id), on_behalf_of=admin.id)
    notebook = client.call(calls.OpenNotebook(structure=unit.id, title="Cahier"), on_behalf_of=people[0])
    first = calls.RevisionFields(title="Un", document=DOCUMENT)
    entry = client.call(calls.CreateEntry(notebook=notebook.id, title="Un", first=first), on_behalf_of=people[0])
    return (people[0], people[1]), entry.id


def _let_in(database: dict, person: str, url: str) -> str:
    """Give a person a password and return the session's secret."""
    secret, digest = secret_pair()

    async def invite() -> None:
        place = URL.create(
            "postgresql+asyncpg", *(database[key] for key in ("user", "password", "host", "port", "name"))
        )
        engine = create_async_engine(place)
        until = datetime.now(UTC) + timedelta(days=1)
        await Accounts(engine).invite(
            PersonId(person), login=f"{person}@example.org", secret_sha256=digest, until=until
        )
        await engine.dispose()

    asyncio.run(invite())
    answer = httpx.post(f"{url}/api/v1/auth/invitations/{secret}", json={"password": PASSWORD}, timeout=60)
    assert answer.status_code == 201, answer.text
    return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]


def test_two_browsers_at_two_gateways_end_with_the_same_page(street: Street) -> None:
    """Any process serves any page: each sees the other come, write offline and return; a version holds both."""
    one, two = street.browser(0), street.browser(1)
    with one.watching(), two.watching():
        for browser in (one, two):
            assert browser.sync().status_code == 200
            wait_until(
                lambda b=browser: len(b.said("here") or [{"people": []}]) and _names(b) == ["Léa", "René"],
                what="both are here",
            )
        one.write("dans le train")
        two.write("à la paillasse")
        one.sync()
        wait_until(lambda: two.said("draft"), what="the other gateway's nudge")
        two.sync()
        wait_until(lambda: one.said("draft")[-1]["cursor"] == two.cursor, what="the nudge back")
        one.sync()
        saved = two.http.post(
            f"/api/v1/entries/{two.entry}/revisions", headers={"If-Match": '"1"'},
            json={"title": "Deux", "draft": {"epoch": two.epoch, "state_vector": base64.b64encode(two.server).decode()}},
        )  # fmt: skip
        wait_until(lambda: {"what": "revision"} in one.said("entry"), what="the version is told")

    assert str(one.fragment) == str(two.fragment)
    assert saved.status_code == 201, saved.text
    said = str(one.http.get(f"/api/v1/entries/{one.entry}").json()["revision"]["document"])
    assert all(text in said for text in ("37 °C", "dans le train", "à la paillasse"))


def _names(browser: Browser) -> list[str]:
    shown = browser.said("here")
    return sorted(person["name"] for person in shown[-1]["people"]) if shown else []


def test_problems_of_a_sync_are_told_apart(street: Street) -> None:
    """The web app keeps the text in every case, and must know which one it is."""
    one = street.browser(0)
    one.sync()
    url = f"/api/v1/entries/{one.entry}/sync"

    def asked(content: bytes, **headers: str) -> tuple[int, str]:
        answer = one.http.post(url, content=content, headers=headers)
        return answer.status_code, answer.json()["type"].rpartition("/")[2]

    good = one.request(b"")
    assert asked(good, Cookie="") == (401, "unauthenticated")
    assert asked(good[:7]) == (422, "invalid")
    assert asked(one.request(b"\xff" * 20)) == (422, "invalid")
    assert asked(one.request(b"x" * 800_000)) == (413, "too_large")
    one.epoch += 1
    assert asked(one.request(b"")) == (409, "conflict")
    one.entry = "0192f3a0-0000-7000-8000-000000000001"
    url = f"/api/v1/entries/{one.entry}/sync"
    assert asked(good) == (404, "not_found")


def test_too_many_syncs_are_told_to_wait(street: Street) -> None:
    """A script that has run wild must not slow down those who write."""
    two = street.browser(1)
    url, body = f"/api/v1/entries/{two.entry}/sync", two.request(b"")

    def refused() -> bool:
        answer = two.http.post(url, content=body)
        return answer.status_code == 429 and answer.headers["retry-after"] == "1"

    async def burst() -> set[int]:
        async with httpx.AsyncClient(base_url=street.urls[1], headers=two.http.headers, timeout=30) as client:
            answers = await asyncio.gather(*(client.post(url, content=body) for _ in range(120)))
        return {answer.status_code for answer in answers}

    assert 429 in asyncio.run(burst())
    wait_until(lambda: not refused(), what="the bucket fills again")


def test_a_right_that_ends_ends_the_stream(street: Street) -> None:
    """Who may no longer read sees nothing more, without closing the page."""
    two = street.browser(1)
    with two.watching() as reader:
        wait_until(lambda: two.said("here"), what="the stream began")
        street.client.call(calls.RevokeGrant(grant=street.grant), on_behalf_of=street.people[0])
        wait_until(lambda: not reader.is_alive(), what="the stream ended", seconds=30)

    assert [{"reason": "rights"}] == two.said("closed")
    assert two.http.get(f"/api/v1/entries/{two.entry}/events").status_code == 404
    street.share()


def test_a_gateway_that_stops_says_so_and_does_not_wait_for_readers(street: Street) -> None:
    """A deployment must not hang on open pages; their clients come back to another process."""
    one = street.browser(0)
    with one.watching() as reader:
        wait_until(lambda: one.said("here"), what="the stream began")
        os.kill(street.processes[0].pid, signal.SIGTERM)
        wait_until(lambda: not reader.is_alive(), what="the stream ended", seconds=30)

    assert [{"reason": "stopping"}] == one.said("closed")
    assert street.processes[0].wait(30) == 0
    street.open_gateway(0)
