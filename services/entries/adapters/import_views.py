"""Say an import in the words of the contract."""

from contracts.entries.houses import ImportView, Progress, ReportLine
from services.entries.domain.imports import Count, Import


def import_view(row: Import) -> ImportView:
    """Return the view of an import as it goes."""
    return ImportView(
        id=row.id,
        notebook=row.notebook,
        state=row.state,
        entries=_progress(row.entries),
        files=_progress(row.files),
        bytes=_progress(row.bytes),
        report=tuple(
            ReportLine(level=line.level, place=line.place, code=line.code, text=line.text) for line in row.report
        ),
        made=row.made,
        archive_sha256=row.archive_sha256,
        repeated=row.repeated,
    )


def _progress(count: Count) -> Progress:
    return Progress(done=count.done, total=count.total)
