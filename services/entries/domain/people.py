"""Hold people with what they hold: affiliations and roles, each from a day until a day."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import AccessLabel, AffiliationId, PersonId, RoleId, StructureId

RoleName = Literal[
    "researcher", "lead", "partner", "ambassador", "region_admin", "archivist", "auditor", "institution_admin"
]


@dataclass(frozen=True, slots=True)
class PersonFields:
    """What one says of a new person."""

    display_name: str
    mail: str
    given_name: str = ""
    family_name: str = ""
    orcid: str | None = None
    locale: Literal["fr", "en"] = "fr"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as colleagues see them."""

    id: PersonId
    fields: PersonFields
    status: Literal["active", "left"] = "active"


@dataclass(frozen=True, slots=True)
class Role:
    """A role held at a structure; both days inclusive, in the institution's time zone."""

    id: RoleId
    person: PersonId
    name: RoleName
    structure: StructureId
    from_date: date
    until_date: date | None = None


@dataclass(frozen=True, slots=True)
class Affiliation:
    """A belonging to a structure; both days inclusive."""

    id: AffiliationId
    person: PersonId
    structure: StructureId
    from_date: date
    until_date: date | None = None
    source: str = "manual"


@dataclass(frozen=True, slots=True)
class PersonDetail:
    """A person with roles and affiliations."""

    person: Person
    roles: tuple[Role, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()

    def places(self, *, today: date) -> tuple[StructureId, ...]:
        """Return where the person holds something, today or later; else where they ever did."""
        held: tuple[Role | Affiliation, ...] = (*self.roles, *self.affiliations)
        lasting = [one for one in held if one.until_date is None or one.until_date >= today]
        return tuple(dict.fromkeys(one.structure for one in lasting or held))


@dataclass(frozen=True, slots=True)
class ReaderLabel:
    """A label a person holds, from–until inclusive."""

    person: PersonId
    label: AccessLabel
    from_date: date
    until_date: date | None


def period(from_date: date | None, until_date: date | None, *, today: date) -> tuple[date, date | None]:
    """
    Return the days something holds, from today unless said otherwise.

    Raises:
        Invalid: it would end before it begins.

    """
    begins = from_date or today
    if until_date is not None and until_date < begins:
        raise Invalid(FieldProblem("until_date", "ends before it begins", "choose a later day"))
    return begins, until_date
