"""What a legal hold reaches, on the fake store and on PostgreSQL."""

import pytest

from contracts.errors import Forbidden, NotFound
from tests.builders.entries import Institution


def test_an_archivist_learns_what_a_hold_reaches(lab: Institution) -> None:
    """A unit's notebooks are those of its teams too, restricted ones included; a person has none."""
    archivist = lab.person("Anne Archiviste", "archivist", at=lab.root)
    books = [lab.notebook().id, lab.notebook(restricted=True).id]
    ask = lab.read.scope_of_hold

    assert ask(by=archivist, scope="unit", subject=lab.unit, after=None) == sorted(books)
    assert ask(by=archivist, scope="unit", subject=lab.unit, after=min(books)) == [max(books)]
    assert ask(by=archivist, scope="unit", subject=lab.other_team, after=None) == []
    assert ask(by=archivist, scope="notebook", subject=books[0], after=None) == [books[0]]
    assert ask(by=archivist, scope="person", subject=lab.researcher, after=None) == []
    assert ask(by=None, scope="unit", subject=lab.team, after=None) == sorted(books)


def test_nobody_else_asks_and_nothing_unknown_is_held(lab: Institution) -> None:
    """Not even administrators and leads; a typing mistake must not look like a hold."""
    archivist = lab.person("Anne Archiviste", "archivist", at=lab.root)
    ask = lab.read.scope_of_hold

    for person in (lab.admin, lab.lead, lab.researcher):
        with pytest.raises(Forbidden):
            ask(by=person, scope="person", subject=lab.researcher, after=None)
    for scope in ("unit", "person", "notebook"):
        with pytest.raises(NotFound):
            ask(by=archivist, scope=scope, subject="0192aaaa-0000-7000-8000-00000000ffff", after=None)
