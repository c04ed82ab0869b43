"""Plans, names, claims: the plain rules."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Forbidden, Invalid
from contracts.identifiers import Sha256, UploadId
from services.storage.domain.claims import BlobClaim, PartClaim, read, sign
from services.storage.domain.names import check_media_type, check_name
from services.storage.domain.plan import LARGEST_FILE_BYTES, MIB, MOST_PARTS, SINGLE_PART_BYTES, divide, part_size

KEY = bytes(32)
PART = PartClaim(UploadId("0192aaaa-0000-7000-8000-000000000001"), 1, 0, 10, expires=1000)
BLOB = BlobClaim(Sha256("ab" * 32), 10, "mesures é.csv", "text/csv", expires=1000)


@given(st.integers(min_value=0, max_value=LARGEST_FILE_BYTES))
def test_the_parts_of_a_plan_are_the_file(size: int) -> None:
    """Nothing is missing, nothing twice, and no part is too large or too many."""
    parts = divide(size, part_size(size))

    assert [part.number for part in parts[:3]] == [1, 2, 3][: len(parts)]
    assert sum(part.size_bytes for part in parts) == size
    assert all(after.offset == part.offset + part.size_bytes for part, after in pairwise(parts))
    assert len(parts) <= MOST_PARTS


@pytest.mark.parametrize(
    ("size", "part"),
    [
        (0, SINGLE_PART_BYTES),
        (SINGLE_PART_BYTES + 1, 8 * MIB),
        (5 * 1024**3, 52 * MIB),
        (625 * 1024**3, 64 * MIB),
        (5 * 1024**4, 525 * MIB),
    ],
)
def test_parts_grow_with_the_file(size: int, part: int) -> None:
    """Small files go in one part, large ones in parts of 8 to 64 MiB; only above 625 GiB must parts be larger."""
    assert part_size(size) == part


def test_a_file_too_large_to_plan_is_refused() -> None:
    """Better told before any byte travels."""
    with pytest.raises(Invalid):
        part_size(LARGEST_FILE_BYTES + 1)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b.csv", "a\x00b", "a\nb", "rap\u202efdp.exe", "a\u2066b"])
def test_a_name_that_deceives_is_refused(name: str) -> None:
    """Slashes, controls and characters that reverse the text have no place in a file name."""
    with pytest.raises(Invalid):
        check_name(name)


@pytest.mark.parametrize("name", ["mesures.csv", "données µ.xlsx", "α-synucléine (1).tif", "...a"])
def test_an_ordinary_name_is_taken_as_it_is(name: str) -> None:
    """Accents, Greek and spaces are ordinary."""
    assert check_name(name) == name


@pytest.mark.parametrize("media_type", ["", "text", "text/", "text/csv\r\nX: y", "a b/c"])
def test_a_media_type_that_would_break_a_header_is_refused(media_type: str) -> None:
    """It stands in a header of every download."""
    with pytest.raises(Invalid):
        check_media_type(media_type)


def test_a_signed_claim_reads_as_it_was() -> None:
    """What is signed is what is read."""
    assert read(sign(PART, key=KEY), PartClaim, key=KEY, now=999) == PART
    assert read(sign(BLOB, key=KEY), BlobClaim, key=KEY, now=999) == BLOB
    assert check_media_type("text/csv; charset=utf-8") == "text/csv; charset=utf-8"


@given(st.data())
def test_no_letter_of_a_token_can_be_changed(data: st.DataObject) -> None:
    """Whatever is altered, it is refused as altered."""
    token = sign(BLOB, key=KEY)
    place = data.draw(st.integers(min_value=0, max_value=len(token) - 1).filter(lambda at: token[at] != "."))
    other = data.draw(st.sampled_from("AZaz09-_!é").filter(lambda letter: letter != token[place]))

    with pytest.raises(Forbidden):
        read(token[:place] + other + token[place + 1 :], BlobClaim, key=KEY, now=999)


def test_a_token_has_one_way_to_be_written() -> None:
    """The last letter of a signature has bits that say nothing: they must not be free to choose."""
    token = sign(BLOB, key=KEY)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = token[:-1] + letters[letters.index(token[-1]) ^ 1]

    with pytest.raises(Forbidden):
        read(twin, BlobClaim, key=KEY, now=999)


@pytest.mark.parametrize(
    ("kind", "now", "reason"), [(PartClaim, 999, "url_for_other_method"), (BlobClaim, 1000, "url_expired")]
)
def test_a_token_serves_one_method_for_a_time(kind: type[PartClaim], now: float, reason: str) -> None:
    """A download URL uploads nothing, and none lasts."""
    with pytest.raises(Forbidden) as refused:
        read(sign(BLOB, key=KEY), kind, key=KEY, now=now)

    assert refused.value.detail == {"reason": reason}
