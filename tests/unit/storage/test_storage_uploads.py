"""From plan to blob and away again."""

from dataclasses import replace

import pytest

from contracts.errors import Conflict, Forbidden, IntegrityBroken, Invalid, NotFound, Sealed, StorageFull
from contracts.identifiers import PersonId, RequestKey, Sha256
from services.storage.domain.digests import Digests
from services.storage.domain.upload import Owner, Upload
from services.storage.ports import Cause
from services.storage.use_cases.create_upload import Wish
from services.storage.use_cases.expire_uploads import ExpireUploads
from services.storage.use_cases.open_blob import OpenBlob
from tests.builders.storage import CURIE, ENTRIES, JOLIOT, Street, digest
from tests.builders.stores import digests_of
from tests.fakes.storage import FakeUnitOfWork

DATA = b"pH 7.4"
WISH = Wish("mesures.csv", "text/csv", len(DATA))


def test_a_repeated_request_gives_the_same_upload(street: Street) -> None:
    """A client that lost the answer asks again and gets no second upload; another request with that key fails."""
    request = RequestKey("p", "create_upload", "k", Sha256("0" * 64))
    plans = [street.create(WISH, asker=CURIE, request=request) for _ in range(2)]

    assert plans[0].upload.id == plans[1].upload.id
    with pytest.raises(Invalid):
        street.create(WISH, asker=CURIE, request=replace(request, digest=Sha256("1" * 64)))


def test_the_gateway_uploads_for_a_person_only(street: Street) -> None:
    """Nobody's upload could never be found again."""
    with pytest.raises(Forbidden):
        street.create(WISH, asker=Owner("gateway"))


def test_what_would_not_fit_is_refused_before_it_travels(street: Street) -> None:
    """A full store says so at once."""
    street.store.free = len(DATA) - 1

    with pytest.raises(StorageFull):
        street.planned(DATA)


def test_an_upload_misses_parts_and_then_completes(street: Street) -> None:
    """Completing too early names what is missing and loses nothing."""
    plan = street.planned(DATA)
    with pytest.raises(Invalid):
        street.complete(plan.upload.id, asker=CURIE, cause=Cause())
    street.send(plan, DATA)
    done = street.complete(plan.upload.id, asker=CURIE, cause=Cause(), claimed=digest(DATA))

    assert street.store.blobs == {digest(DATA): DATA}
    assert street.complete(plan.upload.id, asker=CURIE, cause=Cause()) == done
    assert len(street.shelf.rows.published) == 1
    assert all(part.received and not part.url for part in street.get(done.id, asker=CURIE).parts)


def test_a_wrong_digest_discards_the_upload(street: Street) -> None:
    """Nothing is kept of bytes that were not meant."""
    plan = street.create(replace(WISH, sha256=digest(b"other")), asker=CURIE)
    street.send(plan, DATA)

    with pytest.raises(Invalid):
        street.complete(plan.upload.id, asker=CURIE, cause=Cause())
    assert (street.state(plan.upload.id), street.incoming.files) == ("discarded", {})


def test_bytes_lost_in_a_power_cut_are_asked_for_again(street: Street) -> None:
    """The disk is believed, not the rows."""
    plan = street.planned(DATA)
    street.send(plan, DATA)
    street.incoming.files.clear()
    with pytest.raises(Invalid):
        street.complete(plan.upload.id, asker=CURIE, cause=Cause())
    street.send(plan, DATA)

    assert street.complete(plan.upload.id, asker=CURIE, cause=Cause()).finished


def test_a_part_is_received_by_one_request_at_a_time(street: Street) -> None:
    """Two writers could mix; a finished upload takes nothing more; an unknown part is unknown."""
    plan = street.planned(DATA)
    first = street.receive(plan.upload.id, 1)
    with pytest.raises(Conflict):
        street.receive(plan.upload.id, 1)
    first.close()
    done = street.finished(DATA)

    with pytest.raises(Conflict):
        street.receive(done.id, 1)
    with pytest.raises(NotFound):
        street.receive(plan.upload.id, 2)


def test_an_upload_discarded_while_its_bytes_come_takes_them_not(street: Street) -> None:
    """The last look before noting a part is at the upload as it is now."""
    plan = street.planned(DATA)
    reception = street.receive(plan.upload.id, 1)
    reception.write(memoryview(DATA))
    street.discard(plan.upload.id, asker=CURIE)

    with pytest.raises(NotFound):
        reception.finish()
    reception.close()
    assert street.incoming.files == {}


@pytest.mark.parametrize(
    ("owner", "asker", "sees"),
    [
        (CURIE, CURIE, True),
        (CURIE, JOLIOT, False),
        (CURIE, ENTRIES, True),
        (CURIE, Owner("entries", CURIE.person), True),
        (CURIE, Owner("entries", JOLIOT.person), False),
        (ENTRIES, Owner("signing"), False),
        (Owner("entries", CURIE.person), CURIE, False),
    ],
)
def test_an_upload_is_open_to_its_owner_and_the_house_that_acts_for_them(
    street: Street, owner: Owner, asker: Owner, *, sees: bool
) -> None:
    """Everyone else is told that there is none."""
    upload = street.planned(DATA, asker=owner).upload

    assert upload.open_to(asker) is sees
    if not sees:
        with pytest.raises(NotFound):
            street.get(upload.id, asker=asker)
        with pytest.raises(NotFound):
            street.discard(upload.id, asker=asker)


def test_a_house_resolves_only_finished_uploads_of_the_owner_it_names(street: Street) -> None:
    """A revision can name neither a stranger's bytes nor bytes that never came."""
    hers, own = street.finished(DATA), street.finished(b"crate", asker=ENTRIES)

    assert street.resolve([hers.id], owner=CURIE.person, house="entries") == [hers]
    assert street.resolve([own.id], owner=None, house="entries") == [own]
    for ids, owner in (([hers.id], JOLIOT.person), ([hers.id], None), ([street.planned(DATA).upload.id], CURIE.person)):
        with pytest.raises(NotFound):
            street.resolve(ids, owner=owner, house="entries")


def test_kept_bytes_are_never_discarded(street: Street) -> None:
    """A revision names them; keeping is idempotent, and what never came cannot be kept."""
    upload = street.finished(DATA)
    for _ in range(2):
        street.keep([upload.id], asker=ENTRIES)

    with pytest.raises(Sealed):
        street.discard(upload.id, asker=CURIE)
    with pytest.raises(NotFound):
        street.keep([street.planned(DATA).upload.id], asker=ENTRIES)
    assert street.store.blobs == {digest(DATA): DATA}


def test_a_refused_import_leaves_nothing(street: Street) -> None:
    """Only the tentative bytes of that purpose go, and not those another upload names."""
    street.finished(b"shared")
    for data in (b"one", b"two", b"shared"):
        street.finished(data, asker=ENTRIES, tentative=True, purpose="import:1")
    street.finished(b"three", asker=ENTRIES, tentative=True, purpose="import:2")
    for _ in range(2):
        street.discard_purpose("import:1", asker=ENTRIES)

    assert sorted(street.store.blobs.values()) == [b"shared", b"three"]


def test_unfinished_uploads_expire_and_finished_ones_do_not(street: Street) -> None:
    """Half a file is cleared away after a day; strays and blobs without a name go too."""
    kept, half = street.finished(DATA), street.planned(b"half")
    street.incoming.write(half.upload.id, 0, memoryview(b"ha"))
    complete_but_not_said = street.planned(b"sent")
    street.send(complete_but_not_said, b"sent")
    street.clock.pass_time(days=3)
    street.incoming.write(kept.id, 0, memoryview(b"stray"))

    assert street.expire() > 0
    assert (street.state(kept.id), street.state(half.upload.id)) == ("complete", "discarded")
    assert (street.incoming.files, street.store.blobs) == ({}, {digest(DATA): DATA})


def test_a_download_url_names_bytes_that_are_there(street: Street) -> None:
    """Of a path the last part is the name; unknown bytes and damaged ones are said."""
    street.finished(DATA)
    url = street.issue(digest(DATA), name="essai/mesures.csv", media_type="text/csv")

    assert (url.url, url.size_bytes) == (f"fake:/blobs/{digest(DATA)}/mesures.csv", len(DATA))
    assert b"".join(OpenBlob(street.store)(digest(DATA), len(DATA))(0, 2)) == b"pH"
    with pytest.raises(NotFound):
        street.issue(digest(b"none"), name="x", media_type="text/csv")
    with pytest.raises(NotFound):
        OpenBlob(street.store)(digest(b"none"), 4)


def test_two_who_complete_at_once_make_one_blob_and_one_event(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """What S3 received is read back outside any transaction: meanwhile the client's repeat may have been quicker."""
    upload = street.planned(DATA).upload
    street.incoming.write(upload.id, 0, memoryview(DATA))
    quicker: list[Upload] = []

    def read_back(_: Upload) -> Digests:
        monkeypatch.setattr(street.incoming, "digests", lambda _: digests_of(DATA))
        quicker.append(street.complete(upload.id, asker=CURIE, cause=Cause()))
        return digests_of(DATA)

    monkeypatch.setattr(street.incoming, "digests", read_back)
    done = street.complete(upload.id, asker=CURIE, cause=Cause())

    assert [done] == quicker
    assert 1 == len(street.shelf.rows.published)


def test_discarding_twice_is_fine(street: Street) -> None:
    """The first answer was lost."""
    upload = street.finished(DATA)
    for _ in range(2):
        street.discard(upload.id, asker=CURIE)

    assert ("discarded", {}) == (street.state(upload.id), street.store.blobs)


def test_the_sweep_spares_what_came_in_use_since_it_looked(street: Street) -> None:
    """Between its list and its lock an upload is finished, and a loose file is put on a page."""
    late, loose = street.planned(b"late"), street.finished(b"loose")
    street.send(late, b"late")
    street.clock.pass_time(days=8)
    units = 0

    def open_unit() -> FakeUnitOfWork:
        nonlocal units
        units += 1
        if units == 2:
            street.complete(late.upload.id, asker=CURIE, cause=Cause())
            street.keep([loose.id], asker=ENTRIES)
        return street.shelf()

    ExpireUploads(open_unit, street.incoming, street.store, street.clock)()

    assert ("complete", "kept") == (street.state(late.upload.id), street.state(loose.id))
    assert [b"late", b"loose"] == sorted(street.store.blobs.values())


def test_a_file_of_another_size_than_its_blob_is_not_sent(street: Street) -> None:
    """Half a measurement looks like a measurement."""
    street.finished(DATA)
    street.store.blobs[digest(DATA)] = DATA[:-1]

    with pytest.raises(IntegrityBroken):
        OpenBlob(street.store)(digest(DATA), len(DATA))


def test_what_people_send_for_a_page_is_found_and_used_by_the_house_that_asks(street: Street) -> None:
    """A purpose says what bytes are for; entries decides who may use those of a page. A house's own are no person's."""
    first, second = (street.finished(each, asker=CURIE, purpose="entry:e1") for each in (DATA, b"newer"))
    street.finished(b"other page", asker=CURIE, purpose="entry:e2")
    frozen = street.finished(b"frozen", asker=Owner("entries"), purpose="entry:e1")
    street.planned(b"on its way", asker=CURIE, purpose="entry:e1")
    somebody = PersonId("somebody-else")

    assert [second, first] == street.list_uploads("entry:e1", limit=200)
    assert [second] == street.list_uploads("entry:e1", limit=1)
    assert [first] == street.resolve([first.id], owner=somebody, house="entries", purpose="entry:e1")
    for purpose, upload in (("entry:e2", first), ("", first), ("entry:e1", frozen)):
        with pytest.raises(NotFound):
            street.resolve([upload.id], owner=somebody, house="entries", purpose=purpose)
