"""Build `.eln` archives for tests: sound ones, odd ones, hostile ones."""

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = "export/"


def dataset(identifier: str, **values: Any) -> dict[str, Any]:
    """Return a dataset of the graph; ``name`` unless given."""
    return {"@id": identifier, "@type": "Dataset", "name": f"Page {identifier}", **values}


def file_entity(identifier: str, **values: Any) -> dict[str, Any]:
    """Return a file of the graph."""
    return {"@id": identifier, "@type": "File", **values}


def refs(*identifiers: str) -> list[dict[str, str]]:
    """Return references."""
    return [{"@id": identifier} for identifier in identifiers]


def graph(*entities: Mapping[str, Any], parts: Sequence[str] | None = None) -> bytes:
    """Return metadata bytes: a root that lists ``parts``, or every dataset."""
    listed = [e["@id"] for e in entities if "Dataset" in e["@type"]] if parts is None else list(parts)
    root = {"@id": "./", "@type": "Dataset", "hasPart": refs(*listed)}
    descriptor = {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}}
    document = {"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": [descriptor, root, *entities]}
    return json.dumps(document).encode()


def archive(target: Path, metadata: bytes, files: Mapping[str, bytes] | None = None, *, root: str = ROOT) -> Path:
    """Write an archive with the metadata and files under its root folder."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in {"ro-crate-metadata.json": metadata, **(files or {})}.items():
            written.writestr(f"{root}{name}", content)
    return target


def raw_archive(target: Path, members: Sequence[tuple[zipfile.ZipInfo, bytes]]) -> Path:
    """Write an archive whose members are exactly as given, whatever harm they mean."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for info, content in members:
            written.writestr(info, content)
    return target


def member(name: str, *, mode: int = 0o100644) -> zipfile.ZipInfo:
    """Return a member of any name and any kind of file (``mode`` as Unix has it)."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def encrypted(path: Path) -> Path:
    """Set the encryption flag of every member, in local and central headers."""
    raw = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(magic)
        while at >= 0:
            raw[at + offset] |= 0x1
            at = raw.find(magic, at + 4)
    path.write_bytes(bytes(raw))
    return path


def claiming_entries(target: Path, count: int) -> Path:
    """Write a zip64 end record that claims ``count`` members and holds none."""
    buffer = io.BytesIO()
    buffer.write(b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, 0, 0))
    buffer.write(b"PK\x06\x07" + struct.pack("<IQI", 0, 0, 1))
    buffer.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0))
    target.write_bytes(buffer.getvalue())
    return target
