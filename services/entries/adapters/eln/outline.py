"""Decide which datasets of a crate are pages, in which order, and which files each one carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from services.entries.adapters.eln import shapes
from services.entries.adapters.eln.crate import METADATA, Crate, Entity, clean_id, is_address
from services.entries.adapters.eln.members import Held, Members
from services.entries.domain.imports import Remark

# Parts that describe things used, not work done: they are kept on the last page.
THINGS: Final = frozenset({"resource", "resources", "schema", "template", "item", "items", "category", "collection"})
DEPTH_LIMIT: Final = 32


@dataclass(slots=True)
class Part:
    """A dataset with its files, as the outline found it."""

    entity: Entity
    files: dict[str, Held] = field(default_factory=dict)
    file_entities: list[Entity] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """The pages in order, the things described beside them, and what belongs to no page."""

    pages: list[Part] = field(default_factory=list)
    things: list[Part] = field(default_factory=list)
    loose: Part | None = None
    remarks: list[Remark] = field(default_factory=list)


def outline(crate: Crate, members: Members) -> Outline:
    """Walk the crate from its root, then what hangs nowhere, then what no part names."""
    walk = _Walk(crate, members)
    found = walk.found
    walk.visit(crate.root, found.loose or Part(crate.root), depth=0)
    for entity in crate.order:
        if entity.is_dataset and id(entity) not in walk.seen:
            walk.orphan(entity)
    _leave_loose(walk)
    return found


class _Walk:
    """The state of one walk: what was seen, so that a part listed twice is one page."""

    def __init__(self, crate: Crate, members: Members) -> None:
        self.crate = crate
        self.members = members
        self.found = Outline(loose=Part(crate.root))
        self.seen: set[int] = {id(entity) for entity in crate.find({"@id": crate.root.id})} | {id(crate.root)}
        self.nested = _nested_files(crate)

    def visit(self, whole: Entity, part: Part, *, depth: int) -> None:
        """Take a dataset's parts: files to its page, datasets to pages of their own."""
        if depth > DEPTH_LIMIT:
            self.say("warning", whole.id, "nested_too_deep", "its parts are on the last page")
            return
        versions = {id(entity) for entity in self.crate.find(whole.get("isBasedOn") or [])}
        for identifier, entities in self.crate.parts(whole):
            if not entities:
                self._undescribed(identifier, part)
            for entity in entities:
                if entity.is_dataset and id(entity) in versions:
                    self._version(entity, part, depth)
                elif entity.is_dataset:
                    self._dataset(entity, depth)
                elif whole is not self.crate.root or clean_id(identifier) not in self.nested:
                    self._file(entity, part)

    def orphan(self, entity: Entity) -> None:
        """Take a dataset no ``hasPart`` names: a page, unless it is only a pointer to somewhere else."""
        bare = not any(entity.get(key) for key in ("text", "description", "hasPart", "variableMeasured", "step"))
        if bare and (is_address(entity.id) or not entity.id):
            self.seen.add(id(entity))
            self.say("info", entity.id, "reference_only", shapes.words(entity.get("name")))
            return
        self.say("info", entity.id, "part_not_listed", "no hasPart names it; it is a page all the same")
        self._dataset(entity, 0)

    def say(self, level: str, place: str, code: str, text: str = "") -> None:
        """Add a remark."""
        self.found.remarks.append(Remark("warning" if level == "warning" else "info", place[:300], code, text[:500]))

    def _dataset(self, entity: Entity, depth: int) -> None:
        if id(entity) in self.seen:
            return
        self.seen.add(id(entity))
        part = Part(entity)
        if shapes.words(entity.get("genre")).lower() in THINGS or entity.types & {"DefinedTermSet", "HowTo"}:
            self.found.things.append(part)
            self.say("info", entity.id, "not_a_page", "kept on the last page: it describes a thing, not work")
        else:
            self.found.pages.append(part)
        self.visit(entity, part, depth=depth + 1)

    def _version(self, entity: Entity, part: Part, depth: int) -> None:
        if id(entity) not in self.seen:
            self.seen.add(id(entity))
            self.say("info", entity.id, "earlier_version", "its files are with the page it is a version of")
            self.visit(entity, part, depth=depth + 1)

    def _file(self, entity: Entity, part: Part) -> None:
        part.file_entities.append(entity)
        held = self.members.find(entity.id)
        if held is not None:
            part.files[held.inner_path] = held
        elif is_address(entity.id):
            self.say("info", entity.id, "file_elsewhere", "its address is kept; nothing is fetched")
        elif entity.is_file:
            self.say("warning", entity.id, "file_missing", "the archive does not hold it")

    def _undescribed(self, identifier: str, part: Part) -> None:
        held = self.members.find(identifier)
        if held is not None:
            part.files[held.inner_path] = held
            self.say("info", identifier, "part_not_described")
        else:
            self.say("warning", identifier, "part_missing", "neither the graph nor the archive holds it")


def _nested_files(crate: Crate) -> set[str]:
    """Return the files some dataset below the root lists: there they belong, wherever else they are listed."""
    below = [entity for entity in crate.order if entity.is_dataset and entity is not crate.root]
    return {clean_id(identifier) for entity in below for identifier, _ in crate.parts(entity)}


def _leave_loose(walk: _Walk) -> None:
    """Give the last page every member no other page carries: nothing of the archive is dropped."""
    loose = walk.found.loose or Part(walk.crate.root)
    parts = (*walk.found.pages, *walk.found.things, loose)
    carried = {path for part in parts for path in part.files}
    for path, held in walk.members.held.items():
        if path not in carried:
            loose.files[path] = held
            if not _is_frame(path):
                walk.say("info", held.member.path, "file_not_listed", "no part names it; it is on the last page")
    walk.found.loose = loose


def _is_frame(path: str) -> bool:
    """Say whether a file belongs to the archive rather than to its contents."""
    return path in {METADATA, f"{METADATA}.minisig", "ro-crate-preview.html", "ro-crate.pubkey"}


def names_in_text(part: Part, names: Mapping[str, str]) -> dict[str, str]:
    """Return every way a page's text may name its files → the attachment's name there."""
    ways: dict[str, str] = {}
    for path, held in part.files.items():
        name = names[path]
        entity = held.entity
        other = shapes.words(entity.get("alternateName")) if entity else ""
        url = shapes.words(entity.get("contentUrl", "url")) if entity else ""
        own = entity.id if entity else ""
        for way in (name, held.name, path.rsplit("/", 1)[-1], path, f"./{path}", own, other, url):
            if way:
                ways.setdefault(way, name)
    return ways
