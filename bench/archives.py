"""Write an ``.eln`` archive of a given size: a RO-Crate in a zip, as exporters make them, with invented content."""

import hashlib
import json
import random
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = "mesures-demonstration"
_TEXT = "<p>Culture du jour (démonstration) : densité mesurée, surnageant congelé à −80 °C.</p>" * 8


@dataclass(frozen=True, slots=True)
class Shape:
    """How much is in an archive."""

    entries: int
    files_each: int
    file_bytes: int


def write_archive(path: Path, shape: Shape, *, seed: int) -> None:
    """Write an archive; another ``seed`` gives other bytes in the same shape."""
    noise = random.Random(seed)
    graph: list[dict[str, Any]] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(shape.entries):
            folder = f"./page-{number:03d}"
            parts = []
            for index in range(shape.files_each):
                content = noise.randbytes(shape.file_bytes)
                name = f"{folder}/trace-{index}.bin"
                archive.writestr(f"{_ROOT}/{name.removeprefix('./')}", content)
                parts.append(_file(name, content))
            graph += [_page(folder, number, parts), *parts]
        archive.writestr(f"{_ROOT}/ro-crate-metadata.json", json.dumps(_crate(graph), ensure_ascii=False))


def _crate(graph: list[dict[str, Any]]) -> dict[str, Any]:
    pages = [{"@id": each["@id"]} for each in graph if each["@type"] == "Dataset"]
    descriptor = {
        "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
    }  # fmt: skip
    root = {"@id": "./", "@type": "Dataset", "name": "Mesures (démonstration)", "hasPart": pages}
    return {"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": [descriptor, root, *graph]}


def _page(folder: str, number: int, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@id": folder, "@type": "Dataset", "name": f"Culture {number} (démonstration)", "text": _TEXT,
        "dateCreated": "2026-01-05T09:30:00+01:00", "dateModified": "2026-01-05T17:00:00+01:00",
        "author": {"@type": "Person", "name": "Personne Inventée (démo)"}, "encodingFormat": "text/html",
        "hasPart": [{"@id": part["@id"]} for part in parts],
    }  # fmt: skip


def _file(name: str, content: bytes) -> dict[str, Any]:
    return {
        "@id": name, "@type": "File", "name": name.rsplit("/", 1)[-1], "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(), "encodingFormat": "application/octet-stream",
    }  # fmt: skip
