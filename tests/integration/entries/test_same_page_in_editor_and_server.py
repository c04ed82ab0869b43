"""The server and a real TipTap editor read one living document as the same page, whoever wrote it."""

import base64
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, XmlFragment

from onebox import webapp
from services.entries.adapters.document_schema import SCHEMA_FILE
from services.entries.adapters.documents import Documents
from services.entries.adapters.drafts.fragment import read_document
from services.entries.adapters.drafts.living import YjsDrafts
from services.entries.adapters.drafts.structure import read_update
from tests.builders.documents import Pages

COUNT = 220
LIVING = Path(webapp.WEB) / "tests" / "living.mjs"


@pytest.fixture(scope="module")
def editor() -> Any:
    """Ask a real editor, many questions in one process."""
    webapp.install()

    def ask(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        lines = "".join(f"{json.dumps(one)}\n" for one in questions)
        ran = subprocess.run(
            [webapp.node(), str(LIVING), str(SCHEMA_FILE)], input=lines.encode(), cwd=webapp.WEB, capture_output=True,
            timeout=150, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr.decode()[-3000:]
        return [json.loads(line) for line in ran.stdout.splitlines()]

    return ask


def canonical(document: Any) -> Any:
    """A page as it would be signed."""
    return Documents().check(document).document


def test_what_the_server_made_the_editor_shows_as_the_same_page(editor: Any) -> None:
    """Opening a page, imported ones too, must not change a letter of it."""
    pages = [canonical(Pages(seed).page()) for seed in range(COUNT)]
    made = [YjsDrafts().make(page, title="essai")[0] for page in pages]

    shown = editor([{"updates": [base64.b64encode(one).decode() for one in updates]} for updates in made])

    assert pages == [canonical(one["document"]) for one in shown]


def test_what_the_editor_wrote_the_server_reads_as_the_same_page(editor: Any) -> None:
    """The bytes that are signed are made here: they must be what its author saw."""
    asked = [{"documents": [Pages(seed).page(), Pages(seed + COUNT).page()]} for seed in range(COUNT)]

    for one in editor(asked):
        update, document = base64.b64decode(one["update"]), Doc()
        assert read_update(update).new_depth > 0
        document.apply_update(update)
        read = read_document(document.get("default", type=XmlFragment))
        assert canonical(one["document"]) == canonical(read)
