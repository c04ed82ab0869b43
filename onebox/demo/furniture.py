"""
Furnish the demo institution once, so that a visitor finds work going on.

Notebooks in several teams with a first page each, one of them by somebody who has left since; the pages of the
project's own sample, and four of them on their way through signatures: one came back, one waits for each signer.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from onebox.demo import institution as inst
from onebox.demo.api import Person
from onebox.demo.main_job import ARCHIVE_TYPE, EFFECT_SECONDS, IMPORT_SECONDS, sign
from onebox.demo.seed import STATE, Demo, write_state

SAMPLE = Path(__file__).with_name("sample.eln")


@dataclass(frozen=True, slots=True)
class Signers:
    """The three people of a circuit."""

    author: Person
    witness: Person
    lead: Person

    @property
    def stages(self) -> list[dict[str, Any]]:
        """Return who signs, in order."""
        asked = (("author", self.author), ("witness", self.witness), ("approver", self.lead))
        return [{"role": role, "signers": [person.id]} for role, person in asked]


async def furnish(http: httpx.AsyncClient, *, folder: Path, demo: Demo) -> None:
    """Do what is not done yet: a broken first use is finished, and nothing is doubled."""
    if demo.furnished:
        return
    signers = Signers(*[await demo.sign_in(http, who) for who in (inst.AUTHOR, inst.WITNESS, inst.LEAD)])
    known = {inst.AUTHOR: signers.author, inst.WITNESS: signers.witness, inst.LEAD: signers.lead}
    notebooks = []
    for place, title in inst.NOTEBOOKS:
        holder = inst.HOLDERS[place]
        if holder == inst.LEAVER and await _has_left(signers.lead, demo):
            continue
        if holder not in known:
            known[holder] = await demo.sign_in(http, holder)
        notebooks.append(await _notebook(known[holder], structure=demo.structures[place], title=title))
    pages = await _pages_of_the_sample(signers.author, notebook=notebooks[0])
    await _send(signers, pages)
    await signers.lead.post(f"/people/{demo.people[inst.LEAVER.mail]}/departure", {})
    path = folder / STATE
    write_state(path, json.loads(path.read_text(encoding="utf-8")) | {"furnished": True})


async def _has_left(reader: Person, demo: Demo) -> bool:
    """Say whether a broken first use came so far: who left cannot sign in to do it again."""
    found = (await reader.get("/people", ids=demo.people[inst.LEAVER.mail]))["items"]
    return bool(found[0]["status"] == "left")


async def _notebook(holder: Person, *, structure: str, title: str) -> str:
    """Return the notebook with a first page."""
    marked = f"{title} ({inst.MARK})"
    there = (await holder.get("/notebooks", structure=structure, limit=200))["items"]
    found = next((each for each in there if each["title"] == marked), None)
    if found is None:
        found = await holder.post("/notebooks", {"structure": structure, "title": marked})
    notebook = str(found["id"])
    if not found["entry_count"]:
        text = {"type": "paragraph", "content": [{"type": "text", "text": inst.FIRST_PAGE}]}
        first = {"title": f"Ouverture du cahier ({inst.MARK})", "document": {"type": "doc", "content": [text]}}
        await holder.post(f"/notebooks/{notebook}/entries", {"title": first["title"], "first": first})
    return notebook


async def _pages_of_the_sample(author: Person, *, notebook: str) -> list[str]:
    """Return the pages that the import of the project's own sample made, after the first page."""
    if len(await _entries(author, notebook)) <= 1:
        blob = await author.upload(SAMPLE, media_type=ARCHIVE_TYPE)
        started = await author.post("/imports", {"upload": blob["upload"], "notebook": notebook})
        await author.wait_for(
            f"/imports/{started['id']}", lambda at: at["state"] == "done", deadline_seconds=IMPORT_SECONDS
        )
    return [str(page["id"]) for page in (await _entries(author, notebook))[1:]]


async def _entries(reader: Person, notebook: str) -> list[dict[str, Any]]:
    listed = await reader.get(f"/notebooks/{notebook}/entries", limit=200)
    items: list[dict[str, Any]] = listed["items"]
    return items


async def _send(signers: Signers, pages: list[str]) -> None:
    """Bring four pages to where each person has something to do."""
    returned, for_witness, for_lead, for_author = pages[:4]
    for page in (returned, for_witness, for_lead, for_author):
        if (await signers.author.get(f"/entries/{page}"))["state"] == "open":
            await signers.author.post(f"/entries/{page}/circuit", {"stages": signers.stages})
        if page != for_author:
            await _sign_if_due(signers.author, page)
    await _sign_if_due(signers.witness, for_lead)
    step = await _due(signers.witness, returned)
    if step is not None:
        await signers.witness.post(f"/signing/steps/{step}/return", {"reason": inst.RETURN_REASON})
    await signers.author.wait_for(
        f"/entries/{returned}", lambda at: at["state"] == "returned", deadline_seconds=EFFECT_SECONDS
    )


async def _sign_if_due(person: Person, page: str) -> None:
    if await _due(person, page) is not None:
        await sign(person, entry=page)


async def _due(person: Person, page: str) -> str | None:
    """Return the step of a page that waits for a person, none when nothing does."""
    circuit = await person.get(f"/entries/{page}/circuit")
    waiting = (step["id"] for step in circuit["steps"] if step["person"] == person.id and step["state"] == "due")
    return next(waiting, None) if circuit["state"] == "running" else None
