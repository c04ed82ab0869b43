"""Somebody left: every way in is shut, nothing waits for them, and their pages stay, under their name."""

from tests.e2e.laboratory import EFFECT_SECONDS, PASSWORD, Laboratory
from tests.servers.processes import wait_until

WORD = "zyxdepartureword"


def test_who_left_is_shut_out_and_their_pages_stay(lab: Laboratory) -> None:
    """Session, token and password open nothing; colleagues read, find and finish what was begun."""
    gone = lab.newcomer(by=lab.lea, structure=lab.team, role="researcher")
    entry = lab.page(gone, WORD, notebook=lab.notebook(gone))
    waiting = lab.page(lab.ada)
    step = lab.send(waiting, witness=gone)["steps"][1]["id"]
    lab.ada.sign(waiting)
    token = gone.make("/me/tokens", {"name": "instrument", "scopes": ["read", "write"]})["secret"]
    bearer = {"Authorization": f"Bearer {token}"}
    wait_until(lambda: lab.ada.counts(WORD) == 1, what="the page in the index", seconds=EFFECT_SECONDS)
    name, mail = (me := gone.get("/me"))["display_name"], me["mail"]
    assert 200 == lab.http.get(f"/api/v1/entries/{entry}", headers=bearer).status_code

    left = [lab.lea.make(f"/people/{gone.id}/departure") for _ in range(2)]

    assert ["left", "left"] == [one["status"] for one in left]
    assert 401 == gone.sees("/me")
    assert 401 == lab.http.get(f"/api/v1/entries/{entry}", headers=bearer).status_code
    assert 401 == lab.http.post("/api/v1/auth/local", json={"login": mail, "password": PASSWORD}).status_code
    shown = lab.ada.get(f"/entries/{entry}")
    assert (gone.id, name) == (shown["author"], shown["author_name"])
    assert 1 == lab.ada.counts(WORD)
    assert ["left"] == [one["status"] for one in lab.ada.get("/people", ids=gone.id)["items"]]
    named = {"stages": [{"role": "author", "signers": [lab.ada.id]}, {"role": "witness", "signers": [gone.id]}]}
    assert 422 == lab.ada.does(f"/entries/{lab.page(lab.ada)}/circuit", named)
    lab.ada.make(f"/signing/steps/{step}/reassign", {"person": lab.ben.id, "reason": "départ"})
    assert "signed" == lab.ben.sign(waiting)["state"]


def test_nobody_records_their_own_departure(lab: Laboratory) -> None:
    """Somebody must be left who lets others in."""
    assert 409 == lab.admin.does(f"/people/{lab.admin.id}/departure")
