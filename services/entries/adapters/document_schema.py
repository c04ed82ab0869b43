"""Load the published document schema once, compiled by ProseMirror's own rules."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import contracts.entries

SCHEMA_FILE = Path(contracts.entries.__file__).with_name("document.json")


@cache
def document_schema() -> Any:
    """Return the ``prosemirror.model.Schema`` of ``contracts/entries/document.json``."""
    # Late import: it loads lxml, which a process that never checks a document need not carry (ADR-0004).
    from prosemirror.model import Schema

    published = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return Schema({"nodes": published["nodes"], "marks": published["marks"], "topNode": published["topNode"]})
