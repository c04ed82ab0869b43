"""Bound how fast bytes are read in the background."""

import time


class Pace:
    """Wait after each piece as long as it may take: others need the disk, and the line to S3, more."""

    def __init__(self, bytes_per_second: int) -> None:
        self._bytes_per_second = bytes_per_second

    def __call__(self, size_bytes: int) -> None:
        """Wait for a piece that was read."""
        time.sleep(size_bytes / self._bytes_per_second)
