"""Writing through HTTP: nothing overwritten, nothing doubled, no number lost, nothing changed by what is refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.laboratory import Laboratory, page, stages
from tests.servers.processes import wait_until


def _kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[1]


def test_a_version_is_never_overwritten_unseen(lab: Laboratory) -> None:
    """428 asks which version was read, 412 says that another one came first; neither changes anything."""
    entry = lab.page(lab.ada)
    read = lab.ada.ask("GET", f"/entries/{entry}").headers["etag"]
    blind = lab.ada.ask("POST", f"/entries/{entry}/revisions", page("blind"))
    first = lab.ada.revise(entry, if_match=read)
    second = lab.ada.revise(entry, if_match=read)

    assert (428, "precondition_required") == _kind(blind)
    assert 201 == first.status_code
    assert (412, "stale") == _kind(second)
    assert "2" == second.json()["detail"]["current"]
    assert [2, 1] == [one["number"] for one in lab.ada.get(f"/entries/{entry}/revisions")["items"]]


def test_a_notebook_is_changed_only_as_it_was_read(lab: Laboratory) -> None:
    """The same two answers where a notebook is retitled."""
    notebook = lab.notebook(lab.ada)
    path, body = f"/notebooks/{notebook}", {"title": "Autre titre"}
    blind = lab.ada.ask("PATCH", path, body)
    done = lab.ada.ask("PATCH", path, body, If_Match='"1"')
    late = lab.ada.ask("PATCH", path, body, If_Match='"1"')

    assert [428, 200, 412] == [blind.status_code, done.status_code, late.status_code]


@pytest.mark.parametrize("what", ["notebook", "entry", "revision", "grant", "circuit", "person", "strike_out"])
def test_a_repeat_gets_the_first_answer_and_another_request_is_refused(lab: Laboratory, what: str) -> None:
    """A client that lost the reply asks again with its key; the same key for something else is a mistake."""
    notebook = lab.notebook(lab.ada)
    entry = lab.page(lab.ada, notebook=notebook)
    who, path, body, other = {
        "notebook": (lab.ada, "/notebooks", {"structure": lab.team, "title": "A"}, {"title": "B"}),
        "entry": (lab.ada, f"/notebooks/{notebook}/entries", {"title": "A"}, {"title": "B"}),
        "revision": (lab.ada, f"/entries/{entry}/revisions", page("A"), page("B")),
        "grant": (
            lab.ada, f"/notebooks/{notebook}/grants", {"person": lab.pat.id, "level": "reader"}, {"level": "commenter"},
        ),
        "circuit": (
            lab.ada, f"/entries/{entry}/circuit", {"stages": stages(lab.ada, None, None)},
            {"stages": stages(lab.ada, lab.ben, None)},
        ),
        "person": (
            lab.lea, "/people", {"person": {"display_name": "X", "mail": f"{entry}@x.example"}, "structure": lab.team},
            {"structure": lab.other_team},
        ),
        "strike_out": (lab.ada, f"/entries/{entry}/strike-out", {"reason": "A"}, {"reason": "B"}),
    }[what]  # fmt: skip
    key = f"{what}-{entry}"

    first, again, changed = (
        who.ask("POST", path, sent, key=key, If_Match='"1"') for sent in (body, body, {**body, **other})
    )

    assert first.status_code in {200, 201}, first.text
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (422, "Idempotency-Key") == (changed.status_code, changed.json()["errors"][0]["name"])


def test_a_key_belongs_to_whoever_used_it(lab: Laboratory) -> None:
    """Another person's same key must neither collide nor show them anything."""
    body = {"structure": lab.team, "title": "A"}
    mine, theirs = (who.make("/notebooks", body, key="k") for who in (lab.ada, lab.ben))

    assert mine["id"] != theirs["id"]


def test_fifty_who_write_at_once_number_their_pages_without_a_gap(lab: Laboratory) -> None:
    """Numbers are the notebook's backbone; a hole in them looks like a page torn out."""
    notebook = lab.notebook(lab.ada)

    def create(number: int) -> int:
        who = (lab.ada, lab.ben)[number % 2]
        path, body, key = f"/notebooks/{notebook}/entries", {"title": f"Page {number}", "first": page("x")}, uuid4().hex
        made: list[httpx.Response] = []

        def answered() -> bool:
            # "The answer was lost: repeat with the same key", says the problem; so does this client.
            made[:] = [who.ask("POST", path, body, key=key)]
            return made[0].status_code not in {503, 504}

        wait_until(answered, what="a number", seconds=60)
        return int(made[0].json()["number"])

    with ThreadPoolExecutor(50) as together:
        numbers = list(together.map(create, range(50)))

    assert list(range(1, 51)) == sorted(numbers)
    listed = lab.ada.get(f"/notebooks/{notebook}/entries", limit=200)["items"]
    assert list(range(1, 51)) == [one["number"] for one in listed]


@pytest.mark.parametrize("size", [9_000_000, 12_000_000, 20_000_000])
def test_a_body_that_is_too_large_is_413_and_changes_nothing(lab: Laboratory, size: int) -> None:
    """Whether the gateway or the house sees it: the same answer, and what to do instead."""
    entry = lab.page(lab.ada)
    answer = lab.ada.revise(entry, text="x" * size, if_match='"1"')

    assert (413, "too_large") == _kind(answer)
    assert 1 == lab.ada.get(f"/entries/{entry}")["head"]


def test_a_page_struck_out_stays_in_its_place_for_ever(lab: Laboratory) -> None:
    """Nothing is deleted: the page keeps its number, says why, and takes no more."""
    notebook = lab.notebook(lab.ada)
    first, second = (lab.page(lab.ada, notebook=notebook) for _ in range(2))
    unreasoned = lab.ada.ask("POST", f"/entries/{first}/strike-out", {"reason": ""})
    struck = lab.ada.make(f"/entries/{first}/strike-out", {"reason": "doublon de la page 2"})

    assert 422 == unreasoned.status_code
    assert ("struck_out", 1) == (struck["state"], struck["number"])
    assert [first, second] == [one["id"] for one in lab.ada.get(f"/notebooks/{notebook}/entries")["items"]]
    assert (409, "sealed") == _kind(lab.ada.revise(first))
    assert (409, "sealed") == _kind(lab.ada.ask("POST", f"/entries/{first}/strike-out", {"reason": "encore"}))
    assert (409, "sealed") == _kind(
        lab.ada.ask("POST", f"/entries/{first}/circuit", {"stages": stages(lab.ada, None, None)})
    )
    assert "doublon de la page 2" == lab.ada.get(f"/entries/{first}")["strike_out_reason"]


def test_who_saves_a_page_brings_the_picture_a_colleague_put_into_it(lab: Laboratory) -> None:
    """Before a version holds it, it is seen by who may read the page; nobody else finds it, and no other page."""
    entry, other, picture = lab.page(lab.ada), lab.page(lab.ben), b"\x89PNG a gel (demonstration)"
    lab.ada.make(f"/entries/{entry}/grants", {"person": lab.pat.id, "level": "contributor"})
    wish = {"name": "gel.png", "media_type": "image/png", "size_bytes": len(picture), "purpose": f"entry:{entry}"}
    plan = lab.ada.make("/uploads", wish)
    httpx.put(plan["parts"][0]["url"], content=picture, headers=plan["parts"][0]["headers"]).raise_for_status()
    lab.ada.make(f"/uploads/{plan['id']}/complete")

    [sent] = lab.pat.get(f"/entries/{entry}/draft/files")["items"]
    shown = lab.pat.ask("GET", f"/entries/{entry}/draft/files/gel.png")
    named = {**page("un gel"), "attachments": [{"name": "gel.png", "upload": sent["upload"]}]}

    assert picture == httpx.get(shown.headers["location"]).content
    assert 404 == lab.sam.sees(f"/entries/{entry}/draft/files")
    assert 404 == lab.sam.sees(f"/entries/{entry}/draft/files/gel.png")
    assert 422 == lab.ben.ask("POST", f"/entries/{other}/revisions", named, If_Match='"1"').status_code
    assert 201 == lab.pat.ask("POST", f"/entries/{entry}/revisions", named, If_Match='"1"').status_code
    assert ["gel.png"] == [one["name"] for one in lab.ada.get(f"/entries/{entry}")["revision"]["attachments"]]
