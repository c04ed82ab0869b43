"""A small institute inside the running demonstration; its people meet it through HTTP alone."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from onebox.demo import institution
from onebox.demo.api import COOKIE
from tests.e2e.system import System
from tests.servers.processes import wait_until

PASSWORD = "une phrase facile à retenir"
EFFECT_SECONDS = 30.0


@dataclass(frozen=True)
class Visitor:
    """One signed-in person; answers come back as they are, problems too."""

    http: httpx.Client
    id: str
    cookie: str
    password: str = PASSWORD

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", **headers: str) -> httpx.Response:
        """Send one request; a write has a key of its own unless ``key`` names one."""
        sent = {
            "Cookie": f"{COOKIE}={self.cookie}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if method != "GET":
            sent["Idempotency-Key"] = key or uuid4().hex
        return self.http.request(method, f"/api/v1{path}", json=body, headers=sent)

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a GET that must succeed."""
        query = f"?{httpx.QueryParams(params)}" if params else ""
        return _made(self.ask("GET", path + query))

    def make(self, path: str, body: Any = None, **headers: str) -> Any:
        """Return the JSON of a POST that must succeed."""
        return _made(self.ask("POST", path, {} if body is None else body, **headers))

    def sees(self, path: str) -> int:
        """Return the status of a GET."""
        return self.ask("GET", path).status_code

    def does(self, path: str, body: Any = None, **headers: str) -> int:
        """Return the status of a POST."""
        return self.ask("POST", path, {} if body is None else body, **headers).status_code

    def counts(self, word: str) -> int:
        """Return how many pages with a word search admits there are."""
        return int(self.get("/search", q=word)["total"])

    def revise(self, entry: str, *, text: str = "encore", if_match: str = "") -> httpx.Response:
        """Save a new version of a page, by default over the one that is there."""
        seen = if_match or self.ask("GET", f"/entries/{entry}").headers.get("etag", '"1.1"')
        return self.ask("POST", f"/entries/{entry}/revisions", page(text), If_Match=seen)

    def sign(self, entry: str) -> dict[str, Any]:
        """Sign a page when it is this person's turn; return the receipt."""
        step = self.due(entry)
        ceremony = self.make("/signing/ceremonies", {"steps": [step], "locale": "fr"})
        proof = {"method": "password", "password": self.password}
        receipt: dict[str, Any] = self.make(f"/signing/ceremonies/{ceremony['id']}/complete", proof)["items"][0]
        return self.until(f"/receipts/{receipt['id']}", lambda at: at["state"] == "signed")

    def due(self, entry: str) -> str:
        """Wait until a page is in this person's inbox, oldest first and perhaps long; return the step."""
        found: list[str] = []

        def is_there() -> bool:
            found[:] = [one["step"] for one in self.everything("/signing/inbox") if one["entry"] == entry]
            return bool(found)

        wait_until(is_there, what=f"{entry} in the inbox", seconds=EFFECT_SECONDS)
        return found[0]

    def everything(self, path: str) -> Iterator[Any]:
        """Yield all items of a list, slice by slice."""
        piece = self.get(path, limit=200)
        yield from piece["items"]
        while piece["next_cursor"]:
            piece = self.get(path, limit=200, cursor=piece["next_cursor"])
            yield from piece["items"]

    def until(self, path: str, condition: Callable[[Any], bool]) -> Any:
        """Ask until the answer is so; return it."""
        found: list[Any] = []

        def so() -> bool:
            found[:] = [self.get(path)]
            return condition(found[0])

        wait_until(so, what=path, seconds=EFFECT_SECONDS)
        return found[0]


def page(text: str, *, title: str = "Page") -> dict[str, Any]:
    """Return the fields of a revision with one paragraph."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"title": title, "document": {"type": "doc", "content": [paragraph]}}


def _made(answer: httpx.Response) -> Any:
    assert answer.status_code < 400, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer.json() if answer.content else None


@dataclass(frozen=True)
class Laboratory:
    """
    A region with two units; the first has two teams.

    Ada and Ben research in the first team, Sam in the second; Lea leads their unit, Max another one; Pat is a partner
    of another institution; Admin administers the institution.
    """

    http: httpx.Client
    region: str
    unit: str
    other_unit: str
    team: str
    other_team: str
    people: Mapping[str, Visitor]

    def __getattr__(self, name: str) -> Visitor:
        """Return a person by first name."""
        try:
            return self.people[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def notebook(self, holder: Visitor, *, structure: str = "", restricted: bool = False) -> str:
        """Open a notebook, by default of the first team."""
        body = {"structure": structure or self.team, "title": "Cahier (démonstration)", "restricted": restricted}
        return str(holder.make("/notebooks", body)["id"])

    def page(self, author: Visitor, text: str = "glucose", *, notebook: str = "") -> str:
        """Write a page, by default in a new notebook of the first team."""
        body = {"title": "Page", "first": page(text)}
        return str(author.make(f"/notebooks/{notebook or self.notebook(author)}/entries", body)["id"])

    def send(self, entry: str, *, witness: Visitor | None = None, approver: Visitor | None = None) -> dict[str, Any]:
        """Send a page of Ada's into a circuit."""
        circuit: dict[str, Any] = self.ada.make(
            f"/entries/{entry}/circuit", {"stages": stages(self.ada, witness, approver)}
        )
        return circuit

    def newcomer(self, *, by: Visitor, structure: str, role: str = "") -> Visitor:
        """Enter a person, let them set a password, and give them a role at the structure."""
        body = {"person": somebody(), "structure": structure, "invite": True}
        made = by.make("/people", body)
        secret = made["invitation_url"].rsplit("/", 1)[1]
        answer = self.http.post(f"/api/v1/auth/invitations/{secret}", json={"password": PASSWORD})
        person = made["person"]["id"]
        cookie = answer.cookies[COOKIE]
        self.http.cookies.clear()
        if role:
            by.make(f"/people/{person}/roles", {"role": role, "structure": structure})
        return Visitor(self.http, person, cookie)


def somebody() -> dict[str, str]:
    """Return the fields of an invented person."""
    number = uuid4().hex[:12]
    return {"display_name": f"Personne {number} (démo)", "mail": f"p{number}@demo.paillasse.example"}


def stages(author: Visitor, witness: Visitor | None, approver: Visitor | None) -> list[dict[str, Any]]:
    """Return the stages of a circuit."""
    asked = [("author", author), ("witness", witness), ("approver", approver)]
    return [{"role": role, "signers": [person.id]} for role, person in asked if person is not None]


@contextmanager
def laboratory(system: System) -> Iterator[Laboratory]:
    """Found the laboratory: the administrator makes region, units and leads, the lead teams and people."""
    with httpx.Client(base_url=system.site.base_url, timeout=30.0, headers={"Accept-Language": "en"}) as http:
        admin = _administrator(http, system)
        root = admin.get("/structures", limit=1)["items"][0]["id"]
        region = _structure(admin, "region", root)
        unit, other_unit = _structure(admin, "unit", region), _structure(admin, "unit", region)
        empty = Laboratory(http, region, unit, other_unit, "", "", {})
        lea = empty.newcomer(by=admin, structure=unit, role="lead")
        team, other_team = _structure(lea, "team", unit), _structure(lea, "team", unit)
        people = {
            "admin": admin,
            "lea": lea,
            "max": empty.newcomer(by=admin, structure=other_unit, role="lead"),
            "ada": empty.newcomer(by=lea, structure=team, role="researcher"),
            "ben": empty.newcomer(by=lea, structure=team, role="researcher"),
            "sam": empty.newcomer(by=lea, structure=other_team, role="researcher"),
            "pat": empty.newcomer(by=lea, structure=unit, role="partner"),
        }
        yield Laboratory(http, region, unit, other_unit, team, other_team, people)


def _administrator(http: httpx.Client, system: System) -> Visitor:
    known = json.loads((system.site.folder / "demo.json").read_text())
    body = {"login": institution.ADMIN.mail, "password": known["password"]}
    answer = http.post("/api/v1/auth/local", json=body)
    assert answer.status_code == 200, answer.text
    http.cookies.clear()
    return Visitor(http, answer.json()["person"], answer.cookies[COOKIE], known["password"])


def _structure(by: Visitor, kind: str, parent: str) -> str:
    code = f"{kind[0].upper()}{uuid4().hex[:8]}"
    return str(by.make("/structures", {"kind": kind, "parent": parent, "code": code, "name": code})["id"])
