"""Read an RO-Crate 1.1 or 1.2 graph as producers really write it."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from services.entries.adapters.eln.archive import refuse
from services.entries.domain.imports import Remark

METADATA: Final = "ro-crate-metadata.json"
ENTITY_LIMIT: Final = 200_000
_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
_FILE: Final = frozenset({"File", "MediaObject", "ImageObject", "DataDownload"})
_ADDRESS: Final = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|(?:urn|mailto|doi|tel|data|arcp):")


@dataclass(frozen=True, slots=True)
class Entity:
    """One node of the graph, or an object written in place; ``values`` are its keys as they came."""

    id: str
    types: frozenset[str]
    values: Mapping[str, Any]

    def get(self, *names: str) -> Any:
        """Return the first value that is there and not empty."""
        return next((self.values[name] for name in names if self.values.get(name) not in (None, "", [], {})), None)

    @property
    def is_dataset(self) -> bool:
        """Say whether it is a folder or a page."""
        return "Dataset" in self.types

    @property
    def is_file(self) -> bool:
        """Say whether it stands for bytes."""
        return not self.is_dataset and bool(self.types & _FILE)


@dataclass(slots=True)
class Crate:
    """The graph by id; ``order`` keeps the producer's order, ``remarks`` what was odd about it."""

    root: Entity
    entities: dict[str, list[Entity]]
    order: list[Entity] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def find(self, value: Any) -> list[Entity]:
        """Return what a value refers to, holds in place, or lists; a mere text refers only if the graph knows it."""
        if isinstance(value, list):
            return [entity for item in value for entity in self.find(item)]
        if isinstance(value, str):
            return list(self.entities.get(clean_id(value), ()))
        if not isinstance(value, dict):
            return []
        identifier = value.get("@id")
        known = list(self.entities.get(clean_id(identifier), ())) if isinstance(identifier, str) else []
        if known:
            return known
        return [entity_of(value)] if set(value) - {"@id"} else []

    def parts(self, whole: Entity) -> Iterator[tuple[str, list[Entity]]]:
        """Yield each part's id with what the graph holds under it: nothing for a dangling one."""
        listed = whole.values.get("hasPart")
        for part in listed if isinstance(listed, list) else [listed]:
            if isinstance(part, (dict, str)):
                identifier = part if isinstance(part, str) else str(part.get("@id") or "")
                yield identifier, self.find(part)


def load(raw: bytes) -> Crate:
    """
    Parse the metadata file.

    Raises:
        Invalid: it is no JSON, too deep, too large, or no RO-Crate graph.

    """
    try:
        parsed = json.loads(raw)
    except RecursionError as error:
        raise refuse(METADATA, "nested too deeply") from error
    except ValueError as error:
        raise refuse(METADATA, "is not JSON") from error
    _writable(parsed)
    graph = parsed.get("@graph") if isinstance(parsed, dict) else None
    if not isinstance(graph, list):
        raise refuse(METADATA, "has no @graph list: not an RO-Crate")
    if len(graph) > ENTITY_LIMIT:
        raise refuse(METADATA, f"has more than {ENTITY_LIMIT} entities")
    return _crate([entity_of(item) for item in graph if isinstance(item, dict)], raw)


def _writable(parsed: Any) -> None:
    """Replace in place what no database and no canonical JSON can hold: NUL and lone surrogates (RFC 8785 §3.2.2.2)."""
    waiting = [parsed] if isinstance(parsed, (dict, list)) else []
    while waiting:
        holder = waiting.pop()
        items = list(holder.items()) if isinstance(holder, dict) else list(enumerate(holder))
        for key, value in items:
            if isinstance(value, str):
                holder[key] = _UNWRITABLE.sub("\ufffd", value)
            elif isinstance(value, (dict, list)):
                waiting.append(value)


def _crate(order: list[Entity], raw: bytes) -> Crate:
    entities: dict[str, list[Entity]] = {}
    remarks: list[Remark] = []
    for entity in order:
        same = entities.setdefault(clean_id(entity.id), [])
        if entity.id and any(other.values == entity.values for other in same):
            continue
        if entity.id and same:
            remarks.append(Remark("info", entity.id[:300], "duplicate_id", "all of them are kept"))
        same.append(entity)
    remarks.extend(_foreign_keys(raw))
    return Crate(_root(order, entities), entities, order, remarks)


def _foreign_keys(raw: bytes) -> Iterator[Remark]:
    if raw.startswith(b"\xef\xbb\xbf"):
        yield Remark("info", METADATA, "byte_order_mark")


def _root(order: list[Entity], entities: dict[str, list[Entity]]) -> Entity:
    """Find the root: what the descriptor is about, else ``./`` (RO-Crate 1.1 §4.2.1), else the only dataset above."""
    for entity in order:
        if clean_id(entity.id).rsplit("/", 1)[-1] in {METADATA, "ro-crate-metadata.jsonld"}:
            about = entity.values.get("about")
            for target in [about] if isinstance(about, dict) else []:
                found = entities.get(clean_id(str(target.get("@id", ""))))
                if found:
                    return found[0]
    if found := entities.get(clean_id("./")):
        return found[0]
    below = {
        clean_id(str(p.get("@id"))) for e in order for p in _listed(e.values.get("hasPart")) if isinstance(p, dict)
    }
    tops = [e for e in order if e.is_dataset and clean_id(e.id) not in below and e.values.get("hasPart")]
    if len(tops) != 1:
        raise refuse(METADATA, "has no root dataset")
    return tops[0]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def entity_of(item: Mapping[str, Any]) -> Entity:
    """Read one object: ``@type`` may be a text, a list, a prefixed name or an address."""
    types = [kind for kind in _listed(item.get("@type")) if isinstance(kind, str)]
    return Entity(str(item.get("@id") or ""), frozenset(re.split(r"[/#:]", kind)[-1] for kind in types), item)


def clean_id(identifier: str) -> str:
    """Return an id without the ways producers write the same one: ``./``, ``//``, a last ``/``, an escaped letter."""
    return identifier if is_address(identifier) else plain_path(unquote(identifier))


def plain_path(path: str) -> str:
    """Return a path composed (NFC), without ``./``, ``//`` and a last ``/``; an escape stays as it is."""
    text = unicodedata.normalize("NFC", path)
    return "/".join(segment for segment in text.split("/") if segment not in {"", "."})


def is_address(identifier: str) -> bool:
    """Say whether an id is an address outside the archive; a file may have a ``:`` in its name."""
    return bool(_ADDRESS.match(identifier))
