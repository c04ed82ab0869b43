"""Build an institution at random, through the use cases of entries: people who move, notebooks, shares with dates."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from contracts.identifiers import EntryId, NotebookId, PersonId, StructureId
from services.entries.domain.grants import Beneficiary, Level, Target
from services.entries.domain.notebook import Notebook
from services.entries.domain.people import PersonFields, RoleName
from services.entries.domain.remarks import Said
from services.entries.domain.structures import StructureKind
from services.entries.use_cases.create_structure import NewStructure
from services.entries.wiring import Writing
from tests.builders.entries import ZONE, caller, page

# Words without endings: all stemmers leave them alone.
WORDS = ("gel", "bain", "fer", "lot7", "adn", "ph")
# So many are looked at when all is new.
EVERYBODY = 40
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass
class ShiftedClock:
    """The machine's clock, so many days behind: what is done by it was done then."""

    days: int = 0

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC) - timedelta(days=self.days)

    def today(self) -> date:
        """Return the day where the institution stands."""
        return self.now().astimezone(ZoneInfo(ZONE)).date()


@dataclass(frozen=True)
class Size:
    """How large a population is."""

    people: int
    notebooks: int
    pages: int
    shares: int


@dataclass
class Population:
    """Two regions of two units of two teams, people who work there, worked there or will, and what they wrote."""

    write: Writing
    clock: ShiftedClock
    chance: random.Random
    root: StructureId = field(init=False)
    admin: PersonId = field(init=False)
    units: list[StructureId] = field(default_factory=list)
    teams: list[StructureId] = field(default_factory=list)
    people: list[PersonId] = field(default_factory=list)
    researchers: dict[PersonId, StructureId] = field(default_factory=dict)
    notebooks: dict[NotebookId, Notebook] = field(default_factory=dict)
    holders: dict[NotebookId, PersonId] = field(default_factory=dict)
    pages: dict[EntryId, NotebookId] = field(default_factory=dict)
    own_words: dict[EntryId, str] = field(default_factory=dict)
    grants: list[tuple[str, PersonId]] = field(default_factory=list)
    moved: set[PersonId] = field(default_factory=set)

    def settle(self, size: Size) -> None:
        """Let everything come about, part of it days ago."""
        self._build()
        for number in range(size.people):
            self._enter(number)
        self.clock.days = 20
        for _ in range(size.notebooks):
            self._open()
        for number in range(size.pages):
            self._write(number)
        for _ in range(size.shares):
            self._share()
        self.clock.days = 0
        self.moved = set(self.people[:EVERYBODY])

    def change(self, times: int) -> None:
        """
        Let people move and leave, notebooks be restricted and opened up, shares begin and end, pages change.

        ``moved`` are those whose rights may have changed, and a few in whose notebooks something did.
        """
        self.moved.clear()
        # Few kinds of acts at a time: one that makes everything looked at anew would hide what another forgot.
        acts = (self._move, self._restrict, self._revoke, self._share, self._mark, self._leave)
        for act in self.chance.choices(self.chance.sample(acts, k=2), k=times):
            act()

    def _build(self) -> None:
        admin = PersonFields(display_name="Administration", mail="admin@demo.example")
        made = self.write.set_up_institution(caller(None), code="DEMO", name="Institut", admin=admin)
        self.root, self.admin = made.roles[0].structure, made.person.id
        for region in range(2):
            above = self._structure("region", self.root, f"R{region}")
            for unit in range(2):
                self.units.append(self._structure("unit", above, f"U{region}{unit}"))
                self.teams += [self._structure("team", self.units[-1], f"T{region}{unit}{team}") for team in range(2)]

    def _structure(self, kind: StructureKind, parent: StructureId, code: str) -> StructureId:
        return self.write.create_structure(caller(self.admin), new=NewStructure(kind, parent, code, code)).id

    def _enter(self, number: int) -> None:
        name = f"Personne {number}"
        fields = PersonFields(display_name=name, mail=f"p{number}@demo.example")
        home = self.chance.choice(self.teams)
        person = self.write.create_person(caller(self.admin), fields=fields, structure=home).person.id
        self.people.append(person)
        if self.chance.random() < 0.7:
            self._give(person, "researcher", home)
            self.researchers[person] = home
        for _ in range(self.chance.randrange(3)):
            self._at_random(person)

    def _at_random(self, person: PersonId) -> None:
        """Give a role or a belonging that was, is or will be."""
        begins = self.clock.today() + timedelta(days=self.chance.choice((-400, -30, -1, 0, 1, 30)))
        lasts = self.chance.choice((None, 0, 1, 29, 30, 31, 400))
        ends = None if lasts is None else begins + timedelta(days=lasts)
        place = self.chance.choice([*self.teams, *self.units, self.root])
        # An auditor never writes, whatever else they are.
        kinds: list[RoleName | None] = ["researcher", "lead", "partner", "region_admin", None, None]
        kinds += ["auditor"] if person not in self.researchers else []
        if (role := self.chance.choice(kinds)) is None:
            self.write.add_affiliation(
                caller(self.admin), person=person, structure=place, from_date=begins, until_date=ends
            )
        else:
            self._give(person, role, place, begins, ends)

    def _give(
        self, person: PersonId, role: RoleName, at: StructureId, begins: date | None = None, ends: date | None = None
    ) -> None:
        self.write.give_role(
            caller(self.admin), person=person, role=role, structure=at, from_date=begins, until_date=ends
        )

    def _open(self) -> None:
        holder, team = self.chance.choice(list(self.researchers.items()))
        restricted = self.chance.random() < 0.3
        opened = self.write.open_notebook(caller(holder), structure=team, title="Cahier", restricted=restricted)
        self.notebooks[opened.id], self.holders[opened.id] = opened, holder

    def _write(self, number: int) -> None:
        notebook = self.chance.choice(list(self.notebooks))
        text = " ".join([*self.chance.choices(WORDS, k=self.chance.randrange(4)), f"zq{number}"])
        who = caller(self.holders[notebook])
        made = self.write.create_entry(who, notebook=notebook, entry=None, title="Page", first=page(text, title="Page"))
        self.pages[made.entry.id], self.own_words[made.entry.id] = notebook, f"zq{number}"

    def _share(self) -> None:
        # Shared up to twenty days ago, until a day before, at or after today, or for good.
        self.clock.days = self.chance.choice((20, 5, 1, 0))
        notebook, ends = self._any_held(), self.chance.choice((None, -5, -1, 0, 1, 30))
        today = self.clock.today()
        until = None if ends is None else max(today, today + timedelta(days=self.clock.days + ends))
        target = Target(notebook=notebook)
        if self.chance.random() < 0.5 and (mine := [one for one, where in self.pages.items() if where == notebook]):
            target = Target(entry=self.chance.choice(mine))
        beneficiary = Beneficiary(person=self._someone())
        if self.chance.random() < 0.4:
            beneficiary = Beneficiary(structure=self.chance.choice([*self.teams, *self.units, self.root]))
        given = self.write.give_grant(
            caller(self.holders[notebook]), target=target, beneficiary=beneficiary, level=self.chance.choice(LEVELS),
            until_date=until,
        )  # fmt: skip
        self.grants.append((given.id, self.holders[notebook]))
        self.clock.days = 0

    def _revoke(self) -> None:
        standing = [one for one in self.grants if one[1] in self.researchers]
        if standing:
            grant, by = self.chance.choice(standing)
            self.grants.remove((grant, by))
            self.write.revoke_grant(caller(by), grant=grant)

    def _move(self) -> None:
        self._at_random(self._someone())

    def _restrict(self) -> None:
        found = self.notebooks[self._any_held()]
        self.moved |= {one for one, team in self.researchers.items() if team == found.path[-1]}
        self.notebooks[found.id] = self.write.change_notebook(
            caller(self.holders[found.id]), notebook=found.id, version=found.version, title=None,
            restricted=not found.restricted,
        )  # fmt: skip

    def _mark(self) -> None:
        """Tag a page, speak of it, or strike it out."""
        theirs = [one for one in self.pages.items() if self.holders[one[1]] in self.researchers]
        entry, notebook = self.chance.choice(theirs)
        word, who = self.chance.choice(WORDS), caller(self.holders[notebook])
        if self.chance.random() < 0.4:
            self.write.change_tags(who, entry=entry, add=(word,), remove=())
        elif self.chance.random() < 0.7:
            self.write.add_comment(who, entry=entry, said=Said(word))
        elif notebook != self._kept:
            self.write.strike_out(who, entry=entry, reason="erreur")
            del self.pages[entry]

    def _leave(self) -> None:
        keeper = self.holders[self._kept]
        if self.chance.random() < 0.5 and (others := [one for one in self.researchers if one != keeper]):
            gone = self.chance.choice(others)
            self.write.record_departure(caller(self.admin), person=gone)
            self.moved.add(gone)
            del self.researchers[gone]

    def _someone(self) -> PersonId:
        self.moved.add(one := self.chance.choice(self.people))
        return one

    @property
    def _kept(self) -> NotebookId:
        """A notebook whose holder stays and whose pages do: shares and restrictions are somebody's to decide."""
        return next(iter(self.pages.values()))

    def _any_held(self) -> NotebookId:
        return self.chance.choice([one for one, holder in self.holders.items() if holder in self.researchers])
