"""Read one archive whole: pass 1 of an import, which hashes everything and writes nothing to the notebook."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from contracts.errors import FieldProblem, Invalid
from contracts.identifiers import Sha256
from services.entries.adapters.eln import crate as crates
from services.entries.adapters.eln import minisig
from services.entries.adapters.eln.archive import Archive, ArchiveLimits
from services.entries.adapters.eln.made import PREFIX, MadeFiles
from services.entries.adapters.eln.members import Members
from services.entries.adapters.eln.outline import Part, outline
from services.entries.adapters.eln.pages import PageWriter
from services.entries.domain.imports import ImportPlan, PlannedFile, PlannedPage, Remark

# A report is read by a person: of each kind this many lines, then how many more there are.
LINES_OF_A_KIND: Final = 30
_SIGNATURE_LIMIT: Final = 64 * 1024
_KEY_LIMIT: Final = 4096


class ElnReader:
    """An open ``.eln`` archive; ``plan`` is what it becomes, ``open`` gives the bytes of its files."""

    def __init__(self, path: Path, *, work_folder: Path, limits: ArchiveLimits | None = None) -> None:
        self._archive = Archive(path, limits=limits)
        self._made = MadeFiles(work_folder)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the archive."""
        self._archive.__exit__(kind, error, trace)

    def open(self, file: PlannedFile) -> IO[bytes]:
        """Return a stream over a planned file's bytes."""
        if file.source.startswith(PREFIX):
            return self._made.path(file.source).open("rb")
        return self._archive.open(file.source)

    def plan(self, archive_sha256: Sha256, *, progress: Callable[[int, int], None]) -> ImportPlan:
        """
        Read everything and return the plan; the same archive always gives the same one.

        Raises:
            Invalid: the archive is hostile, damaged, no RO-Crate, or a sum is wrong; fields name each file at fault.

        """
        members = Members(self._archive, progress=progress)
        raw = members.metadata()
        crate = crates.load(raw)
        remarks = [*crate.remarks, *members.digest(crate)]
        _refuse_wrong(remarks)
        found = outline(crate, members)
        writer = PageWriter(crate, self._made)
        loose = found.loose or Part(crate.root)
        pages = [writer.page(part, overflow=loose) for part in found.pages]
        pages += writer.last_pages(loose, found.things)
        remarks += [*found.remarks, *writer.remarks, *_signatures(self._archive), *_authors(pages)]
        return ImportPlan(archive_sha256, tuple(pages), shortened(remarks))


def _refuse_wrong(remarks: Iterable[Remark]) -> None:
    wrong = [remark for remark in remarks if remark.level == "refused"]
    if wrong:
        remedy = "the archive was changed after its sums were written: ask for a sound one"
        raise Invalid(*(FieldProblem(remark.place, f"{remark.code}: {remark.text}", remedy) for remark in wrong))


def _authors(pages: Iterable[PlannedPage]) -> Iterable[Remark]:
    for author in dict.fromkeys(page.foreign_author for page in pages if page.foreign_author):
        yield Remark("info", author, "foreign_author", "kept as a name, never matched with an account")


def _signatures(archive: Archive) -> Iterable[Remark]:
    """Verify what is signed by a key that lies in the archive; other keys are named, never fetched."""
    keys = [
        key
        for path, member in archive.members.items()
        if member.size_bytes <= _KEY_LIMIT and path.rsplit(".", 1)[-1] in {"pub", "pubkey", "key"}
        if (key := minisig.read_key(archive.read(path, limit=_KEY_LIMIT)))
    ]
    for path, member in archive.members.items():
        target = path.removesuffix(".minisig")
        if path.endswith(".minisig") and target in archive.members and member.size_bytes <= _SIGNATURE_LIMIT:
            yield _signature(archive, path, target, keys)


def _signature(archive: Archive, path: str, target: str, keys: list[minisig.Key]) -> Remark:
    signature = minisig.read_signature(archive.read(path, limit=_SIGNATURE_LIMIT))
    if signature is None:
        return Remark("warning", path, "signature_unreadable")
    fitting = [key for key in keys if key.number == signature.number]
    if not fitting:
        return Remark("info", path, "signature_key_absent", "its key is not in the archive; nothing is fetched")
    if archive.members[target].size_bytes > archive.limits.metadata_bytes:
        return Remark("info", path, "signature_not_checked", "the signed file is too large")
    message = archive.read(target, limit=archive.limits.metadata_bytes)
    if any(minisig.verifies(signature, key, message) for key in fitting):
        return Remark("info", path, "signature_verifies", "by a key inside the archive: it proves no identity")
    return Remark("warning", path, "signature_does_not_verify", "over the exact bytes of the file")


def shortened(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """Keep the first lines of each kind, then say how many more there are; nothing twice."""
    kept: list[Remark] = []
    counts: Counter[tuple[str, str]] = Counter()
    for remark in dict.fromkeys(remarks):
        counts[remark.level, remark.code] += 1
        if counts[remark.level, remark.code] <= LINES_OF_A_KIND:
            kept.append(remark)
    for (level, code), count in counts.items():
        if count > LINES_OF_A_KIND:
            kept.append(
                Remark("warning" if level == "warning" else "info", "", code, f"and {count - LINES_OF_A_KIND} more")
            )
    return tuple(kept)
