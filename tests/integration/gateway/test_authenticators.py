"""Authenticator apps: enrolled with the password, counted from their first code on, each code good once."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pyotp
import pytest

from contracts.identifiers import PersonId
from gateway.identity.one_time_codes import OneTimeCodes
from gateway.problems import GatewayProblem
from gateway.store.accounts import Accounts
from gateway.store.authenticators import Authenticators
from tests.integration.gateway.conftest import Running

PASSWORD = "une phrase facile à retenir"


@pytest.fixture
def client(gateway: Running) -> Iterator[httpx.Client]:
    """Somebody in a session of their own."""
    secret = gateway.invite(str(uuid4()), f"{uuid4()}@demo.paillasse.example")
    with gateway.client() as opening:
        answer = opening.post(f"/api/v1/auth/invitations/{secret}", json={"password": PASSWORD})
    with gateway.client(Cookie=f"__Host-sid={answer.cookies['__Host-sid']}") as opened:
        yield opened


def _enrol(client: httpx.Client) -> dict:
    answer = client.post("/api/v1/me/authenticators", json={"name": "phone", "password": PASSWORD})
    assert 201 == answer.status_code, answer.text
    return answer.json()


def _confirm(client: httpx.Client, made: dict, code: str) -> httpx.Response:
    return client.post(f"/api/v1/me/authenticators/{made['id']}/confirm", json={"code": code})


def test_an_app_counts_after_its_first_code(client: httpx.Client) -> None:
    """An app that never scanned the code must not become the only way to sign."""
    made = _enrol(client)
    before = client.get("/api/v1/me/authenticators").json()
    confirmed = _confirm(client, made, pyotp.TOTP(made["secret"]).now())
    after = client.get("/api/v1/me/authenticators").json()

    assert ([], ["password"]) == (before["items"], before["methods"])
    assert 200 == confirmed.status_code, confirmed.text
    assert (["phone"], ["password", "totp"]) == ([app["name"] for app in after["items"]], after["methods"])
    assert made["address"].startswith("otpauth://totp/Paillasse:")
    assert made["qr_svg"].startswith("<svg")
    assert "secret" not in after["items"][0]


def test_a_wrong_code_confirms_nothing(client: httpx.Client) -> None:
    """A typing slip is told, and the app may be tried again."""
    made = _enrol(client)
    right = pyotp.TOTP(made["secret"]).now()
    wrong = _confirm(client, made, f"{(int(right) + 1) % 1_000_000:06d}")

    assert (403, "wrong_code") == (wrong.status_code, wrong.json()["detail"]["reason"])
    assert [] == client.get("/api/v1/me/authenticators").json()["items"]
    assert 200 == _confirm(client, made, f"{right[:3]} {right[3:]}").status_code


def test_a_code_is_good_once(gateway: Running) -> None:
    """Who looked over a shoulder comes too late (RFC 6238 §5.2)."""

    async def run() -> list[str]:
        engine = gateway.engine()
        person, moment = PersonId(str(uuid4())), datetime(2026, 3, 1, 12, tzinfo=UTC)
        codes = OneTimeCodes.with_key(Authenticators(engine), Accounts(engine), key="5e" * 32)
        made = await codes.enrol(person, login="x@demo.paillasse.example", name="phone", now=moment)
        totp, outcomes = pyotp.TOTP(made.secret), []
        await codes.confirm(person, made.authenticator.id, totp.at(moment), now=moment)
        later = moment + timedelta(seconds=30)
        for code in (totp.at(moment), totp.at(later), totp.at(later), totp.at(moment)):
            try:
                outcomes.append("ok" if await codes.check(person, code, now=later) else "none")
            except GatewayProblem as problem:
                outcomes.append(problem.detail["reason"])
        await engine.dispose()
        return outcomes

    assert ["wrong_code", "ok", "wrong_code", "wrong_code"] == asyncio.run(run())


def test_enrolling_wants_the_password(client: httpx.Client, gateway: Running) -> None:
    """Whoever finds an open session must not give themselves a means to sign."""
    wrong = client.post("/api/v1/me/authenticators", json={"name": "x", "password": "not it"})
    token = client.post("/api/v1/me/tokens", json={"name": "program"}).json()["secret"]
    with gateway.client(Authorization=f"Bearer {token}") as program:
        asked = program.post("/api/v1/me/authenticators", json={"name": "x", "password": PASSWORD})

    assert (403, "wrong_password") == (wrong.status_code, wrong.json()["detail"]["reason"])
    assert (403, "needs_a_session") == (asked.status_code, asked.json()["detail"]["reason"])


def test_guessing_codes_is_slowed_down(client: httpx.Client) -> None:
    """Six digits hold only as long as nobody may try them all."""
    made = _enrol(client)
    answers = [_confirm(client, made, "000000").status_code for _ in range(7)]

    assert [403] * 5 + [429] * 2 == answers


def test_a_removed_app_is_gone(client: httpx.Client, gateway: Running) -> None:
    """A lost telephone."""
    made = _enrol(client)
    _confirm(client, made, pyotp.TOTP(made["secret"]).at(time.time()))
    gone = client.delete(f"/api/v1/me/authenticators/{made['id']}")

    assert 204 == gone.status_code
    assert ["password"] == client.get("/api/v1/me/authenticators").json()["methods"]
    assert 404 == client.delete(f"/api/v1/me/authenticators/{made['id']}").status_code
