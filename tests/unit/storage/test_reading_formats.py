"""What is written inside the files of a laboratory, and where a reader finds it."""

import json
import struct

import pytest

from services.storage.adapters.reading.process import ChildReader
from services.storage.domain.reading import MOST_PAGES, PlaceKind, Reading, Reason, Status
from tests.builders import files

READER = ChildReader(memory_bytes=768 * 1024 * 1024, cpu_seconds=40, wall_seconds=120)
OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."


def read(content: bytes, *, name: str = "fichier") -> Reading:
    """Read it in a child."""
    return READER([content], name=name)


def told(reading: Reading) -> list[tuple[str, str, str]]:
    """Return the places as plain values."""
    return [(place.kind.value, place.label, place.text) for place in reading.places]


WITH_PLACES = {
    "pdf": (
        files.pdf(["Tampon", "Na2HPO4"]),
        "application/pdf",
        [("page", "p. 1", "Tampon"), ("page", "p. 2", "Na2HPO4")],
    ),
    "xlsx": (
        files.xlsx({"A1": 37.5, "B12": "α-synucléine", "AB3": True}),
        f"{OOXML}spreadsheetml.sheet",
        [("cell", "Feuil1!A1", "37.5"), ("cell", "Feuil1!AB3", "TRUE"), ("cell", "Feuil1!B12", "α-synucléine")],
    ),
    "ods": (
        files.opendocument(
            "spreadsheet",
            '<table:table table:name="Suivi"><table:table-row><table:table-cell table:number-columns-repeated="2"/>'
            '<table:table-cell office:value-type="string"><text:p>agarose</text:p></table:table-cell>'
            "</table:table-row></table:table>",
        ),
        f"{ODF}spreadsheet",
        [("cell", "Suivi!C1", "agarose")],
    ),
    "pptx": (
        files.pptx([("Gel", ""), ("Western blot", "dire merci")]),
        f"{OOXML}presentationml.presentation",
        [("slide", "slide 1", "Gel"), ("slide", "slide 2", "Western blot\ndire merci")],
    ),
    "odp": (
        files.opendocument("presentation", f"<draw:page/><draw:page>{files.paragraph('Marqueur')}</draw:page>"),
        f"{ODF}presentation",
        [("slide", "slide 2", "Marqueur")],
    ),
    "docx": (
        files.docx(["Protocole", "Étape 1"], rows=[["pH", "7,4"]]),
        f"{OOXML}wordprocessingml.document",
        [("text", "", "Protocole\nÉtape 1\npH\t7,4")],
    ),
    "odt": (
        files.opendocument(
            "text", "<text:h>Titre</text:h><text:p>deux<text:s/>mots <text:span>liés</text:span></text:p>"
        ),
        f"{ODF}text",
        [("text", "", "Titre\ndeux mots liés")],
    ),
    "html": (
        b"\n<!DOCTYPE html><html><head><title>Gel</title><script>alert(1)</script></head><body><p>bande<b>s</b><!-- non --></p></body></html>",
        "text/html",
        [("text", "", "Gel\nbandes")],
    ),
    "md": ("# Été\n\nligne".encode(), "text/plain", [("line", "line 1", "# Été"), ("line", "line 3", "ligne")]),
    "cp1252": (
        "température mesurée à l'étuve\r\nécart-type élevé".encode("cp1252"),
        "text/plain",
        [("line", "line 1", "température mesurée à l'étuve"), ("line", "line 2", "écart-type élevé")],
    ),
    "utf16": ("été\n".encode("utf-16"), "text/plain", [("line", "line 1", "été")]),
}


@pytest.mark.parametrize("kind", WITH_PLACES)
def test_text_is_found_with_its_place(kind: str) -> None:
    """Search names the page and the cell; what the bytes are is read from the bytes."""
    content, media_type, places = WITH_PLACES[kind]

    found = read(content)

    assert found.media_type == media_type
    assert (found.status, found.reason, told(found)) == (Status.DONE, Reason.WHOLE, places)


def test_a_csv_is_lines_and_a_table() -> None:
    """Instruments write semicolons and commas as decimal points in France."""
    found = read(b"t;OD600\n0;0,05\n10;0,11\n", name="croissance.csv")

    assert ("line", "line 2", "0;0,05") in told(found)
    [table] = found.previews
    assert json.loads(table.content) == {
        "sheets": [{"name": "", "rows": [["t", "OD600"], ["0", "0,05"], ["10", "0,11"]], "truncated": False}]
    }


def test_a_long_table_is_shown_in_part_and_says_so() -> None:
    """A preview stays small whatever the file."""
    found = read(files.xlsx({f"A{row}": f"ligne {row}" for row in range(1, 301)}))

    [sheet] = json.loads(found.previews[0].content)["sheets"]
    assert (len(sheet["rows"]), sheet["truncated"], sheet["name"]) == (200, True, "Feuil1")


def test_the_first_pages_become_pictures() -> None:
    """One recognises a file by its look."""
    found = read(files.pdf([f"page {n}" for n in range(5)]))

    sizes = {one.kind: struct.unpack(">II", one.content[16:24]) for one in found.previews}
    assert list(sizes) == ["thumbnail", "page-1", "page-2", "page-3"]
    assert max(sizes["thumbnail"]) == 320
    assert max(sizes["page-1"]) == 1240
    assert all(one.content.startswith(b"\x89PNG") and len(one.content) <= 512 * 1024 for one in found.previews)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP"])
def test_a_picture_has_a_thumbnail_and_no_text(kind: str) -> None:
    """Pictures are shown small; the original stays a download."""
    found = read(files.picture(kind))

    sizes = {one.kind: struct.unpack(">II", one.content[16:24]) for one in found.previews}
    assert (found.status, found.media_type) == (Status.NONE, f"image/{kind.lower()}")
    assert sizes == {"thumbnail": (320, 160), "page-1": (1240, 620)}


def test_a_long_pdf_is_read_at_its_beginning_and_says_so() -> None:
    """Ten thousand pages cost what two thousand do, and nobody believes that the rest was searched."""
    found = read(files.pdf(f"p{n}" for n in range(10_000)))

    assert (found.status, found.reason, found.truncated) == (Status.DONE, Reason.TOO_MANY_PAGES, True)
    assert len(found.places) == MOST_PAGES
    assert found.previews


def test_a_million_characters_are_enough() -> None:
    """What is kept of a file is bounded, and the cut is told."""
    found = read(b"lorem ipsum dolor\n" * 200_000, name="journal.txt")

    assert (found.status, found.reason, found.truncated) == (Status.DONE, Reason.TOO_MUCH_TEXT, True)
    assert sum(len(place.text) for place in found.places) <= 1_000_000
    assert all(place.kind is PlaceKind.LINE for place in found.places)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 50, b"\x7fELF" + bytes(100)])
def test_what_nobody_reads_is_no_failure(content: bytes) -> None:
    """Raw data of instruments is kept as it is."""
    assert read(content).status is Status.NONE
