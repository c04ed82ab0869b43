"""Revisions are appended once, chained, and can never be changed."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from contracts.errors import Forbidden, Invalid, NotFound, Stale
from contracts.identifiers import RevisionNumber, Sha256
from services.entries.domain.grants import Beneficiary, Target
from services.entries.use_cases.written import NamedDraft
from tests.builders.entries import Institution, StorageDouble, caller, named, page


def append(lab: Institution, entry: Any, *, head: int, by: Any = None, key: str | None = None, **changes: Any) -> Any:
    """Append a page's next revision."""
    asked = caller(by or lab.researcher, key=key, method="append_revision")
    return lab.write.append_revision(asked, entry=entry, expected_head=head, written=page(**changes))


def test_a_revision_is_the_digest_of_its_record_and_names_its_predecessor(lab: Institution) -> None:
    """The chain is what makes a silent change visible."""
    entry = lab.entry(lab.notebook().id).entry.id
    second = append(lab, entry, head=1, text="Deux")
    first = lab.read.get_revision(caller(lab.researcher), entry=entry, number=RevisionNumber(1))

    assert hashlib.sha256(second.record).hexdigest() == second.digest
    assert first.digest == second.prev
    assert first.digest == json.loads(second.record)["prev"]


def test_of_two_writers_on_one_head_the_second_is_stale(lab: Institution) -> None:
    """Nobody's text is overwritten unseen."""
    entry = lab.entry(lab.notebook().id).entry.id

    def attempt(_: int) -> str:
        try:
            append(lab, entry, head=1)
        except Stale:
            return "stale"
        return "saved"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(attempt, range(8)))

    assert ["saved"] + ["stale"] * 7 == outcomes


def test_a_repeated_append_returns_the_first_revision(lab: Institution) -> None:
    """A request id is unique in the store: a repeat has no second effect."""
    entry = lab.entry(lab.notebook().id).entry.id

    first, again = append(lab, entry, head=1, key="k"), append(lab, entry, head=1, key="k")

    assert first == again


def test_a_file_is_named_by_upload_or_by_the_entrys_own_past(lab: Institution, storage: StorageDouble) -> None:
    """Knowing a digest gives no right to its bytes."""
    entry, other = (lab.entry(lab.notebook().id).entry.id for _ in range(2))
    stored = storage.has("u1", owner=lab.researcher)
    append(lab, entry, head=1, files=(named("mesures.csv", upload="u1"),))

    kept = append(lab, entry, head=2, files=(named("renamed.csv", sha256=stored.sha256),))

    assert "attachments/0001.csv" == json.loads(kept.record)["attachments"][0]["path"]
    assert ["u1"] == storage.kept
    with pytest.raises(Invalid):
        append(lab, other, head=1, files=(named("stolen.csv", sha256=stored.sha256),))
    with pytest.raises(Invalid):
        append(lab, entry, head=3, by=lab.researcher, files=(named("x.csv", upload="somebody-elses"),))


def test_whoever_saves_a_page_brings_what_others_sent_for_it(lab: Institution, storage: StorageDouble) -> None:
    """A picture a colleague put into the draft is seen before a version holds it, and never lost by the one who saves."""
    entry, other = (lab.entry(lab.notebook().id).entry.id for _ in range(2))
    first, newest = (storage.sends(each, purpose=f"entry:{entry}", name="gel.png") for each in ("theirs", "theirs-2"))
    stranger = lab.person("Sam Stranger", "researcher", at=lab.other_team)

    assert [newest, first] == list(lab.read.list_draft_files(caller(lab.colleague), entry=entry))
    assert newest.sha256 in lab.read.get_draft_file(caller(lab.colleague), entry=entry, name="gel.png").url
    with pytest.raises(NotFound):
        lab.read.get_draft_file(caller(lab.researcher), entry=entry, name="other.png")
    for refused in (lab.read.list_draft_files, partial(lab.read.get_draft_file, name="gel.png")):
        with pytest.raises(NotFound):
            refused(caller(stranger), entry=entry)
    with pytest.raises(Invalid):
        append(lab, other, head=1, files=(named("gel.png", upload="theirs-2"),))
    saved = append(lab, entry, head=1, files=(named("gel.png", upload="theirs-2"),))
    assert newest.sha256 == json.loads(saved.record)["attachments"][0]["sha256"]


def test_an_attachment_is_handed_out_to_readers_only(lab: Institution, storage: StorageDouble) -> None:
    """A bare digest has no route; entries decides first."""
    entry = lab.entry(lab.notebook().id).entry.id
    storage.has("u1", owner=lab.researcher)
    append(lab, entry, head=1, files=(named("mesures.csv", upload="u1"),))
    two, stranger = RevisionNumber(2), lab.person("Sam Stranger", "researcher", at=lab.other_team)

    asked = {"entry": entry, "number": two, "name": "mesures.csv"}

    assert lab.read.get_attachment(caller(lab.colleague), **asked).url.startswith("http")
    with pytest.raises(NotFound):
        lab.read.get_attachment(caller(stranger), **asked)
    with pytest.raises(NotFound):
        lab.read.get_attachment(caller(lab.researcher), **{**asked, "name": "none"})


def test_what_is_inside_a_file_is_for_its_readers_only(lab: Institution, storage: StorageDouble) -> None:
    """Text and pictures tell what the file tells: the same decision stands before them."""
    stored = storage.has("up-1", owner=lab.researcher)
    entry = lab.entry(lab.notebook().id)
    written = page(files=(named("mesures.csv", "up-1"),))
    lab.write.append_revision(caller(lab.researcher), entry=entry.entry.id, expected_head=1, written=written)
    stranger = lab.person("Serge Étranger", "researcher", at=lab.other_team)
    asked = {"entry": entry.entry.id, "number": 2, "name": "mesures.csv"}

    read = lab.read.get_attachment_text(caller(lab.colleague), **asked)
    shown = lab.read.get_attachment(caller(lab.colleague), **asked, preview="thumbnail")

    bare = lab.read.get_attachment_text(caller(lab.colleague), **asked, with_places=False)

    assert (read.places[0].label, read.media_type_lies, bare.places) == ("p. 3", True, ())
    assert shown.url == f"http://store.test/{stored.sha256}/thumbnail"
    for refused in (lab.read.get_attachment_text, partial(lab.read.get_attachment, preview="thumbnail")):
        with pytest.raises(NotFound):
            refused(caller(stranger), **asked)


def test_a_colleague_reads_but_does_not_write_anothers_page(lab: Institution) -> None:
    """Others' pages are written by contributors only."""
    entry = lab.entry(lab.notebook().id).entry.id

    with pytest.raises(Forbidden):
        append(lab, entry, head=1, by=lab.colleague)
    with pytest.raises(NotFound):
        append(lab, entry, head=1, by=lab.person("Sam Stranger", "researcher", at=lab.other_team))


def test_a_used_key_with_another_request_is_refused(lab: Institution) -> None:
    """A key names one request (draft-ietf-httpapi-idempotency-key-header)."""
    entry = lab.entry(lab.notebook().id).entry.id
    append(lab, entry, head=1, key="k")
    other = caller(lab.researcher, key="k", method="append_revision", digest=Sha256("1" * 64))

    with pytest.raises(Invalid):
        lab.write.append_revision(other, entry=entry, expected_head=2, written=page())


def test_a_contributors_revision_bears_their_own_name(lab: Institution) -> None:
    """The page stays its author's; who wrote this version signs for this version."""
    entry = lab.entry(lab.notebook().id).entry.id
    lab.write.give_grant(
        caller(lab.researcher), target=Target(entry=entry), beneficiary=Beneficiary(person=lab.colleague),
        level="contributor", until_date=None,
    )  # fmt: skip

    second = append(lab, entry, head=1, by=lab.colleague)

    assert ("Colette Collègue", lab.colleague) == (second.author.name, second.author.id)
    assert {"id": lab.colleague, "name": "Colette Collègue"} == json.loads(second.record)["author"]
    shown = lab.read.get_entry(caller(lab.researcher), entry=entry, reference=None)
    assert lab.researcher == shown.entry.author.id


@pytest.mark.parametrize("draft", [None, NamedDraft(1, b"\x00")], ids=["neither", "both"])
def test_a_revision_is_a_document_or_a_draft(lab: Institution, draft: NamedDraft | None) -> None:
    """With both nobody could say which was meant."""
    entry = lab.entry(lab.notebook().id).entry.id
    written = page(draft=draft) if draft else page(document=None)

    with pytest.raises(Invalid) as refused:
        lab.write.append_revision(caller(lab.researcher), entry=entry, expected_head=1, written=written)

    assert ["document"] == [field.name for field in refused.value.fields]
