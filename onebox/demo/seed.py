"""Fill an empty installation with the demo institution, through the gateway like anyone else."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from onebox.demo import institution as inst
from onebox.demo.api import Person

STATE = "demo.json"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo remembers: structure ids by code, people by mail, and the password of those who sign in."""

    password: str
    structures: dict[str, str]
    people: dict[str, str]
    complete: bool = False
    # Folders of before there was furniture stay as they are.
    furnished: bool = True

    async def sign_in(self, http: httpx.AsyncClient, who: inst.Someone) -> Person:
        """Return a signed-in demo person."""
        return await Person.sign_in(http, login=who.mail, password=self.password)


async def ensure(http: httpx.AsyncClient, *, folder: Path, setup_token: str) -> Demo:
    """Return the demo institution, created on first use; what a broken first use left is finished."""
    path = folder / STATE
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else _fresh()
    if known["complete"]:
        return Demo(**known)

    def remember() -> None:
        write_state(path, known)

    remember()
    admin = await _set_up(http, known, setup_token=setup_token)
    remember()
    await _build_tree(admin, known)
    remember()
    await _add_people(http, admin, known)
    known["complete"] = True
    remember()
    return Demo(**known)


def write_state(path: Path, known: dict[str, Any]) -> None:
    """Replace what the demo remembers, whole or not at all; it holds a password."""
    draft = path.with_suffix(".tmp")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def _fresh() -> dict[str, Any]:
    # One random password for every demo account of this folder: printed by the demo, never written in the project.
    return {"password": f"demo-{secrets.token_hex(6)}", "structures": {}, "people": {}, "complete": False,
            "furnished": False}  # fmt: skip


def _fields(who: inst.Someone) -> dict[str, Any]:
    return {
        "display_name": who.display,
        "given_name": who.given,
        "family_name": who.family,
        "mail": who.mail,
        "locale": who.locale,
    }


async def _set_up(http: httpx.AsyncClient, known: dict[str, Any], *, setup_token: str) -> Person:
    if inst.ADMIN.mail in known["people"]:
        return await Person.sign_in(http, login=inst.ADMIN.mail, password=known["password"])
    answer = await Person(http).request(
        "POST",
        "/setup",
        json={"institution": inst.INSTITUTION, "admin": _fields(inst.ADMIN)},
        headers={"Authorization": f"Setup {setup_token}"},
    )
    made = answer.json()
    admin = await Person.accept(http, invitation_url=made["invitation_url"], password=known["password"])
    known["people"][inst.ADMIN.mail] = admin.id
    return admin


async def _build_tree(admin: Person, known: dict[str, Any]) -> None:
    structures = known["structures"]
    tree = (await admin.get("/structures", limit=200))["items"]
    structures |= {each["code"]: each["id"] for each in tree}

    async def add(kind: str, code: str, name: str, parent: str, rors: tuple[str, ...] = ()) -> None:
        if code not in structures:
            body = {"kind": kind, "code": code, "name": name, "parent": structures[parent], "rors": list(rors)}
            structures[code] = (await admin.post("/structures", body))["id"]

    for code, name in inst.REGIONS.items():
        await add("region", code, f"{name} ({inst.MARK})", inst.INSTITUTION["code"])
    for unit in inst.UNITS:
        await add("unit", unit.code, f"{unit.name} ({inst.MARK})", unit.region, unit.rors)
        for number, team in enumerate(unit.teams, 1):
            await add("team", f"{unit.code}-{number}", team, unit.code)


async def _add_people(http: httpx.AsyncClient, admin: Person, known: dict[str, Any]) -> None:
    for who in inst.PEOPLE:
        if who.mail in known["people"]:
            continue
        place = known["structures"][who.place]
        made = await admin.post("/people", {"person": _fields(who), "structure": place, "invite": who in inst.ACCOUNTS})
        person = made["person"]["id"]
        await admin.post(f"/people/{person}/roles", {"role": who.role, "structure": place})
        if who in inst.ACCOUNTS:
            await Person.accept(http, invitation_url=made["invitation_url"], password=known["password"])
        known["people"][who.mail] = person
