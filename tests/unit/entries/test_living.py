"""Whatever order, however often updates come: the page ends the same, and what is no page's update never joins."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from contracts.errors import Invalid
from contracts.identifiers import EntryId, PersonId
from services.entries.adapters.drafts.living import YjsDrafts
from services.entries.adapters.drafts.pieces import cut
from services.entries.adapters.drafts.structure import MalformedError, read_state_vector, read_update
from services.entries.domain.drafts import Draft, Update
from tests.builders.entries import NOW

# ASCII: pycrdt counts places in bytes.
PAGE = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "depart"}]}]}
NAMES = ("paragraph", "blockquote", "horizontalRule")


class Server:
    """A draft as the house keeps it: rows, and whatever process looks at them."""

    def __init__(self) -> None:
        self.living, self.rows = YjsDrafts(), list[Update]()
        updates, state = self.living.make(PAGE, title="essai")
        self.draft = Draft(EntryId("page")).made(updates, state_vector=state, base=1, now=NOW)
        self.rows.extend(self.draft.rows(updates))

    def after(self, cursor: int) -> list[Update]:
        """The rows after a cursor."""
        return [row for row in self.rows if row.cursor > cursor]

    def take(self, update: bytes) -> bool:
        """Let an update join; say whether it could."""
        tried = self.living.attempt(self.draft, self.after, update)
        if tried.news is not None:
            self.draft = self.draft.grown(tried.news, state_vector=tried.state_vector, by=PersonId("ada"), now=NOW)
            self.rows.append(Update(self.draft.cursor, tried.news))
            self.living.keep(self.draft)
        return not tried.missing

    def merge(self) -> None:
        """Merge all rows, as a saved version does."""
        updates = self.living.merge(self.draft, self.after)
        self.draft = self.draft.merged(updates, state_vector=self.draft.state_vector)
        self.rows[:] = self.draft.rows(updates)


@dataclass
class Writer:
    """One browser: what it wrote and has not sent for sure yet."""

    client: int = 7
    unsent: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        # Fixed ids: the same examples make the same bytes.
        self.doc: Any = Doc(client_id=self.client)

    @property
    def page(self) -> Any:
        """The part the editor binds to."""
        return self.doc.get("default", type=XmlFragment)

    def act(self, act: str, place: int) -> None:
        """Write, delete, style or put in a block somewhere."""
        before, children = self.doc.get_state(), self.page.children
        with self.doc.transaction():
            if act == "block" or not len(children):
                element = XmlElement(NAMES[place % 2])
                children.insert(place % (len(children) + 1), element)
                element.children.append(XmlText(f"b{place}"))
            elif act == "delete":
                del children[place % len(children)]
            elif len(inner := children[place % len(children)].children):
                text = inner[0]
                text.insert(place % (len(text) + 1), f"t{place}", {"bold": {}} if act == "bold" else None)
        # Deletions do not move a state vector; an update that holds them is never empty.
        self.unsent.append(self.doc.get_update(before))


STEP = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["write", "bold", "block", "delete", "send", "pull", "merge"]),
    st.integers(0, 50),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=60), st.randoms(use_true_random=False))
def test_all_end_with_the_same_page_whatever_the_order(steps: list[tuple[int, str, int]], random: Any) -> None:
    """Trains, two tabs, lost answers, calls that overtake each other: nothing is lost, nothing is there twice."""
    server, writers = Server(), [Writer(client) for client in (20, 30, 40)]
    for writer in writers:
        _pull(server, writer)
    for who, act, place in steps:
        writer = writers[who]
        if act == "send" and writer.unsent:
            # Out of order, and again and again: an update leaves the list only by luck.
            chosen = random.randrange(len(writer.unsent))
            if server.take(writer.unsent[chosen]) and random.random() < 0.5:
                del writer.unsent[chosen]
        elif act == "pull":
            _pull(server, writer)
        elif act == "merge":
            server.merge()
        elif act not in {"send", "pull", "merge"}:
            writer.act(act, place)

    for writer in writers:
        assert server.take(writer.doc.get_update(server.draft.state_vector))
    for writer in writers:
        _pull(server, writer)

    pages = {str(writer.page) for writer in writers}
    assert len(pages) == 1
    another_process = YjsDrafts()
    assert another_process.read(server.draft, server.after) == server.living.read(server.draft, server.after)
    fresh = Writer(50)
    _pull(server, fresh)
    assert {str(fresh.page)} == pages


def _pull(server: Server, writer: Writer) -> None:
    for row in server.rows:
        writer.doc.apply_update(server.living.lacking(row.content, writer.doc.get_state()))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_bytes_but_an_editors_ever_join(data: Any) -> None:
    """Cut, flipped or made up: it is refused in our own words, and the page is what it was."""
    server, writer = Server(), Writer()
    _pull(server, writer)
    for place in range(3):
        writer.act("block", place)
    good = bytearray(writer.doc.get_update(server.draft.state_vector))
    flips = data.draw(st.lists(st.tuples(st.integers(0, len(good) - 1), st.integers(0, 255)), min_size=1, max_size=4))
    for place, value in flips:
        good[place] = value
    bad = bytes(good[: data.draw(st.integers(0, len(good)))]) if data.draw(st.booleans()) else bytes(good)

    with suppress(Invalid):
        server.take(bad)
    # Whatever joined, the page can be read and written on.
    assert server.living.read(server.draft, server.after)["type"] == "doc"
    assert YjsDrafts().read(server.draft, server.after)["type"] == "doc"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(b"\x07\x00\x01\x01", id="below a text"),
        pytest.param(b"\x87\x01\x04", id="beside a letter"),
        pytest.param(b"\x27\x00\x01\x00\x05level", id="as an attribute"),
        pytest.param(b"\x07\x01\x05title", id="in the title"),
        pytest.param(b"\x87\x01\x0a", id="beside a letter of the title"),
        pytest.param(b"\x27\x01\x05title\x05level", id="as an attribute of the title"),
    ],
)
def test_an_element_stands_beside_texts_and_nowhere_else(place: bytes) -> None:
    """Inside a text it would make the page unreadable for everybody (bytes as ``Item.write`` of yjs makes them)."""
    server = Server()

    with pytest.raises(Invalid):
        server.take(b"\x01\x01\x09\x00" + place + b"\x03\x09paragraph" + b"\x00")
    assert server.living.read(server.draft, server.after) == PAGE


def test_a_long_update_is_cut_into_pieces_that_make_the_same_page() -> None:
    """A page of 8 MB crosses the bus in calls of 1 MiB, in any order."""
    writer = Writer()
    with writer.doc.transaction():
        for number in range(200):
            writer.act("block", number)
    with writer.doc.transaction():
        del writer.page.children[3]
    whole = writer.doc.get_update()

    pieces = cut(whole, limit_bytes=500)

    assert len(pieces) > 3
    assert max(map(len, pieces)) <= 500
    other = Doc()
    for piece in reversed(pieces):
        other.apply_update(piece)
    assert str(other.get("default", type=XmlFragment)) == str(writer.page)


@pytest.mark.parametrize("content", [b"\x01", b"\x01\x01", b"\x00\x00", b"\xff" * 12, b"\x80" * 20 + b"\x01"])
def test_a_state_vector_that_is_none_is_refused(content: bytes) -> None:
    """It comes from outside too."""
    with pytest.raises(MalformedError):
        read_state_vector(content)


def test_an_update_says_what_it_brings_and_deletes() -> None:
    """Its own structure is all that is known of it before it may join."""
    writer = Writer()
    writer.act("block", 0)
    writer.act("delete", 0)
    update = writer.doc.get_update()

    found = read_update(update)

    assert [client for client, _, _ in found.deleted] == [writer.doc.client_id]
