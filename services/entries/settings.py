"""Configure the house of entries."""

from chassis.settings import ProcessSettings


class EntriesSettings(ProcessSettings):
    """Add to what every house is told how long entries waits for storage's door."""

    # A part of one of our own small files takes milliseconds, and three of them must fit a freeze.
    door_timeout_seconds: float = 5.0
