"""What the gateway does by itself: sessions, tokens, limits, problems; and what it says when the houses are away."""

from uuid import uuid4

import pytest

from gateway.routes.web import policy as app_policy
from tests.integration.gateway.conftest import FILES_ORIGIN, SETUP_TOKEN, Running

PASSWORD = "une phrase facile à retenir"


def _someone() -> tuple[str, str]:
    person = str(uuid4())
    return person, f"{person}@demo.paillasse.example"


def _session(gateway: Running, login: str = "") -> dict[str, str]:
    person, own = _someone()
    secret = gateway.invite(person, login or own)
    with gateway.client() as client:
        answer = client.post(f"/api/v1/auth/invitations/{secret}", json={"password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return {"Cookie": f"__Host-sid={answer.cookies['__Host-sid']}"}


def test_nobody_comes_in_unasked(gateway: Running) -> None:
    """Without a session every call of the API is 401, and says so as a problem (RFC 9457)."""
    with gateway.client() as client:
        answer = client.get("/api/v1/me")

    assert 401 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]
    assert answer.json()["type"].endswith("/problems/unauthenticated")


def test_an_invitation_works_once(gateway: Running) -> None:
    """A link that leaked later must be worthless."""
    secret = gateway.invite(*_someone())
    with gateway.client() as client:
        first = client.post(f"/api/v1/auth/invitations/{secret}", json={"password": PASSWORD})
        second = client.post(f"/api/v1/auth/invitations/{secret}", json={"password": PASSWORD})

    assert (201, 404) == (first.status_code, second.status_code)


def test_a_short_password_is_refused_and_the_invitation_stays(gateway: Running) -> None:
    """Bad input names the field and changes nothing."""
    secret = gateway.invite(*_someone())
    with gateway.client() as client:
        refused = client.post(f"/api/v1/auth/invitations/{secret}", json={"password": "kurz"})
        accepted = client.post(f"/api/v1/auth/invitations/{secret}", json={"password": PASSWORD})

    assert 422 == refused.status_code
    assert "password" == refused.json()["errors"][0]["name"]
    assert 201 == accepted.status_code


def test_the_cookie_is_out_of_reach(gateway: Running) -> None:
    """No script reads it, no other site sends it, no plain connection carries it."""
    _, login = _someone()
    _session(gateway, login)
    with gateway.client() as client:
        answer = client.post("/api/v1/auth/local", json={"login": login.upper(), "password": PASSWORD})

    cookie = answer.headers["set-cookie"]

    assert 200 == answer.status_code
    assert all(word in cookie for word in ("__Host-sid=", "HttpOnly", "Secure", "SameSite=strict", "Path=/"))


def test_signing_out_ends_the_session_at_once(gateway: Running) -> None:
    """A shared bench computer: the next person must not be the last one."""
    headers = _session(gateway)
    with gateway.client(**headers) as client:
        before = client.get("/api/v1/me/tokens").status_code
        client.delete("/api/v1/session")
        after = client.get("/api/v1/me/tokens").status_code

    assert (200, 401) == (before, after)


def test_a_page_of_another_site_cannot_write(gateway: Running) -> None:
    """Cross-site request forgery, refused twice over: by the cookie's SameSite and by Sec-Fetch-Site."""
    headers = _session(gateway)
    with gateway.client(**headers) as client:
        answer = client.post("/api/v1/me/tokens", json={"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert 403 == answer.status_code
    assert answer.json()["type"].endswith("/cross_site")


def test_too_many_passwords_are_slowed_down(gateway: Running) -> None:
    """Five tries a minute for one account (decisions.md 35), whether it exists or not."""
    with gateway.client() as client:
        answers = [
            client.post("/api/v1/auth/local", json={"login": "nobody@x.example", "password": str(n)}).status_code
            for n in range(7)
        ]

    assert [401] * 5 + [429] * 2 == answers


def test_a_token_reads_but_begets_no_token(gateway: Running) -> None:
    """A program's token has the scopes it was given; only a person in a session issues tokens."""
    headers = _session(gateway)
    with gateway.client(**headers) as client:
        issued = client.post("/api/v1/me/tokens", json={"name": "reader", "scopes": ["read"]}).json()
    with gateway.client(Authorization=f"Bearer {issued['secret']}") as client:
        another = client.post("/api/v1/me/tokens", json={"name": "more"})
        write = client.post("/api/v1/notebooks", json={"structure": "x", "title": "x"})
    with gateway.client(**headers) as client:
        listed = client.get("/api/v1/me/tokens").json()["items"]
        client.delete(f"/api/v1/me/tokens/{issued['id']}")
        left = client.get("/api/v1/me/tokens").json()["items"]

    assert ["read"] == issued["scopes"]
    assert (403, 403) == (another.status_code, write.status_code)
    assert "needs_a_session" == another.json()["detail"]["reason"]
    assert "write" == write.json()["detail"]["needs"]
    assert [issued["id"]] == [token["id"] for token in listed]
    assert "secret" not in listed[0]
    assert [] == left


def test_an_absent_house_is_said_at_once(gateway: Running) -> None:
    """Mandatory publishing tells in a millisecond what a timeout would tell in seconds (bus.md §1a)."""
    headers = _session(gateway)
    with gateway.client(**headers) as client:
        answer = client.get("/api/v1/me")

    assert 503 == answer.status_code
    assert "1" == answer.headers["retry-after"]
    assert answer.elapsed.total_seconds() < 2


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/../etc/passwd", "/api/v1/grants/x/y"])
def test_a_wrong_address_is_a_problem_too(gateway: Running, path: str) -> None:
    """One shape of error for every client."""
    with gateway.client() as client:
        answer = client.get(path)

    assert 404 == answer.status_code
    assert "application/problem+json" == answer.headers["content-type"]


def test_a_huge_body_is_refused_before_it_is_read(gateway: Running) -> None:
    """Memory is for those who work."""
    with gateway.client() as client:
        declared = client.post("/api/v1/auth/local", content=b"x" * 100_001)

    assert 413 == declared.status_code


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"login": 5, "password": null}', b"\xff\xfe"])
def test_bad_input_names_the_field(gateway: Running, body: bytes) -> None:
    """A clear error, and nothing changed."""
    with gateway.client() as client:
        answer = client.post("/api/v1/auth/local", content=body, headers={"Content-Type": "application/json"})

    assert 422 == answer.status_code
    assert answer.json()["errors"]


def test_set_up_wants_its_token(gateway: Running) -> None:
    """Whoever comes first to a new server must not become its administrator."""
    body = {
        "institution": {"name": "Institut", "code": "I"},
        "admin": {"display_name": "A", "mail": "a@demo.paillasse.example"},
    }
    with gateway.client() as client:
        refused = client.post("/api/v1/setup", json=body, headers={"Authorization": "Setup wrong"})
        absent = client.post("/api/v1/setup", json=body, headers={"Authorization": f"Setup {SETUP_TOKEN}"})

    assert 401 == refused.status_code
    assert 503 == absent.status_code


def test_problems_have_pages_in_both_languages(gateway: Running) -> None:
    """The type of a problem is an address where it is explained (RFC 9457 §3.1.1)."""
    with gateway.client() as client:
        english = client.get("/problems/stale").text
        french = client.get("/problems/stale", headers={"Accept-Language": "fr-FR,fr;q=0.9"}).text
        front = client.get("/", headers={"Accept-Language": "fr"})

    assert "newer version" in english
    assert 'lang="fr"' in french
    assert "version plus récente" in french
    assert "Démonstration" in front.text
    assert "default-src 'none'" in front.headers["content-security-policy"]


def test_the_app_alone_lets_files_go_to_the_store_and_nowhere_else(gateway: Running) -> None:
    """A script that got in could send a page's text to anyone, if the policy let it (CSP3 §6.1.2)."""
    with gateway.client() as client:
        policy = client.get("/api/v1/me").headers["content-security-policy"].split("; ")

    assert {"connect-src 'self'", "img-src 'self'"} <= set(policy)
    assert f"connect-src 'self' {FILES_ORIGIN}" in app_policy(FILES_ORIGIN).split("; ")
    assert f"img-src 'self' blob: {FILES_ORIGIN}" in app_policy(FILES_ORIGIN).split("; ")
