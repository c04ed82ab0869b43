"""What is written inside the files of a page, from the upload to the reader."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from onebox.demo import institution as inst
from onebox.demo import seed
from onebox.demo.api import Person, Refused, client
from tests.builders import files
from tests.e2e.system import System

DOCUMENT = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Dosage"}]}]}
PAGE = {
    "protocole.pdf": ("application/pdf", files.pdf(["Tampon", "Lavage", "Na2HPO4 12 g"])),
    "données/suivi.xlsx": ("application/octet-stream", files.xlsx({"B12": "α-synucléine"})),
    "figure.png": ("image/png", files.pdf(["posing as a picture"])),
    "secret.xlsx": ("application/octet-stream", files.encrypted_xlsx()),
}


async def _page(author: Person, team: str, folder: Path) -> str:
    """Write a page that names every file, and return where its attachments are."""
    attachments = []
    for name, (media_type, content) in PAGE.items():
        path = folder / name.rpartition("/")[2]
        path.write_bytes(content)
        blob = await author.upload(path, media_type=media_type)
        attachments.append({"name": name, "upload": blob["upload"]})
    notebook = await author.post("/notebooks", {"structure": team, "title": "Dosages"})
    first = {"title": "Dosage", "document": DOCUMENT, "attachments": attachments}
    entry = await author.post(f"/notebooks/{notebook['id']}/entries", {"title": "Dosage", "first": first})
    return f"/entries/{entry['id']}/revisions/1/attachments"


async def _read(person: Person, at: str) -> dict[str, dict[str, Any]]:
    """Wait until every file was looked into."""
    return {name: await person.wait_for(f"{at}/{name}/text", lambda it: it["status"] != "pending") for name in PAGE}


async def _found_inside(person: Person, word: str, at: str) -> list[dict[str, Any]]:
    """Wait until a page is found by the word of a file, and return the pieces of files that the hit shows."""
    entry = at.split("/")[2]
    found = await person.wait_for("/search", lambda them: any(hit["entry"] == entry for hit in them["items"]), q=word)
    [hit] = [hit for hit in found["items"] if hit["entry"] == entry]
    return [piece for piece in hit["snippets"] if piece["place"] == "attachment"]


def _marked(piece: dict[str, Any]) -> list[str]:
    return [piece["text"][start:end] for start, end in piece["ranges"]]


async def _story(system: System, folder: Path) -> None:
    async with client(system.site.base_url) as http:
        demo = await seed.ensure(http, folder=system.site.folder, setup_token=system.site.setup_token)
        author, stranger = await demo.sign_in(http, inst.AUTHOR), await demo.sign_in(http, inst.STRANGER)
        at = await _page(author, demo.structures[inst.AUTHOR.place], folder)

        read = await _read(author, at)

        assert read["protocole.pdf"]["places"][2] == {"kind": "page", "label": "p. 3", "text": "Na2HPO4 12 g"}
        [cell] = read["données/suivi.xlsx"]["places"]
        assert cell == {"kind": "cell", "label": "Feuil1!B12", "text": "α-synucléine"}
        assert {name: one["media_type_lies"] for name, one in read.items()} == dict.fromkeys(PAGE, False) | {
            "figure.png": True
        }
        # A word written nowhere but in a cell, or on a PDF's page, leads there; by either of its spellings.
        for word, name, label, marked in (
            ("α-synucléine", "données/suivi.xlsx", "Feuil1!B12", "α-synucléine"),
            ("alpha-synucleine", "données/suivi.xlsx", "Feuil1!B12", "α-synucléine"),
            ("Na2HPO4", "protocole.pdf", "p. 3", "Na2HPO4"),
        ):
            [piece] = await _found_inside(author, word, at)
            assert (piece["file"], piece["label"], _marked(piece)) == (name, label, [marked])
            seen_by_stranger = await stranger.get("/search", q=word)
            assert all(hit["entry"] not in at for hit in seen_by_stranger["items"])
        assert (read["secret.xlsx"]["status"], read["secret.xlsx"]["reason"]) == ("failed", "encrypted")
        signed = await author.request("GET", f"{at}/protocole.pdf/preview", params={"kind": "page-1"})
        assert (await http.get(signed.headers["location"])).content.startswith(b"\x89PNG")
        # What could not be read can be had, whole.
        whole = await author.request("GET", f"{at}/secret.xlsx")
        assert (await http.get(whole.headers["location"])).content == PAGE["secret.xlsx"][1]
        for path in ("protocole.pdf/text", "protocole.pdf/preview"):
            with pytest.raises(Refused) as refused:
                await stranger.request("GET", f"{at}/{path}")
            assert refused.value.status == httpx.codes.NOT_FOUND


def test_what_is_inside_files_reaches_readers_and_nobody_else(system: System, tmp_path: Path) -> None:
    """A protocol in a PDF is as much the notebook as the page that names it."""
    asyncio.run(_story(system, tmp_path))
