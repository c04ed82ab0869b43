"""The pages without a script: come in, go out, and have an evidence file judged in words."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.builders.evidence import Bundle, pack
from tests.builders.evidence_pki import Institution
from tests.integration.gateway.conftest import Running

PASSWORD = "une phrase facile à retenir"


@pytest.fixture(scope="module")
def account(gateway: Running) -> str:
    """Somebody whose password is known; return their login."""
    login = f"{uuid4()}@demo.paillasse.example"
    secret = gateway.invite(str(uuid4()), login)
    with gateway.client() as client:
        answer = client.post(f"/invitations/{secret}", data={"password": PASSWORD})
    assert 303 == answer.status_code, answer.text
    return login


@pytest.fixture(scope="module")
def bundle(gateway: Running) -> Bundle:
    """An evidence file of an institution whose anchors the gateway holds."""
    made = Bundle(Institution()).build()
    made.write_trust(gateway.trust)
    return made


def _sent(client: httpx.Client, content: bytes, name: str = "page.asice", **headers: str) -> httpx.Response:
    return client.post("/verify", files={"file": (name, content)}, headers=headers)


@pytest.mark.parametrize(("language", "word"), [("fr-FR,fr;q=0.9,en;q=0.8", "Se connecter"), ("en", "Sign in")])
def test_the_form_speaks_the_visitors_language(gateway: Running, language: str, word: str) -> None:
    """A newcomer reads the first page without searching for a switch."""
    with gateway.client(**{"Accept-Language": language}) as client:
        shown = client.get("/sign-in")

    assert f"<h1>{word}</h1>" in shown.text
    assert language[:2] == shown.headers["content-language"]


def test_a_chosen_language_is_remembered(gateway: Running) -> None:
    """The switch outlives the page it stands on, against what the browser asks for."""
    with gateway.client() as client:
        chosen = client.get("/sign-in?lang=fr&next=/inbox")
        later = client.get("/verify", headers={"Cookie": f"language={chosen.cookies['language']}"})

    assert "next=%2Finbox&amp;lang=en" in chosen.text
    assert 'lang="fr"' in later.text


def test_signing_in_leads_where_one_wanted_to_go(gateway: Running, account: str) -> None:
    """A link in a mail must survive the sign-in it needs."""
    form = {"login": account, "password": PASSWORD, "next": "/entries/x?revision=2"}
    with gateway.client() as client:
        answer = client.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})

    assert (303, "/entries/x?revision=2") == (answer.status_code, answer.headers["location"])
    assert answer.headers["set-cookie"].startswith("__Host-sid=")


@pytest.mark.parametrize(
    "next_", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
              "http://[", "inbox"],
)  # fmt: skip
def test_no_form_leads_to_another_site(gateway: Running, account: str, next_: str) -> None:
    """An open redirect after a real sign-in is the best bait there is."""
    with gateway.client() as client:
        answer = client.post("/sign-in", data={"login": account, "password": PASSWORD, "next": next_})

    assert (303, "/") == (answer.status_code, answer.headers["location"])


def test_a_wrong_password_says_the_remedy_and_keeps_the_address(gateway: Running, account: str) -> None:
    """Nobody types an address twice because of a slip in the password."""
    with gateway.client() as client:
        answer = client.post("/sign-in", data={"login": account, "password": "wrong", "next": "/inbox"})
        empty = client.post("/sign-in", data={"login": account})

    assert (401, 422) == (answer.status_code, empty.status_code)
    assert "Check Caps Lock" in answer.text
    assert f'value="{account}"' in answer.text
    assert 'value="/inbox"' in answer.text
    assert "set-cookie" not in answer.headers


def test_too_many_tries_are_told_to_wait(gateway: Running) -> None:
    """The limit is said in words with the time to wait, not as a bare number."""
    with gateway.client() as client:
        for _ in range(6):
            answer = client.post("/sign-in", data={"login": "nobody@demo.paillasse.example", "password": "x"})

    assert (429, "60") == (answer.status_code, answer.headers["retry-after"])
    assert "Wait one minute" in answer.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}], ids=["fetch-site", "origin"]
)
def test_another_sites_form_signs_nobody_in(gateway: Running, account: str, headers: dict[str, str]) -> None:
    """Login forgery: writing a page into somebody else's account unnoticed."""
    with gateway.client() as client:
        answer = client.post("/sign-in", data={"login": account, "password": PASSWORD}, headers=headers)

    assert 403 == answer.status_code
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session(gateway: Running, account: str) -> None:
    """The bench computer is shared."""
    with gateway.client() as client:
        opened = client.post("/sign-in", data={"login": account, "password": PASSWORD})
        cookie = {"Cookie": f"__Host-sid={opened.cookies['__Host-sid']}"}
        client.cookies.clear()
        left = client.post("/sign-out", headers=cookie)
        after = client.get("/api/v1/me/tokens", headers=cookie)

    assert (303, "/sign-in?notice=signed_out") == (left.status_code, left.headers["location"])
    assert 401 == after.status_code


def test_an_invitation_is_a_page(gateway: Running) -> None:
    """The link in the mail opens in a browser, refuses a short password in words, works once, then says so."""
    login = f"{uuid4()}@demo.paillasse.example"
    secret = gateway.invite(str(uuid4()), login)
    with gateway.client() as client:
        shown = client.get(f"/invitations/{secret}")
        short = client.post(f"/invitations/{secret}", data={"password": "kurz"})
        accepted = client.post(f"/invitations/{secret}", data={"password": PASSWORD})
        again = client.get(f"/invitations/{secret}")

    assert login in shown.text
    assert (422, 303, 404) == (short.status_code, accepted.status_code, again.status_code)
    assert "12 to 1024" in short.text
    assert "used already" in again.text


def test_a_true_file_is_proven_in_words(gateway: Running, bundle: Bundle) -> None:
    """What a court's expert wants to read: who, before when, at which place of the log, and what is not proven."""
    with gateway.client(**{"Accept-Language": "fr"}) as client:
        answer = _sent(client, pack(bundle.files))

    assert 200 == answer.status_code
    for words in ("Prouvé", "complet et inaltéré", "avant le", "au journal, n°", "Ce qui n&#39;est pas prouvé"):
        assert words in answer.text


def test_an_altered_file_is_refused_in_words(gateway: Running, bundle: Bundle) -> None:
    """One changed byte of the page, and the verdict says which file."""
    altered = dict(bundle.files) | {"record.html": bundle.files["record.html"] + b" "}
    with gateway.client() as client:
        answer = _sent(client, pack(altered))
        nonsense = _sent(client, b"not an archive", name="<script>alert(1)</script>")

    assert "Refused" in answer.text
    assert "record.html" in answer.text
    assert "Refused" in nonsense.text
    assert "<script>" not in nonsense.text


def test_nothing_sent_is_kept(gateway: Running, bundle: Bundle) -> None:
    """The page promises it."""
    with gateway.client() as client:
        _sent(client, pack(bundle.files))

    assert [] == [path for path in gateway.temporary.rglob("*") if path.is_file()]


def test_a_file_too_large_is_told_what_to_do(gateway: Running) -> None:
    """413 before it is read, with the way to verify at home."""
    with gateway.client() as client:
        answer = _sent(client, b"x" * 2_000_001)
        none = client.post("/verify", files={"other": ("x", b"")})

    assert (413, 422) == (answer.status_code, none.status_code)
    assert "larger than 2 MB" in answer.text
    assert "/verify/verify.sh" in answer.text


def test_the_means_to_verify_at_home_are_public(gateway: Running, bundle: Bundle) -> None:
    """The script and the anchors, and nothing else of the trust folder."""
    (gateway.trust / "other.key").write_text("secret")
    with gateway.client() as client:
        script = client.get("/verify/verify.sh")
        root = client.get("/verify/trust/root.pem")
        others = [client.get(f"/verify/trust/{name}").status_code for name in ("other.key", "..%2Fsetup_token")]

    assert (Path(__file__).parents[3] / "verifier" / "standalone" / "verify.sh").read_bytes() == script.content
    assert bundle.trust()["root.pem"] == root.content
    assert [404, 404] == others


def test_pages_run_no_script(gateway: Running) -> None:
    """The policy allows none, so an injected one is dead (and there is no inline style to forbid)."""
    with gateway.client() as client:
        shown = [client.get(path) for path in ("/sign-in", "/verify", "/invitations/x", "/problems/stale")]

    for page in shown:
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "<script" not in page.text
        assert "style=" not in page.text
