"""Build an institution with its people and notebooks, in the words of the laboratory."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from contracts.identifiers import Actor, NotebookId, PersonId, RequestKey, Sha256, Sha512, StructureId, UploadId
from services.entries.domain.caller import Caller
from services.entries.domain.documents import CheckedDocument
from services.entries.domain.notebook import Notebook
from services.entries.domain.people import PersonFields, RoleName
from services.entries.ports.files import FileText, SignedUrl, StoredFile, TextPlace
from services.entries.use_cases.create_structure import NewStructure
from services.entries.use_cases.written import NamedFile, Written
from services.entries.wiring import Reads, Writing

ZONE = "Europe/Paris"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 1)


def caller(person: PersonId | None, *, key: str | None = None, method: str = "", digest: str = "0" * 64) -> Caller:
    """A call of a person through the gateway, keyed when ``key`` is given."""
    request = RequestKey(str(person), method, key, Sha256(digest)) if key else None
    return Caller(Actor(issuer="gateway", person=person), correlation_id="test", request=request)


def page(text: str = "Température 37 °C", **changes: Any) -> Written:
    """What one writes: a page with one paragraph."""
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}
    return Written(**{"title": "Culture cellulaire", "document": document, **changes})


def named(name: str, upload: str | None = None, sha256: str | None = None) -> NamedFile:
    """A file one names."""
    return NamedFile(name, UploadId(upload) if upload else None, Sha256(sha256) if sha256 else None)


@dataclass
class StorageDouble:
    """The house of storage, which entries does not own: answers from memory, remembers what it was asked."""

    uploads: dict[tuple[str, str | None], StoredFile] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    put_files: dict[str, bytes] = field(default_factory=dict)
    sent: list[tuple[str, StoredFile]] = field(default_factory=list)

    def has(self, upload: str, *, owner: str, name: str = "mesures.csv") -> StoredFile:
        """Let a finished upload be there."""
        stored = StoredFile(
            Sha256("a" * 63 + str(len(self.uploads))), Sha512("b" * 128), 12, "text/csv", name, UploadId(upload)
        )
        self.uploads[upload, owner] = stored
        return stored

    def sends(self, upload: str, *, purpose: str, name: str) -> StoredFile:
        """Let somebody's finished upload be there for a purpose."""
        stored = replace(self.has(upload, owner="somebody", name=name), media_type="image/png")
        self.sent.append((purpose, stored))
        return stored

    def resolve(self, uploads: Any, *, owner: PersonId | None, purpose: str = "") -> tuple[StoredFile, ...]:
        """Return uploads of their owner, or for a purpose."""
        from contracts.errors import NotFound

        usable = {one: stored for (one, whose), stored in self.uploads.items() if whose == owner}
        usable |= {stored.upload: stored for stored in self.sent_for(purpose)}
        if missing := [one for one in uploads if one not in usable]:
            raise NotFound(upload=missing[0])
        return tuple(usable[one] for one in uploads)

    def sent_for(self, purpose: str) -> tuple[StoredFile, ...]:
        """Return what was sent for a purpose, newest first."""
        return tuple(stored for made_for, stored in reversed(self.sent) if purpose and made_for == purpose)

    def keep(self, uploads: Any) -> None:
        """Remember what is kept."""
        self.kept.extend(uploads)

    def put(
        self, content: bytes, *, name: str, media_type: str, sha256: Sha256, purpose: str, tentative: bool = False
    ) -> StoredFile:
        """Keep bytes."""
        self.put_files[name] = content
        return StoredFile(sha256, Sha512("c" * 128), len(content), media_type, name, UploadId(f"put-{name}"))

    def download_url(self, sha256: Sha256, *, name: str, media_type: str) -> SignedUrl:
        """Return a URL."""
        return SignedUrl(f"http://store.test/{sha256}", NOW)

    def preview_url(self, sha256: Sha256, *, kind: str) -> SignedUrl:
        """Return a URL."""
        return SignedUrl(f"http://store.test/{sha256}/{kind}", NOW)

    def text(self, sha256: Sha256, *, claimed_media_type: str, with_places: bool) -> FileText:
        """Return what is written in every file, and take every claim for a lie."""
        places = (TextPlace("page", "p. 3", "Na2HPO4"),) if with_places else ()
        return FileText(sha256, "done", "", places, False, "application/pdf", claimed_media_type == "text/csv", ())


class DocumentsDouble:
    """A schema that takes every document."""

    def check(self, document: Any) -> CheckedDocument:
        """Return it."""
        return CheckedDocument(document, "texte", 1)


@dataclass
class Institution:
    """A small institution: unit U1234 with teams CELL and PHOTO, an administrator, a lead, two researchers."""

    write: Writing
    read: Reads
    admin: PersonId
    root: StructureId
    unit: StructureId
    team: StructureId
    other_team: StructureId
    lead: PersonId
    researcher: PersonId
    colleague: PersonId

    def person(self, name: str, role: RoleName | None = None, *, at: StructureId | None = None) -> PersonId:
        """Enter a person, with a role at a structure (the team unless said otherwise)."""
        return enter(self.write, self.admin, name, role, at=at or self.team)

    def notebook(
        self, *, by: PersonId | None = None, at: StructureId | None = None, restricted: bool = False
    ) -> Notebook:
        """Open a notebook (the researcher's, in the team)."""
        return self.write.open_notebook(
            caller(by or self.researcher), structure=at or self.team, title="Cahier", restricted=restricted
        )

    def entry(self, notebook: NotebookId, *, by: PersonId | None = None) -> Any:
        """Create a page with a first revision (the researcher's)."""
        return self.write.create_entry(
            caller(by or self.researcher), notebook=notebook, entry=None, title="Page", first=page()
        )


def enter(write: Writing, admin: PersonId, name: str, role: RoleName | None, *, at: StructureId) -> PersonId:
    """Enter a person and give a role."""
    fields = PersonFields(display_name=name, mail=f"{name.replace(' ', '.')}@demo.example")
    made = write.create_person(caller(admin), fields=fields, structure=at).person.id
    if role:
        write.give_role(caller(admin), person=made, role=role, structure=at, from_date=None, until_date=None)
    return made


def institution(write: Writing, read: Reads) -> Institution:
    """Set up an institution."""
    fields = PersonFields(display_name="Aline Admin", mail="admin@demo.example")
    admin = write.set_up_institution(caller(None), code="DEMO", name="Institut de démonstration", admin=fields)
    root, person = admin.roles[0].structure, admin.person.id

    def structure(kind: Any, parent: StructureId, code: str) -> StructureId:
        return write.create_structure(caller(person), new=NewStructure(kind, parent, code, code)).id

    unit = structure("unit", root, "U1234")
    team, other = structure("team", unit, "CELL"), structure("team", unit, "PHOTO")
    return Institution(
        write, read, person, root, unit, team, other,
        lead=enter(write, person, "Léa Lead", "lead", at=unit),
        researcher=enter(write, person, "René Chercheur", "researcher", at=team),
        colleague=enter(write, person, "Colette Collègue", "researcher", at=team),
    )  # fmt: skip
