"""Agree on structures, people, affiliations and roles (product.md §1, §3)."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import EmailStr, Field

from contracts.envelope import Call, Message, Page
from contracts.identifiers import AccessLabel, AffiliationId, EntryId, PersonId, RoleId, StructureId

StructureKind = Literal["institution", "region", "unit", "team"]
RoleName = Literal[
    "researcher", "lead", "partner", "ambassador", "region_admin", "archivist", "auditor", "institution_admin"
]
Locale = Literal["fr", "en"]
_READ = "entries_read"


class Structure(Message):
    """A node of the tree institution › region › unit › team; ``code`` is unique, ``rors`` the supervising bodies'."""

    id: StructureId
    kind: StructureKind
    parent: StructureId | None
    code: str
    name: str
    rors: tuple[str, ...] = ()


class RoleView(Message):
    """A role held at a structure; dates inclusive, in the institution's time zone."""

    id: RoleId
    role: RoleName
    structure: StructureId
    from_date: date
    until_date: date | None = None


class AffiliationView(Message):
    """A person's belonging to a structure; dates inclusive."""

    id: AffiliationId
    structure: StructureId
    from_date: date
    until_date: date | None = None
    source: str = "manual"


class PersonView(Message):
    """A person as colleagues see them."""

    id: PersonId
    display_name: str
    given_name: str
    family_name: str
    mail: str
    orcid: str | None = None
    locale: Locale = "fr"
    status: Literal["active", "left"] = "active"


class PersonDetail(PersonView):
    """A person with what they hold."""

    roles: tuple[RoleView, ...] = ()
    affiliations: tuple[AffiliationView, ...] = ()


class PersonFields(Message):
    """What one says of a new person."""

    display_name: str = Field(min_length=1, max_length=200)
    given_name: str = Field(default="", max_length=100)
    family_name: str = Field(default="", max_length=100)
    mail: EmailStr
    orcid: str | None = Field(default=None, pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")
    locale: Locale = "fr"


class SetUpInstitution(Call):
    """Create the institution and its first administrator; Conflict once it exists. No person acts: setup token."""

    service = "entries"
    method = "set_up_institution"
    changes = True
    code: str = Field(pattern=r"^[A-Z0-9-]{1,20}$")
    name: str = Field(min_length=1, max_length=200)
    admin: PersonFields
    reply: ClassVar[type[Message]] = PersonDetail


class CreateStructure(Call):
    """Add a region, unit or team under its parent."""

    service = "entries"
    method = "create_structure"
    changes = True
    kind: StructureKind
    parent: StructureId
    code: str = Field(pattern=r"^[A-Za-z0-9-]{1,20}$")
    name: str = Field(min_length=1, max_length=200)
    rors: tuple[str, ...] = Field(default=(), max_length=20)
    reply: ClassVar[type[Message]] = Structure


class StructureList(Message):
    """A slice of the tree."""

    items: tuple[Structure, ...]
    next_cursor: str | None = None


class ListStructures(Call, Page):
    """List structures, parents before children; ``parent`` narrows to its direct children."""

    service = _READ
    method = "list_structures"
    parent: StructureId | None = None
    reply: ClassVar[type[Message]] = StructureList


class GetStructure(Call):
    """Return one structure, to name it."""

    service = _READ
    method = "get_structure"
    structure: StructureId
    reply: ClassVar[type[Message]] = Structure


class CreatePerson(Call):
    """Add a person; Conflict when the mail is known."""

    service = "entries"
    method = "create_person"
    changes = True
    person: PersonFields
    structure: StructureId
    reply: ClassVar[type[Message]] = PersonDetail


class AddAffiliation(Call):
    """Attach a person to a structure from a date, until a date (inclusive) or for good."""

    service = "entries"
    method = "add_affiliation"
    changes = True
    person: PersonId
    structure: StructureId
    from_date: date | None = None
    until_date: date | None = None
    reply: ClassVar[type[Message]] = PersonDetail


class GiveRole(Call):
    """Give a person a role at a structure; who may give which: product.md §3."""

    service = "entries"
    method = "give_role"
    changes = True
    person: PersonId
    role: RoleName
    structure: StructureId
    from_date: date | None = None
    until_date: date | None = None
    reply: ClassVar[type[Message]] = PersonDetail


class RecordDeparture(Call):
    """
    Record that a person left the institution: nothing is theirs to read or do from now on.

    Who manages every place where the person holds something may; nobody records their own. Their pages stay, and stay
    attributed to them.
    """

    service = "entries"
    method = "record_departure"
    changes = True
    person: PersonId
    reply: ClassVar[type[Message]] = PersonDetail


class GetMe(Call):
    """Return the acting person with roles and affiliations."""

    service = _READ
    method = "get_me"
    reply: ClassVar[type[Message]] = PersonDetail


class PeopleList(Message):
    """A slice of people."""

    items: tuple[PersonView, ...]
    next_cursor: str | None = None


class FindPeople(Call, Page):
    """Find people by the beginning of a name or mail, accents ignored."""

    service = _READ
    method = "find_people"
    q: str = Field(default="", max_length=200)
    reply: ClassVar[type[Message]] = PeopleList


class GetPeople(Call):
    """Return people by id, for a house that composes a statement or a mail; unknown ids are left out."""

    service = _READ
    method = "get_people"
    issuers = frozenset({"gateway", "signing", "notify", "search"})
    ids: tuple[PersonId, ...] = Field(max_length=200)
    reply: ClassVar[type[Message]] = PeopleList


class LeadsOf(Call):
    """Return the leads of the structures above an entry, nearest first, valid today."""

    service = _READ
    method = "leads_of"
    issuers = frozenset({"signing", "notify"})
    entry: EntryId
    reply: ClassVar[type[Message]] = PeopleList


class ReaderLabel(Message):
    """One label a person holds, from–until inclusive (dates in the institution's time zone)."""

    person: PersonId
    label: AccessLabel
    from_date: date
    until_date: date | None = None


class ReaderLabelList(Message):
    """All labels of the people asked for, or a slice of everybody's."""

    items: tuple[ReaderLabel, ...]
    next_cursor: str | None = None


class ListReaderLabels(Call, Page):
    """Return the labels of ``person``, or of everybody by cursor (rebuild of the index)."""

    service = _READ
    method = "list_reader_labels"
    issuers = frozenset({"search"})
    person: PersonId | None = None
    reply: ClassVar[type[Message]] = ReaderLabelList
