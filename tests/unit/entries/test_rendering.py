"""A frozen revision is readable by people and machines, alone, and always the same."""

import json
from typing import Any

from contracts.identifiers import EntryReference
from services.entries.adapters.eln.html import map_html
from services.entries.adapters.rendering.pages import Renderings
from services.entries.ports.machines import EvidenceFile

REFERENCE = EntryReference("U1234-2026-007/37")


def record(html: str = "<p>Bonjour</p>", **more: Any) -> dict[str, Any]:
    """Return a parsed record.json."""
    file = {
        "name": "gel 1.png",
        "path": "attachments/0001.png",
        "media_type": "image/png",
        "size": 3,
        "sha256": "a" * 64,
    }
    return {
        "v": 1, "notebook": "n", "entry": "e", "number": 37, "revision": 2, "prev": "b" * 64, "title": "Titre <b>",
        "document": {"type": "doc", "content": list(map_html(html, files={"gel 1.png": "gel 1.png"}).blocks)},
        "fields": {"import": {"id": "./x"}, "keywords": ["a", "b"]}, "attachments": [file],
        "author": {"id": "0190-1", "name": "Inès <Delorme>"}, "created_at": "2026-01-12T08:30:00Z", "reason": "",
        **more,
    }  # fmt: skip


def test_the_page_shows_the_record_and_nothing_runs() -> None:
    """It opens from the evidence file, without network, decades later."""
    html = '<h1>A</h1><p><img src="gel 1.png">$x^2$</p><table><tr><td>1</td></tr></table><ul><li><input type=checkbox checked>x</li></ul>'
    page = Renderings().html(record(html), reference=REFERENCE).decode()

    assert "Titre &lt;b&gt;" in page
    assert "Inès &lt;Delorme&gt;" in page
    assert 'src="attachments/0001.png"' in page
    assert "☑" in page
    assert "<script" not in page
    assert "http-equiv" in page
    assert "//" not in page.replace("<!doctype", "")


def test_the_same_record_gives_the_same_bytes() -> None:
    """The seal covers them; a second rendering must agree."""
    assert Renderings().html(record(), reference=REFERENCE) == Renderings().html(record(), reference=REFERENCE)


def test_the_crate_lists_every_file_with_its_digests() -> None:
    """Another notebook can import the page from the evidence file."""
    file = EvidenceFile("attachments/0001.png", "gel 1.png", "image/png", 3, "a" * 64, "b" * 128)
    record_file = EvidenceFile("record.json", "record.json", "application/json", 9, "c" * 64, "d" * 128)

    raw = Renderings().crate(record(), reference=REFERENCE, files=(record_file, file))
    graph = {entity["@id"]: entity for entity in json.loads(raw)["@graph"]}

    assert graph["./"]["hasPart"] == [{"@id": "attachments/0001.png"}, {"@id": "record.json"}]
    assert graph["attachments/0001.png"]["sha256"] == "a" * 64
    assert raw == Renderings().crate(record(), reference=REFERENCE, files=(file, record_file))
