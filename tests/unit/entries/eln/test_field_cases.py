"""Every case real producers were seen to write, on the demonstration archive and on small ones."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import Invalid
from services.entries.domain.imports import ImportPlan, PlannedPage
from tests.builders import eln

Plan = Callable[[Path], ImportPlan]
PROJECT = Path(__file__).parents[4]
SAMPLE = PROJECT / "onebox" / "demo" / "sample.eln"


def page(plan: ImportPlan, title: str) -> PlannedPage:
    """Return the page whose title begins so."""
    return next(found for found in plan.pages if found.title.startswith(title))


def codes(plan: ImportPlan) -> dict[str, str]:
    """Return for each kind of remark the first place it was made of."""
    return {remark.code: remark.place for remark in reversed(plan.report)}


def test_the_committed_sample_is_what_its_generator_writes(tmp_path: Path) -> None:
    """Nobody edits an archive by hand; and it stays small."""
    again = tmp_path / "sample.eln"
    subprocess.run([sys.executable, "-m", "tools.make_sample", str(again)], cwd=PROJECT, check=True, timeout=60)

    assert again.read_bytes() == SAMPLE.read_bytes()
    assert SAMPLE.stat().st_size < 300_000


def test_nothing_of_the_archive_is_dropped(plan: Plan) -> None:
    """Every member is an attachment of some page, the metadata and signatures included."""
    carried = {file.source for found in plan(SAMPLE).pages for file in found.files}

    with zipfile.ZipFile(SAMPLE) as archive:
        members = {"/".join(s for s in name.split("/") if s not in {"", "."}) for name in archive.namelist()}
    assert members <= carried


def test_the_same_archive_gives_the_same_plan(plan: Plan) -> None:
    """A run after a crash must end with the same pages."""
    assert plan(SAMPLE) == plan(SAMPLE)


def test_the_report_says_every_oddity_of_the_sample(plan: Plan) -> None:
    """What was found odd is said, with its place."""
    found = codes(plan(SAMPLE))

    assert {
        "checksum_absent", "checksum_of_other_kind", "duplicate_id", "part_missing", "part_not_listed", "not_a_page",
        "reference_only", "file_not_listed", "media_type_differs", "html_not_mapped", "image_elsewhere",
        "without_text", "date_unreadable", "date_without_zone", "signature_verifies", "foreign_author",
    } <= set(found)  # fmt: skip
    assert found["checksum_of_other_kind"].endswith("cinetique/taux.csv")


def test_nested_parts_are_pages_of_their_own_to_depth_four(plan: Plan) -> None:
    """A project's tasks are pages, wherever they hang; a part at root and nested is one page or file."""
    read = plan(SAMPLE)

    assert page(read, "Note de lecture").text.startswith("Seal resistance")
    assert [f.name for found in read.pages for f in found.files].count("pH.txt") == 1


def test_a_page_keeps_text_steps_properties_and_all_comments_of_a_doubled_id(plan: Plan) -> None:
    """What people wrote is on the page, not in the metadata only."""
    text = page(plan(SAMPLE), "Extinction").text

    for said in ("0,21", "Couler le gel", "Révéler", "120 V", "90 min", "refaire si-2 > 48 h", "accord pour la suite"):
        assert said in text
    assert text.index("Couler") < text.index("Révéler")


def test_a_picture_named_with_escapes_is_found(plan: Plan) -> None:
    """`%20`, `//` and `./` are three ways to write the same path."""
    found = page(plan(SAMPLE), "Extinction")

    assert '"attachment": "gel ACTN4.png"' in json.dumps(found.document, ensure_ascii=False)


def test_authors_of_every_shape_stay_foreign(plan: Plan) -> None:
    """An author of another institution is never mapped to an account."""
    read = plan(SAMPLE)
    shown = {found.title: found.foreign_author for found in read.pages}

    assert shown["Amylase kinetics"] == "Bola Okafor, Maud Tessier <maud@exemple.invalid>"
    assert shown["Préparation des milieux"] == "tech@exemple.invalid"
    assert shown["Cellule 3"] is None


def test_keywords_and_dates_are_read_as_meant(plan: Plan) -> None:
    """Escaped keywords, and a date written day:month:year:hour:minute:second."""
    fields = page(plan(SAMPLE), "Extinction").fields

    assert fields["keywords"] == ["western blot", "ACTN4", "HeLa", "s'il & co"]
    assert fields["import"]["dateModified"] == "2026-01-12T17:45:10"


def test_a_page_without_text_is_a_table_of_its_properties(plan: Plan) -> None:
    """Four of ten real samples have no text at all."""
    assert "12.4 mg" in page(plan(SAMPLE), "Échantillon").text


def test_the_original_of_what_was_cut_is_kept(plan: Plan) -> None:
    """Sanitising loses things; the page keeps the text as it came, as a file."""
    found = page(plan(SAMPLE), "Carnet du microscope")

    assert {"billes.tif", "image-1.png", "original.html"} == {file.name for file in found.files}
    assert "alert" not in json.dumps(found.document)


def archive(tmp_path: Path, *entities: dict[str, Any], files: dict[str, bytes] | None = None) -> Path:
    """Write an archive of these entities."""
    return eln.archive(tmp_path / "a.eln", eln.graph(*entities), files)


def test_a_wrong_sum_refuses_the_archive_and_names_the_file(plan: Plan, tmp_path: Path) -> None:
    """Among good sums a wrong one means that the bytes are not those the producer wrote."""
    wrong = eln.file_entity("./p/file.txt", sha256="0" * 64)
    path = archive(tmp_path, eln.dataset("./p/", hasPart=eln.refs("./p/file.txt")), wrong, files={"p/file.txt": b"x"})

    with pytest.raises(Invalid) as caught:
        plan(path)

    assert caught.value.fields[0].name == "export/p/file.txt"
    assert caught.value.fields[0].problem.startswith("checksum_wrong")


def test_a_wrong_md5_in_the_field_of_the_sha256_is_refused_too(plan: Plan, tmp_path: Path) -> None:
    """It is checked as what it is."""
    wrong = eln.file_entity("./p/f", sha256=hashlib.md5(b"y").hexdigest())
    path = archive(tmp_path, eln.dataset("./p/", hasPart=eln.refs("./p/f")), wrong, files={"p/f": b"x"})

    with pytest.raises(Invalid):
        plan(path)


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        (b"not json", "is not JSON"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"@graph": 3}', "no @graph"),
        (b'{"@graph": []}', "no root"),
    ],
)
def test_metadata_nobody_can_read_is_refused(plan: Plan, tmp_path: Path, metadata: bytes, problem: str) -> None:
    """Deep or broken JSON ends the import, not the process."""
    with pytest.raises(Invalid) as caught:
        plan(eln.archive(tmp_path / "a.eln", metadata))

    assert problem in caught.value.fields[0].problem


def test_an_archive_without_metadata_is_refused(plan: Plan, tmp_path: Path) -> None:
    """The extension proves nothing."""
    path = eln.raw_archive(tmp_path / "a.eln", [(eln.member("experiment.xml"), b"<x/>")])

    with pytest.raises(Invalid, match="invalid"):
        plan(path)


@pytest.mark.parametrize(
    "strange",
    [
        {"hasPart": 7}, {"hasPart": [None, 3, "./q/"]}, {"author": [[["x"]]]}, {"author": 5}, {"keywords": {"a": 1}},
        {"variableMeasured": "weight"}, {"variableMeasured": [{"value": {"value": {"value": []}}}]}, {"text": ["a", "b"]},
        {"comment": "hello"}, {"step": [{"position": "x"}]}, {"name": {"@value": "N"}}, {"name": None}, {"text": 12},
        {"description": {"@id": "#gone"}}, {"dateCreated": [1, 2]}, {"mentions": [{"@id": "./p/"}]}, {"@type": ["Dataset", 3]},
        {"hasPart": [{"@id": "./p/"}]}, {"isBasedOn": {"@id": "./p/"}}, {"text": "a\x00b\ud800"}, {"genre": ["a"]},
    ],
)  # fmt: skip
def test_a_value_of_any_shape_is_survived(plan: Plan, tmp_path: Path, strange: dict[str, Any]) -> None:
    """Producers write what they like; an import never breaks on it."""
    metadata = json.dumps(json.loads(eln.graph({**eln.dataset("./p/"), **strange}, parts=["./p/"]))).encode()

    read = plan(eln.archive(tmp_path / "a.eln", metadata))

    assert len(read.pages) >= 1


def test_more_files_than_a_page_may_carry_go_on_to_the_last_pages(plan: Plan, tmp_path: Path) -> None:
    """A revision names at most 500 files; none is dropped."""
    names = [f"p/{number}.txt" for number in range(1100)]
    page_entity = eln.dataset("./p/", hasPart=eln.refs(*names))
    path = archive(tmp_path, page_entity, files={name: name.encode() for name in names})

    read = plan(path)

    assert max(len(found.files) for found in read.pages) <= 500
    assert sum(len(found.files) for found in read.pages) == 1101
    assert len(read.report) < 200


def test_files_of_one_name_stay_apart(plan: Plan, tmp_path: Path) -> None:
    """A link in the page could mean either, so the second gets a number."""
    names = ["p/a/x.txt", "p/b/X.txt"]
    path = archive(tmp_path, eln.dataset("./p/", hasPart=eln.refs(*names)), files=dict.fromkeys(names, b"1"))

    assert [file.name for file in plan(path).pages[0].files] == ["x.txt", "X (2).txt"]
