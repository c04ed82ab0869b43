"""Name what both engines keep of a page for its facets."""

from typing import Final

from services.search.domain.query import FacetName

MOST_FACET_VALUES: Final = 50
# The column or field that counts, and the one whose value people read.
FACETS: Final[dict[FacetName, tuple[str, str]]] = {
    "unit": ("unit", "unit_code"),
    "team": ("team", "team_name"),
    "notebook": ("notebook", "notebook_reference"),
    "author": ("author", "author_name"),
    "year_month": ("year_month", "year_month"),
    "state": ("state", "state"),
    "file_type": ("file_types", "file_types"),
    "tag": ("tags", "tags"),
}
