"""Real archives of other notebooks: measured once, pinned as facts."""

from collections import Counter
from pathlib import Path

import pytest

from contracts.errors import Invalid
from contracts.identifiers import Sha256
from services.entries.adapters.eln.reader import ElnReader
from services.entries.domain.imports import ImportPlan

# archive → (pages, files on all pages, the warnings of its report)
FACTS: dict[str, tuple[int, int, dict[str, int]]] = {
    "4.9.0_special_chars.eln": (3, 5, {}),
    "ai4green.eln": (2, 5, {"html_not_mapped": 1}),
    "elabftw-5.eln": (12, 5, {"html_not_mapped": 1}),
    "kadi-records.eln": (2, 5, {}),
    "locked-archived-deleted-experiments.eln": (4, 2, {}),
    "multiple-experiments.eln": (8, 5, {}),
    "pasta.eln": (10, 12, {"signature_does_not_verify": 1}),
    "sampledb.eln": (3, 11, {}),
    "version-104.eln": (2, 2, {}),
    "version-106.eln": (2, 4, {}),
}


def read(path: Path, folder: Path) -> ImportPlan:
    """Plan an archive."""
    with ElnReader(path, work_folder=folder) as reader:
        return reader.plan(Sha256("0" * 64), progress=lambda *_: None)


@pytest.mark.parametrize("name", FACTS)
def test_a_real_archive_becomes_the_pages_it_holds(eln_samples: Path, tmp_path: Path, name: str) -> None:
    """Pages, files and warnings are those measured when the reader was written."""
    plan = read(eln_samples / name, tmp_path)

    warned = Counter(remark.code for remark in plan.report if remark.level == "warning")
    found = (len(plan.pages), sum(len(page.files) for page in plan.pages), dict(warned))
    assert found == FACTS[name]


@pytest.mark.parametrize("name", FACTS)
def test_every_member_of_a_real_archive_is_on_a_page(eln_samples: Path, tmp_path: Path, name: str) -> None:
    """Nothing is dropped."""
    with ElnReader(eln_samples / name, work_folder=tmp_path) as reader:
        plan = reader.plan(Sha256("0" * 64), progress=lambda *_: None)
        members = set(reader._archive.members)

    assert members <= {file.source for page in plan.pages for file in page.files}


def test_a_wrong_sum_is_refused_with_the_file_named(eln_samples: Path, tmp_path: Path) -> None:
    """`invalid-shasum.eln` differs in the last digit of one sum."""
    with pytest.raises(Invalid) as caught:
        read(eln_samples / "invalid-shasum.eln", tmp_path)

    assert [field.name.rsplit("/", 1)[-1] for field in caught.value.fields] == ["file.txt"]
    assert caught.value.fields[0].problem.startswith("checksum_wrong")


def test_pictures_of_a_product_with_its_own_addresses_are_found(eln_samples: Path, tmp_path: Path) -> None:
    """`app/download.php?f=…` names a file by the key another field holds."""
    pages = read(eln_samples / "4.9.0_special_chars.eln", tmp_path).pages

    assert all('"image.png"' in str(page.document).replace("'", '"') for page in pages[:2])


def test_sums_are_said_to_be_absent_where_a_producer_writes_none(eln_samples: Path, tmp_path: Path) -> None:
    """Imported, and said for each file."""
    report = read(eln_samples / "kadi-records.eln", tmp_path).report

    assert [remark.code for remark in report].count("checksum_absent") == 4
