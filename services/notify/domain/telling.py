"""Decide who is told what when something happens to a page (product.md §7)."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.identifiers import EntryId, PersonId
from services.notify.domain.notice import Capacity, Kind


@dataclass(frozen=True, slots=True)
class TurnCame:
    """It is a person's turn to sign, in a role."""

    entry: EntryId
    person: PersonId
    role: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A person signed a page of an author."""

    entry: EntryId
    person: PersonId
    author: PersonId
    role: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A person refused to sign a page of an author."""

    entry: EntryId
    by: PersonId
    author: PersonId


@dataclass(frozen=True, slots=True)
class Sealed:
    """A page got the institution's seal; ``alone`` when its author was the only signer."""

    entry: EntryId
    author: PersonId
    signers: tuple[PersonId, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Commented:
    """A person commented on a page; ``others`` have a part in it without being named."""

    entry: EntryId
    by: PersonId
    mentioned: tuple[PersonId, ...]
    others: tuple[PersonId, ...]
    author: PersonId


Happening = TurnCame | Signed | Returned | Sealed | Commented


@dataclass(frozen=True, slots=True)
class Telling:
    """Tell a person one kind of thing, in one capacity."""

    person: PersonId
    kind: Kind
    capacity: Capacity


def tellings(happening: Happening, leads: Iterable[PersonId] = ()) -> tuple[Telling, ...]:
    """
    Return who is told, each person once.

    The author is not told of their own signature, but always of a return and of the seal: these are legal notices.
    ``leads`` are the leads of the structures above the page; only the seal is told to them.
    """
    match happening:
        case TurnCame(person=person):
            return (Telling(person, "to_sign", "signer"),)
        case Signed(person=person, author=author):
            return (Telling(author, "signed", "author"),) if person != author else ()
        case Returned(author=author):
            return (Telling(author, "returned", "author"),)
        case Commented():
            return _commented(happening)
    return _sealed(happening, leads)


def _sealed(sealed: Sealed, leads: Iterable[PersonId]) -> tuple[Telling, ...]:
    told: dict[PersonId, Telling] = {sealed.author: Telling(sealed.author, "sealed", "author")}
    for signer in sealed.signers:
        told.setdefault(signer, Telling(signer, "sealed", "signer"))
    for lead in leads:
        told.setdefault(lead, Telling(lead, "sealed", "lead"))
    return tuple(told.values())


def _commented(said: Commented) -> tuple[Telling, ...]:
    told: dict[PersonId, Telling] = {}
    kinds: tuple[tuple[Kind, tuple[PersonId, ...]], ...] = (("mentioned", said.mentioned), ("commented", said.others))
    for kind, people in kinds:
        for person in people:
            told.setdefault(person, Telling(person, kind, "author" if person == said.author else "reader"))
    told.pop(said.by, None)
    return tuple(told.values())
