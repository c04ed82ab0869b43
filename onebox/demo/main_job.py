"""
Run the main job once, through the gateway alone.

Import an archive → a page goes into a circuit → author, witness, approver sign → the institution seals → the page is
found by a word of its text and of its title → the lead's mail lies in the Maildir → the evidence file is verified with
no network (decisions.md 29).
"""

import asyncio
import re
import shutil
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default as email_policy
from pathlib import Path
from typing import Any

import httpx

from onebox.demo import institution as inst
from onebox.demo import seed
from onebox.demo.api import Person, client
from onebox.demo.offline import unpack_script, verify_by_program, verify_by_script, without_network
from onebox.demo.site import Site
from onebox.demo.summary import Step, StepFailed, Summary

ARCHIVE_TYPE = "application/vnd.eln+zip"
WORD = re.compile(r"[^\W\d_]{4,}")
IMPORT_SECONDS = 300.0
EFFECT_SECONDS = 60.0
TRUST_FILES = ("root.pem", "tsa.pem", "crls.pem", "log.vkey")


@dataclass(slots=True)
class Cast:
    """Who plays, and what they have made so far."""

    http: httpx.AsyncClient
    author: Person
    witness: Person
    lead: Person
    team: str
    notebook: dict[str, Any] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    entry: dict[str, Any] = field(default_factory=dict)


async def run(site: Site, *, archive: Path, out: Path) -> Summary:
    """
    Run every step and return the account; it ends at the first step that fails.

    Args:
        site: A running demo installation.
        archive: The ``.eln`` to import.
        out: Receives summary.json, page.asice, trust/ and mail/.

    """
    out.mkdir(parents=True, exist_ok=True)
    summary = Summary(out / "summary.json", archive.name)
    async with client(site.base_url) as http:
        try:
            cast = await _cast(summary, http, site)
            await _import(summary, cast, archive)
            await _sign(summary, cast)
            await _find(summary, cast)
            await _read_mail(summary, cast, site, out)
            await _verify(summary, cast, site, out)
        except Exception:  # noqa: BLE001 - the rim: the step has recorded it, the account is the answer
            summary.write()
    return summary


async def _cast(summary: Summary, http: httpx.AsyncClient, site: Site) -> Cast:
    async with summary.step("sign_in") as step:
        demo = await seed.ensure(http, folder=site.folder, setup_token=site.setup_token)
        author, witness, lead = [await demo.sign_in(http, who) for who in (inst.AUTHOR, inst.WITNESS, inst.LEAD)]
        step.counts = {"people": len(demo.people), "structures": len(demo.structures)}
        return Cast(http, author, witness, lead, team=demo.structures[inst.AUTHOR.place])


async def _import(summary: Summary, cast: Cast, archive: Path) -> None:
    async with summary.step("open_notebook") as step:
        title = f"{archive.stem} ({inst.MARK})"
        cast.notebook = await cast.author.post("/notebooks", {"structure": cast.team, "title": title[:500]})
        step.counts = {"reference": cast.notebook["reference"]}
    async with summary.step("upload") as step:
        blob = await cast.author.upload(archive, media_type=ARCHIVE_TYPE)
        step.counts = {"bytes": blob["size_bytes"], "sha256": blob["sha256"]}
    async with summary.step("import") as step:
        body = {"upload": blob["upload"], "notebook": cast.notebook["id"]}
        started = await cast.author.post("/imports", body)
        done = await cast.author.wait_for(
            f"/imports/{started['id']}", lambda at: at["state"] in {"done", "refused"}, deadline_seconds=IMPORT_SECONDS
        )
        step.counts = {kind: done[kind]["done"] for kind in ("entries", "files", "bytes")}
        step.counts["report"] = len(done["report"])
        if done["state"] == "refused":
            await _nothing_left(cast)
            reasons = [f"{line['place']}: {line['code']} {line['text']}" for line in done["report"]
                       if line["level"] == "refused"]  # fmt: skip
            raise StepFailed("refused: " + "; ".join(reasons))
        cast.pages = done["made"]
    await _choose_page(summary, cast)


async def _nothing_left(cast: Cast) -> None:
    left = await cast.author.get(f"/notebooks/{cast.notebook['id']}/entries")
    if left["items"]:
        raise StepFailed("the refused archive left pages behind")


async def _choose_page(summary: Summary, cast: Cast) -> None:
    async with summary.step("choose_page") as step:
        best = -1
        for page in cast.pages:
            entry = await cast.author.get(f"/entries/{page}")
            words = len(WORD.findall(text_of(entry["revision"]["document"])))
            if words > best:
                best, cast.entry = words, entry
        if best < 0:
            raise StepFailed("the archive made no page")
        step.counts = {"pages": len(cast.pages), "words": best, "reference": cast.entry["reference"]}


async def _sign(summary: Summary, cast: Cast) -> None:
    entry = cast.entry["id"]
    async with summary.step("send_into_circuit"):
        stages = [
            {"role": "author", "signers": [cast.author.id]},
            {"role": "witness", "signers": [cast.witness.id]},
            {"role": "approver", "signers": [cast.lead.id]},
        ]
        body = {"revision": cast.entry["head"], "stages": stages}
        await cast.author.post(f"/entries/{entry}/circuit", body)
    signers = (("author", cast.author), ("witness", cast.witness), ("approver", cast.lead))
    for role, person in signers:
        async with summary.step(f"sign_{role}") as step:
            receipt = await sign(person, entry=entry)
            step.counts = {"leaf_index": receipt["leaf_index"], "signed_at": receipt["signed_at"]}
    async with summary.step("seal") as step:
        circuit = await cast.author.wait_for(
            f"/entries/{entry}/circuit", lambda at: at["state"] == "sealed", deadline_seconds=EFFECT_SECONDS
        )
        await cast.author.wait_for(
            f"/entries/{entry}", lambda at: at["state"] == "sealed", deadline_seconds=EFFECT_SECONDS
        )
        step.counts = {"signatures": len(circuit["steps"]) + 1}


async def sign(person: Person, *, entry: str) -> dict[str, Any]:
    """Wait until the entry is in the person's inbox, prove identity again, sign; return the receipt."""
    inbox = await person.wait_for(
        "/signing/inbox", lambda at: any(item["entry"] == entry for item in at["items"]), limit=200,
        deadline_seconds=EFFECT_SECONDS,
    )  # fmt: skip
    steps = [item["step"] for item in inbox["items"] if item["entry"] == entry]
    ceremony = await person.post("/signing/ceremonies", {"steps": steps, "locale": "fr"})
    proof = {"method": "password", "password": person.password}
    receipts = await person.post(f"/signing/ceremonies/{ceremony['id']}/complete", proof)
    receipt: dict[str, Any] = receipts["items"][0]
    if receipt["state"] != "signed":
        path = f"/receipts/{receipt['id']}"
        receipt = await person.wait_for(path, lambda at: at["state"] == "signed", deadline_seconds=EFFECT_SECONDS)
    return receipt


async def _find(summary: Summary, cast: Cast) -> None:
    texts = {"title": cast.entry["title"], "text": text_of(cast.entry["revision"]["document"])}
    for place, text in texts.items():
        async with summary.step(f"found_by_{place}") as step:
            words = sorted(set(WORD.findall(text)), key=lambda word: (-len(word), word))
            if not words:
                step.outcome, step.reason = "not_applicable", f"the page has no word in its {place}"
                continue
            await _found(cast, words[0])
            step.counts = {"word": words[0]}


async def _found(cast: Cast, word: str) -> None:
    await cast.author.wait_for(
        "/search",
        lambda at: any(hit["entry"] == cast.entry["id"] for hit in at["items"]),
        q=word, notebook=cast.notebook["id"], deadline_seconds=EFFECT_SECONDS,
    )  # fmt: skip


async def _read_mail(summary: Summary, cast: Cast, site: Site, out: Path) -> None:
    async with summary.step("mail_to_lead") as step:
        deadline = time.monotonic() + EFFECT_SECONDS
        while not (mails := _mails(site.maildir, reference=cast.entry["reference"])).get(inst.LEAD.mail):
            if time.monotonic() > deadline:
                raise StepFailed(f"no mail to {inst.LEAD.mail} about {cast.entry['reference']}")
            await asyncio.sleep(0.1)
        (out / "mail").mkdir(exist_ok=True)
        for path in {path for paths in mails.values() for path in paths}:
            shutil.copyfile(path, out / "mail" / f"{path.name.split(':')[0]}.eml")
        step.counts = {address: len(paths) for address, paths in mails.items()}


def _mails(maildir: Path, *, reference: str) -> dict[str, list[Path]]:
    """Return the mails about a page by their reader."""
    found: dict[str, list[Path]] = {}
    for path in sorted([*maildir.glob("new/*"), *maildir.glob("cur/*")]):
        mail = message_from_bytes(path.read_bytes(), policy=email_policy)
        if reference in str(mail["Subject"]):
            for address in mail["To"].addresses:
                found.setdefault(address.addr_spec, []).append(path)
    return found


async def _verify(summary: Summary, cast: Cast, site: Site, out: Path) -> None:
    async with summary.step("download_evidence") as step:
        file = out / "page.asice"
        step.counts = {"bytes": await cast.lead.download(f"/entries/{cast.entry['id']}/evidence", file)}
        (out / "trust").mkdir(exist_ok=True)
        for name in TRUST_FILES:
            shutil.copyfile(site.trust / name, out / "trust" / name)
    async with summary.step("verified_offline") as step:
        _conclude(step, *await verify_by_program(file, trust=out / "trust"))
    async with summary.step("verified_by_its_script") as step:
        script = await unpack_script(file, to=out)
        _conclude(step, *await verify_by_script(script, file, trust=out / "trust"))


def _conclude(step: Step, code: int, said: str) -> None:
    step.counts = {"exit": code, "network": "none" if without_network() else "there", "said": said[-2000:]}
    if code != 0:
        raise StepFailed(said[-500:])


def text_of(node: Any) -> str:
    """Return the words of a document (contracts/entries/document.json), blocks apart."""
    if not isinstance(node, dict):
        return ""
    own = str(node.get("text", ""))
    return own + " ".join(text_of(child) for child in node.get("content", []))
