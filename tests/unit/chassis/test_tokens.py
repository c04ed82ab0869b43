"""An actor token opens one call, of one service, for one minute."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.bus import tokens
from contracts.errors import Forbidden
from contracts.identifiers import Actor, Ceremony

KEY = Ed25519PrivateKey.generate()
KEYS = {"gateway": KEY.public_key(), "signing": Ed25519PrivateKey.generate().public_key()}
WHOLE = Actor(
    issuer="gateway", person="p1", session="s1", scopes=frozenset({"a", "b"}), amr=("pwd", "hwk"), auth_time=17,
    ceremony=Ceremony("c1", "webauthn", "k1", 18, "ab" * 32),
)  # fmt: skip


def _verify(token: str, **other: object) -> Actor:
    wanted = {"audience": "entries", "issuers": {"gateway"}, "keys": KEYS, "call_id": "call", **other}
    return tokens.verify(token, **wanted)


@pytest.mark.parametrize("actor", [WHOLE, Actor(issuer="gateway"), Actor(issuer="gateway", person="p", token="t")])
def test_an_actor_comes_back_whole(actor: Actor) -> None:
    """Every field that decides something survives, a ceremony too."""
    assert _verify(tokens.mint(KEY, actor=actor, audience="entries", call_id="call")) == actor


@pytest.mark.parametrize(
    "other",
    [{"audience": "signing"}, {"issuers": {"signing"}}, {"issuers": set()}, {"keys": {}}, {"call_id": "another"},
     {"keys": {"gateway": KEYS["signing"]}}],
)  # fmt: skip
def test_a_token_opens_nothing_else(other: dict) -> None:
    """Neither another service, call or method, nor for an issuer not trusted."""
    token = tokens.mint(KEY, actor=WHOLE, audience="entries", call_id="call")

    with pytest.raises(Forbidden):
        _verify(token, **other)


def test_a_token_is_good_for_a_minute() -> None:
    """A stolen one is soon worthless."""
    with pytest.raises(Forbidden):
        _verify(tokens.mint(KEY, actor=WHOLE, audience="entries", call_id="call", now=time.time() - 70))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJnYXRld2F5In0."])
def test_what_is_no_token_is_refused(token: str) -> None:
    """Also the one that claims to need no signature (RFC 8725 §2.1)."""
    with pytest.raises(Forbidden):
        _verify(token)


def test_a_house_cannot_speak_as_the_gateway() -> None:
    """The key decides who the issuer is, not the claim."""
    forged = tokens.mint(Ed25519PrivateKey.generate(), actor=WHOLE, audience="entries", call_id="call")

    with pytest.raises(Forbidden):
        _verify(forged)
