"""Configure the house of search."""

from chassis.settings import ProcessSettings


class SearchSettings(ProcessSettings):
    """Add to what every house is told how long search waits for entries."""

    # One pull is one indexed read; half of the two seconds a caller of search has (bus.md, queue budget).
    entries_timeout_seconds: float = 1.0
    # A slice of a rebuild carries fifty pages with their texts.
    rebuild_timeout_seconds: float = 15.0
    # Seconds between looks at the queue of pages to pull again, when nothing wakes the feeder.
    feed_idle_seconds: float = 1.0
