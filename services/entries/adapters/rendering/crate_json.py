"""Write the page's ro-crate-metadata.json: RO-Crate 1.2, one dataset, every file with its digests."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.entries.ports.machines import EvidenceFile

# https://w3id.org/ro/crate/1.2 §2.1; its context knows sha256 and sha512 (schema.org terms) since 1.2.
SPECIFICATION: Final = "https://w3id.org/ro/crate/1.2"


def crate_json(record: Mapping[str, Any], *, reference: str, files: Sequence[EvidenceFile]) -> bytes:
    """Return the crate's bytes: keys sorted, no date but the record's own, so that they never differ."""
    author = {"@id": f"urn:uuid:{record['author']['id']}", "@type": "Person", "name": record["author"]["name"]}
    ordered = sorted(files, key=lambda file: file.path)
    graph = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": SPECIFICATION},
        },
        _root(record, reference=reference, author=author["@id"], files=ordered),
        author,
        *(_file(file) for file in ordered),
    ]
    crate = {"@context": f"{SPECIFICATION}/context", "@graph": graph}
    return json.dumps(crate, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _root(record: Mapping[str, Any], *, reference: str, author: str, files: Sequence[EvidenceFile]) -> dict[str, Any]:
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{reference} — {record['title']}",
        "description": f"Page {reference}, version {record['revision']} · revision {record['revision']}",
        "identifier": reference,
        "version": str(record["revision"]),
        "dateCreated": record["created_at"],
        "datePublished": record["created_at"],
        "author": {"@id": author},
        "license": "Voir l'établissement · Ask the institution",
        "hasPart": [{"@id": file.path} for file in files],
    }
    keywords = (record.get("fields") or {}).get("keywords")
    if isinstance(keywords, list) and all(isinstance(word, str) for word in keywords):
        root["keywords"] = keywords
    return root


def _file(file: EvidenceFile) -> dict[str, Any]:
    return {
        "@id": file.path,
        "@type": "File",
        "name": file.name,
        "encodingFormat": file.media_type,
        "contentSize": str(file.size_bytes),
        "sha256": file.sha256,
        "sha512": file.sha512,
    }
