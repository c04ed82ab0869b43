"""When files are read inside, what is told, and what is shown."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from contracts.errors import Forbidden, NotFound, Unavailable, Unsupported
from contracts.identifiers import Sha256
from services.storage.domain.claims import BlobClaim, PartClaim, PreviewClaim, read, sign
from services.storage.domain.facts import PreviewMade, TextExtracted
from services.storage.domain.reading import VERSION, Place, PlaceKind, Preview, Reading, Reason, Status
from services.storage.use_cases.get_preview import GetPreview, OpenPreview
from services.storage.use_cases.get_text import GetText
from services.storage.use_cases.read_file import ReadFile
from tests.builders.storage import CURIE, ENTRIES, Street, digest
from tests.fakes.storage import FakeReader, FakeUrls

DATA = b"%PDF-1.7 ..."
SHA = digest(DATA)
FOUND = Reading(
    Status.DONE,
    media_type="application/pdf",
    places=(Place(PlaceKind.PAGE, "p. 1", "tampon"),),
    previews=(Preview("thumbnail", "image/png", b"PNG"),),
)


def reading(street: Street, *, largest_bytes: int = 1000) -> tuple[ReadFile, FakeReader]:
    """Return the use case and the reader behind it."""
    reader = FakeReader(FOUND)
    return ReadFile(street.shelf, street.store, reader, street.clock, largest_bytes), reader


def told(street: Street) -> list[object]:
    """Return what was announced about readings."""
    return [fact for fact in street.shelf.rows.published if isinstance(fact, TextExtracted | PreviewMade)]


def test_what_a_revision_names_is_to_be_read(street: Street) -> None:
    """The job is asked for in the commit that keeps the file, so that no death lies between them."""
    upload = street.finished(DATA)
    asked_before = set(street.shelf.rows.asked)

    street.keep([upload.id], asker=ENTRIES)

    assert (asked_before, street.shelf.rows.asked) == (set(), {(SHA, VERSION)})


def test_a_file_is_read_once_and_told_once(street: Street) -> None:
    """A job may run again after a death: what is done is not done twice."""
    street.finished(DATA)
    read_file, reader = reading(street)

    first, second = read_file(SHA), read_file(SHA)

    assert (first, second) == (FOUND, None)
    assert reader.seen == [(DATA, "mesures.csv")]
    assert told(street) == [TextExtracted(SHA, Status.DONE), PreviewMade(SHA, ("thumbnail",))]


def test_a_better_reader_reads_again(street: Street) -> None:
    """Readings are derived: a newer version replaces them, the old one is shown until then."""
    street.finished(DATA)
    read_file, _ = reading(street)
    read_file(SHA)
    street.shelf.rows.readings[SHA] = (replace(FOUND, places=()), VERSION - 1)

    shown = GetText(street.shelf)(SHA)

    assert shown is not None
    assert GetText(street.shelf)(SHA, with_places=False).reading.places == ()
    assert (shown.version, street.shelf.rows.asked) == (VERSION - 1, {(SHA, VERSION)})
    assert read_file(SHA) == FOUND


def test_a_file_too_large_to_look_into_says_so(street: Street) -> None:
    """Its bytes are not even copied."""
    street.finished(DATA)
    read_file, reader = reading(street, largest_bytes=3)

    assert read_file(SHA) == Reading(Status.FAILED, Reason.TOO_LARGE)
    assert reader.seen == []


def test_lost_bytes_are_no_reason_to_try_for_ever(street: Street) -> None:
    """The scrubber pages for them; whoever waits for the text waits no longer."""
    street.finished(DATA)
    street.store.blobs.clear()
    read_file, _ = reading(street)

    assert read_file(SHA) == Reading(Status.FAILED, Reason.LOST)


def test_text_nobody_asked_for_is_asked_for_by_asking(street: Street) -> None:
    """A rebuilt index gets the text of files that were kept before anybody read inside."""
    street.finished(DATA)
    get_text = GetText(street.shelf)

    assert get_text(SHA) is None
    assert street.shelf.rows.asked == {(SHA, VERSION)}
    with pytest.raises(NotFound):
        get_text(Sha256("0" * 64))


def test_a_preview_is_signed_awaited_or_refused(street: Street) -> None:
    """Not there, not yet there, and never there are three answers."""
    street.finished(DATA)
    read_file, _ = reading(street)
    get_preview = GetPreview(street.shelf, FakeUrls(), street.clock, 300)

    with pytest.raises(Unavailable):
        get_preview(SHA, "thumbnail")
    read_file(SHA)

    signed = get_preview(SHA, "thumbnail")
    assert (signed.url, signed.size.media_type) == (f"fake:/previews/{SHA}/thumbnail", "image/png")
    with pytest.raises(Unsupported):
        get_preview(SHA, "table")
    with pytest.raises(NotFound):
        get_preview(Sha256("0" * 64), "thumbnail")


def test_what_was_read_goes_with_the_bytes(street: Street) -> None:
    """Of a file that was dropped, no word is kept."""
    upload = street.finished(DATA)
    read_file, _ = reading(street)
    read_file(SHA)

    street.discard(upload.id, asker=CURIE)

    assert street.shelf.rows.readings == {}


def test_a_url_of_a_preview_opens_nothing_else() -> None:
    """Whoever may see a small picture may not therefore fetch the file."""
    key = bytes(32)
    token = sign(PreviewClaim(SHA, "thumbnail", 100), key=key)

    assert read(token, PreviewClaim, key=key, now=1.0).preview == "thumbnail"
    for kind in (BlobClaim, PartClaim):
        with pytest.raises(Forbidden):
            read(token, kind, key=key, now=1.0)
    with pytest.raises(Forbidden):
        read(sign(BlobClaim(SHA, 3, "a", "text/csv", 100), key=key), PreviewClaim, key=key, now=1.0)


def test_a_preview_is_shown_to_the_door_while_it_is_there(street: Street) -> None:
    """A newer reading may have replaced it since its URL was signed."""
    street.finished(DATA)
    read_file, _ = reading(street)
    read_file(SHA)
    open_preview = OpenPreview(street.shelf)

    assert FOUND.previews[0] == open_preview(SHA, "thumbnail")
    for sha256, kind in ((SHA, "table"), (Sha256("0" * 64), "thumbnail")):
        with pytest.raises(NotFound):
            open_preview(sha256, kind)


def test_text_that_is_known_is_not_asked_for(street: Street) -> None:
    """A page that is opened a thousand times is read inside once."""
    street.finished(DATA)
    read_file, _ = reading(street)
    read_file(SHA)

    known = GetText(street.shelf)(SHA)

    assert known is not None
    assert (VERSION, FOUND.places) == (known.version, known.reading.places)
    assert set() == street.shelf.rows.asked


def test_a_file_given_up_is_waited_for_no_longer(street: Street) -> None:
    """Whatever of ours failed: it is said, and the next version of the reader tries again."""
    street.finished(DATA)
    read_file, _ = reading(street)

    read_file.give_up(SHA)

    assert Reading(Status.FAILED, Reason.INTERNAL) == GetText(street.shelf)(SHA).reading
    assert [TextExtracted(SHA, Status.FAILED)] == told(street)


def test_a_file_that_another_process_read_meanwhile_is_told_once(street: Street) -> None:
    """Two job processes after a restart: the second finds all done, and says nothing."""
    street.finished(DATA)
    read_file, reader = reading(street)
    quicker = ReadFile(street.shelf, street.store, FakeReader(FOUND), street.clock, 1000)

    def slow(content: Iterable[bytes], *, name: str) -> Reading:
        quicker(SHA)
        return reader(content, name=name)

    assert replace(read_file, reader=slow)(SHA) is None
    assert told(street) == [TextExtracted(SHA, Status.DONE), PreviewMade(SHA, ("thumbnail",))]
