"""Page and notebook numbers have no gap, however many write at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contracts.errors import Conflict, Invalid
from services.entries.use_cases.written import NamedDraft
from tests.builders.entries import Institution, caller, page


def test_a_failed_creation_leaves_no_gap(lab: Institution) -> None:
    """A number is only used by the commit that makes its page."""
    notebook = lab.notebook()
    first = lab.entry(notebook.id)

    try:
        lab.write.create_entry(
            caller(lab.researcher), notebook=notebook.id, entry=first.entry.id, title="Twice", first=None
        )
        refused = False
    except Conflict:
        refused = True

    assert refused
    assert 2 == lab.entry(notebook.id).entry.number


def test_notebooks_are_numbered_per_unit_and_year(lab: Institution) -> None:
    """The reference is the unit's, also for its teams."""
    year = dt.datetime.now(dt.UTC).year
    references = [lab.notebook().reference, lab.notebook(by=lab.lead, at=lab.other_team).reference]

    assert [f"U1234-{year}-001", f"U1234-{year}-002"] == references


def test_a_repeated_creation_returns_the_first_page(lab: Institution) -> None:
    """A lost reply is asked for again with the same key: one page, not two."""
    notebook = lab.notebook()

    def create() -> Any:
        asked = caller(lab.researcher, key="k1", method="create_entry")
        return lab.write.create_entry(asked, notebook=notebook.id, entry=None, title="Page", first=page())

    with ThreadPoolExecutor(4) as pool:
        made = {shown.entry.id for shown in pool.map(lambda _: create(), range(4))}

    assert 1 == len(made)
    assert 2 == lab.entry(notebook.id).entry.number


def test_a_new_page_has_no_draft_to_begin_with(lab: Institution) -> None:
    """A draft is made by the server from a page that is there; a number is not used up by the mistake."""
    notebook = lab.notebook().id
    first = page(document=None, draft=NamedDraft(1, b"\x00"))

    with pytest.raises(Invalid) as refused:
        lab.write.create_entry(caller(lab.researcher), notebook=notebook, entry=None, title="Page", first=first)

    assert ["first.draft"] == [field.name for field in refused.value.fields]
    assert 1 == lab.entry(notebook).entry.number
