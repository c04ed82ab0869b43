"""Invent an institute: its people, what each may read, and pages that read like a laboratory's; the same every time."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from contracts.identifiers import (
    AccessLabel,
    EntryId,
    EntryReference,
    NotebookId,
    NotebookReference,
    PersonId,
    StructureId,
)
from services.search.domain.page import AttachedFile, IndexedField, IndexedPage, ReaderLabel

PEOPLE = 27_000
_PEOPLE_A_TEAM, _TEAMS_A_UNIT, _UNITS_A_REGION = 9, 3, 100
# One page in five lies in a restricted notebook, which only its own label opens.
_RESTRICTED = 0.2
_LONG_AGO, _PAST = date(2020, 1, 1), date(2024, 12, 31)
_BEGUN = datetime(2024, 1, 1, 8, tzinfo=UTC)
_STATES = ("open", "open", "sealed", "sealed", "sealed", "signed", "in_circuit", "returned", "struck_out")
# What laboratories write all day, in both languages; then words that are rarer the later they come.
COMMON = (
    "le", "la", "de", "et", "à", "en", "the", "of", "and", "in", "échantillon", "sample", "gel", "solution", "tampon",
    "buffer", "protéine", "protein", "culture", "cellules", "cells", "mesure", "résultat", "result", "incubation",
    "température", "minutes", "heures", "lavage", "centrifugation", "concentration", "volume", "courbe", "spectre",
    "électrophorèse", "dilution", "contrôle", "control", "anticorps", "antibody", "séquence", "primer",
    "amplification", "extraction", "pureté",
)  # fmt: skip
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "xo", "bra", "cle", "tri")
_RARE = 12_000
_NAMES = ("Na2HPO4", "α-synuclein", "β-actine", "IL-6", "TNF-α", "GAPDH", "pUC19", "HEK293", "4711-B", "CRISPR")
_ENDINGS = ("csv", "pdf", "png", "xlsx", "txt")


def _vocabulary() -> tuple[str, ...]:
    chance = random.Random("vocabulary")
    rare = {"".join(chance.choices(_SYLLABLES, k=chance.randrange(2, 5))) for _ in range(_RARE)}
    return (*COMMON, *_NAMES, *sorted(rare, key=lambda word: hashlib.sha256(word.encode()).digest()))


WORDS = _vocabulary()
# Zipf's law, a little flattened: the n-th word is written 1/n^0.9 times as often as the first.
_WEIGHTS = tuple(accumulate(1 / (rank + 2) ** 0.9 for rank in range(len(WORDS))))


@dataclass(frozen=True, slots=True)
class Institute:
    """An institute with so many pages."""

    pages: int
    people: int = PEOPLE

    def page(self, number: int, *, change_number: int = 1) -> IndexedPage:
        """Return page ``number`` of all, from 0."""
        chance = random.Random(number)
        author = chance.randrange(self.people)
        team, unit, region = _place(author)
        notebook = f"notebook-{author}"
        labels = [f"entry:{number}", f"notebook:{author}"]
        labels += [f"lead:team-{team}", f"lead:unit-{unit}", f"lead:region-{region}"]
        if chance.random() > _RESTRICTED:
            labels.append(f"team:{team}")
        reference = f"U{unit:04d}-2026-{author % 1000:03d}"
        begun = _BEGUN + timedelta(minutes=chance.randrange(1_200_000))
        files = [f"{word}-{number}.{chance.choice(_ENDINGS)}" for word in _said(chance, chance.choice((0, 0, 0, 1, 2)))]
        return IndexedPage(
            entry=EntryId(f"0190a000-0000-7000-8000-{number:012d}"), change_number=change_number, revision=1,
            notebook=NotebookId(notebook), notebook_reference=NotebookReference(reference),
            notebook_title=f"Cahier {WORDS[author % len(WORDS)]}", reference=EntryReference(f"{reference}/{number}"),
            number=number, state=chance.choice(_STATES), title=" ".join(_said(chance, 5)),
            text=" ".join(_said(chance, chance.randrange(40, 200))), tags=tuple(_said(chance, chance.randrange(3))),
            fields=_fields(chance), comments=(" ".join(_said(chance, 8)),) if chance.random() < 0.1 else (),
            files=tuple(_file(name) for name in files), author=PersonId(f"person-{author}"),
            author_name=f"Prénom{author % 300} Nom{author}", unit=StructureId(f"unit-{unit}"), unit_code=f"U{unit:04d}",
            team=StructureId(f"team-{team}"), team_name=f"Équipe {team}", created_at=begun,
            changed_at=begun + timedelta(minutes=chance.randrange(100_000)),
            labels=tuple(AccessLabel(label) for label in labels), denied=False,
        )  # fmt: skip

    def slices(self, size: int, *, begin: int = 0) -> Iterator[list[IndexedPage]]:
        """Yield all pages from ``begin`` on, so many at a time."""
        for first in range(begin, self.pages, size):
            yield [self.page(number) for number in range(first, min(first + size, self.pages))]

    def labels_of(self, person: int) -> list[ReaderLabel]:
        """Return what a person holds: notebook, team, now and then an office, shares that last or ended."""
        chance = random.Random(f"person-{person}")
        team, unit, region = _place(person)
        held = [f"notebook:{person}", f"team:{team}"]
        if person % _PEOPLE_A_TEAM == 0:
            held.append(f"lead:team-{team}")
        if person % (_PEOPLE_A_TEAM * _TEAMS_A_UNIT) == 0:
            held.append(f"lead:unit-{unit}")
        if self.leads_a_region(person):
            held.append(f"lead:region-{region}")
        shared = [f"notebook:{chance.randrange(self.people)}" for _ in range(chance.randrange(8))]
        ends = dict.fromkeys(shared, None) | dict.fromkeys(shared[::2], _PAST) | dict.fromkeys(held, None)
        return [ReaderLabel(AccessLabel(label), _LONG_AGO, end) for label, end in ends.items()]

    def leads_a_region(self, person: int) -> bool:
        """Say whether a person may read a whole region: the widest rights there are."""
        return person % (_PEOPLE_A_TEAM * _TEAMS_A_UNIT * _UNITS_A_REGION) == 0

    def reader(self, chance: random.Random) -> int:
        """Return somebody who searches: one in ten leads a region."""
        everybody = range(self.people)
        leads = everybody[:: _PEOPLE_A_TEAM * _TEAMS_A_UNIT * _UNITS_A_REGION]
        return chance.choice(leads) if chance.random() < 0.1 else chance.choice(everybody)


def _place(person: int) -> tuple[int, int, int]:
    """Return the team, unit and region of a person."""
    team = person // _PEOPLE_A_TEAM
    unit = team // _TEAMS_A_UNIT
    return team, unit, unit // _UNITS_A_REGION


def _said(chance: random.Random, count: int) -> list[str]:
    return chance.choices(WORDS, cum_weights=_WEIGHTS, k=count)


def _fields(chance: random.Random) -> tuple[IndexedField, ...]:
    some = (
        IndexedField("Température (°C)", f"{chance.randrange(4, 96)} °C"),
        IndexedField("pH", f"{chance.randrange(20, 120) / 10}"),
        IndexedField("tampon", chance.choice(("TAE", "TBE", "PBS", "Tris"))),
    )
    return tuple(chance.sample(some, chance.randrange(4)))


def _file(name: str) -> AttachedFile:
    return AttachedFile(name, hashlib.sha256(name.encode()).hexdigest(), "application/octet-stream")


def queries(chance: random.Random) -> str:
    """Return what somebody types: mostly a word or two, sometimes more of the language, sometimes nothing."""
    one, two = _said(chance, 2)
    return chance.choice((
        one, one, f"{one} {two}", f"{one} {two}", f'"{one} {two}"', f"{one[:4]}*", f"{one} state:sealed",
        f"{one} -{two}", f"{one} OR {two}", chance.choice(_NAMES), "field.ph:>7 gel", f"has:attachment {one}", "",
    ))  # fmt: skip
