"""Configure the house of search."""

from typing import Literal

from pydantic import Field, SecretStr

from chassis.settings import ProcessSettings


class SearchSettings(ProcessSettings):
    """Add to what every house is told how long search waits for entries."""

    # One pull is one indexed read; half of the two seconds a caller of search has (bus.md, queue budget).
    entries_timeout_seconds: float = 1.0
    # A slice of a rebuild carries fifty pages with their texts.
    rebuild_timeout_seconds: float = 15.0
    # Seconds between looks at the queue of pages to pull again, when nothing wakes the feeder.
    feed_idle_seconds: float = 1.0
    # A text may be a megabyte.
    storage_timeout_seconds: float = 5.0
    # Pages a walk over all entries takes a second, so that people notice nothing of it.
    rebuild_pages_a_second: float = 500.0
    # Where pages are indexed: in the house's own database, or in an OpenSearch (docs/adr/0010).
    search_engine: Literal["postgresql", "opensearch"] = "postgresql"
    opensearch_url: str = ""
    opensearch_user: str = ""
    opensearch_password: SecretStr = SecretStr("")
    # The alias that answers; generations of the index are called so, with a number behind.
    opensearch_index: str = "paillasse-pages"
    # Below the two seconds a caller of search has.
    opensearch_timeout_seconds: float = 1.8
    # A page is searchable after this and the way there; shorter costs more small segments.
    opensearch_refresh_interval: str = "250ms"
    # Copies of each new generation on other nodes, so that one node may go; an index that is lost is made again.
    opensearch_replicas: int = Field(default=0, ge=0)
