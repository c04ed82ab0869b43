"""Say how long to rest after work on facts: under load handfuls grow, and each fact costs less."""

# So many times as long as the work took: at most a third of the time is spent on facts while those who write wait for
# the same processors. A handful of fewer facts than LOADED is no load, and is followed by a shorter rest.
RESTS_A_WORK = 2
LOADED = 20


def rest_seconds(facts: int, worked_seconds: float, *, least: float, most: float) -> float:
    """Return the seconds to rest after so many facts took so long, within bounds."""
    return min(max(least, RESTS_A_WORK * worked_seconds * min(1.0, facts / LOADED)), most)
