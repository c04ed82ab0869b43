"""Remember people, the tree and what opens what, in memory."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from contracts.errors import Conflict, NotFound
from services.entries.domain.drafts import Draft
from services.entries.domain.entry import Entry
from services.entries.domain.facts import Fact
from services.entries.domain.grants import Grant
from services.entries.domain.imports import Import
from services.entries.domain.labels import lead_label, notebook_label, team_label
from services.entries.domain.notebook import Notebook
from services.entries.domain.people import Affiliation, Person, PersonDetail, ReaderLabel, Role
from services.entries.domain.remarks import Comment
from services.entries.domain.revision import Revision
from services.entries.domain.rights import Standing
from services.entries.domain.structures import Structure
from services.entries.ports.machines import Clock

Held = tuple[str, str, str, date, date | None]


@dataclass
class Tables:
    """All that is remembered; every value in it is frozen, so a shallow copy is a snapshot."""

    structures: dict[str, Structure] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    affiliations: list[Affiliation] = field(default_factory=list)
    counters: dict[Any, int] = field(default_factory=dict)
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    revisions: dict[Any, Revision] = field(default_factory=dict)
    frozen: dict[Any, Any] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    draft_updates: dict[str, Any] = field(default_factory=dict)
    requests: dict[Any, Any] = field(default_factory=dict)
    inbox: dict[Any, bool] = field(default_factory=dict)
    jobs: dict[Any, str] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    imported: dict[Any, Any] = field(default_factory=dict)
    outbox: list[Fact] = field(default_factory=list)

    def copied(self) -> "Tables":
        """Return a snapshot."""
        return Tables(**{name: value.copy() for name, value in vars(self).items()})

    def held(self, person: str) -> list[Held]:
        """Return label, way and days of all a person holds; nothing is held by who left."""
        found: list[Held] = []
        if person in self.people and self.people[person].status == "left":
            return found
        places = [(one.structure, one.from_date, one.until_date) for one in self.affiliations if one.person == person]
        for role in (one for one in self.roles if one.person == person):
            found.append((person, "-", f"role:{role.name}", role.from_date, role.until_date))
            if role.name in {"researcher", "lead"}:
                label = lead_label if role.name == "lead" else team_label
                found.append((person, label(role.structure), role.name, role.from_date, role.until_date))
                places.append((role.structure, role.from_date, role.until_date))
        for book in (one for one in self.notebooks.values() if person in one.holders):
            found.append((person, notebook_label(book.id), "holder", book.opened_at.date() - timedelta(days=1), None))
        for grant in self.grants.values():
            if grant.beneficiary.person == person:
                found.append((person, grant.target.label, grant.level, grant.from_date, grant.until_date))
            for place, begins, ends in places:
                if grant.beneficiary.structure in self.structures[place].path:
                    until = min((day for day in (ends, grant.until_date) if day), default=None)
                    found.append((person, grant.target.label, grant.level, max(begins, grant.from_date), until))
        return found


class Repository:
    """See the tables as one subject does."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self.t, self.clock = tables, clock

    def standing(self, person: str | None, labels: Any, *, author: str | None = None) -> Standing:
        """Return how a person stands to what carries these labels, today."""
        today = self.clock.today()
        ways = {
            way
            for _, label, way, begins, ends in self.t.held(str(person))
            if label in {*labels, "-"} and begins <= today and (ends is None or ends >= today)
        }
        return Standing(
            frozenset(way for way in ways if ":" not in way),
            frozenset(way.removeprefix("role:") for way in ways if ":" in way),
            is_author=author == person,
        )


class FakeStructures(Repository):
    """The tree."""

    def add(self, structure: Structure) -> None:
        """Add a node."""
        codes = {one.code for one in self.t.structures.values()}
        if structure.code in codes or (structure.kind == "institution" and codes):
            raise Conflict(reason="structure_exists", code=structure.code)
        self.t.structures[structure.id] = structure

    def get(self, structure: Any) -> Structure:
        """Return a node."""
        return found_in(self.t.structures, structure, "structure")

    def page(self, *, parent: Any, after: Any, limit: int) -> list[Structure]:
        """Return nodes, parents first."""
        every = sorted(self.t.structures.values(), key=lambda one: (len(one.path), one.id))
        wanted = [one for one in every if parent in {None, one.parent}]
        return after_in(wanted, after, limit)


class FakePeople(Repository):
    """People."""

    def lock_rights(self) -> None:
        """Nothing to do: units of work take turns here."""

    def add(self, person: Person) -> None:
        """Add a person."""
        if person.fields.mail.casefold() in {one.fields.mail.casefold() for one in self.t.people.values()}:
            raise Conflict(reason="mail_known")
        self.t.people[person.id] = person

    def add_role(self, role: Role) -> None:
        """Give a role."""
        self.t.roles.append(role)

    def leave(self, person: Any) -> None:
        """Mark a person as gone."""
        self.t.people[person] = replace(self.t.people[person], status="left")

    def add_affiliation(self, affiliation: Affiliation) -> None:
        """Attach."""
        self.t.affiliations.append(affiliation)

    def detail(self, person: Any) -> PersonDetail:
        """Return a person with what they hold."""
        found = found_in(self.t.people, person, "person")
        roles = tuple(one for one in self.t.roles if one.person == person)
        return PersonDetail(found, roles, tuple(one for one in self.t.affiliations if one.person == person))

    def roles_today(self, person: Any) -> tuple[Role, ...]:
        """Return roles in force."""
        today = self.clock.today()
        return tuple(
            one for one in self.t.roles
            if one.person == person and self.t.people[person].status == "active" and one.from_date <= today and (one.until_date is None or one.until_date >= today)
        )  # fmt: skip

    def find(self, words: str, *, after: Any, limit: int) -> list[Person]:
        """Return people by the beginning of a name."""
        from services.entries.store.people import folded

        def sought(one: Person) -> str:
            said = one.fields
            return folded(f" {said.family_name} {said.given_name} {said.display_name} {said.mail}")

        every = sorted(self.t.people.values(), key=lambda one: (sought(one), one.id))
        return after_in([one for one in every if f" {folded(words)}" in sought(one)], after, limit)

    def several(self, people: Any) -> list[Person]:
        """Return people by id."""
        return [self.t.people[one] for one in people if one in self.t.people]

    def leads_of(self, entry: Any) -> list[Person]:
        """Return leads, nearest first."""
        path = self.t.notebooks[found_in(self.t.entries, entry, "entry").notebook].path
        leads = {
            person: max(path.index(role.structure) for role in self.roles_today(person) if _leads(role, path))
            for person in self.t.people
            if any(_leads(role, path) for role in self.roles_today(person))
        }
        return [self.t.people[one] for one in sorted(leads, key=lambda one: (-leads[one], one))]

    def labels(self, *, person: Any, after: Any, limit: int) -> tuple[list[ReaderLabel], str | None]:
        """Return labels."""
        readers = sorted(one for one in self.t.people if self.t.held(one) and (after is None or one > after))
        wanted = max(1, limit // 4)
        people = [person] if person else readers[:wanted]
        following = people[-1] if not person and len(people) == wanted else None
        rows = {(who, label, begins, ends) for one in people for who, label, _, begins, ends in self.t.held(one)}
        kept = sorted((row for row in rows if row[1] != "-"), key=lambda row: row[:3])
        return [ReaderLabel(*row) for row in kept], following  # type: ignore[arg-type]


def found_in(rows: Any, key: Any, kind: str) -> Any:
    if key not in rows:
        raise NotFound(kind=kind)
    return rows[key]


def after_in(rows: list[Any], after: str | None, limit: int) -> list[Any]:
    start = next((place + 1 for place, one in enumerate(rows) if one.id == after), 0)
    return rows[start : start + limit]


def _leads(role: Role, path: Any) -> bool:
    return role.name == "lead" and role.structure in path
