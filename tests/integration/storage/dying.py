"""Complete an upload and die of SIGKILL at a moment named on the command line: ``dying.py MOMENT UPLOAD``."""

import os
import signal
import sys
from dataclasses import replace
from typing import Any

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from contracts.identifiers import UploadId
from services.storage.ports import Cause
from services.storage.settings import StoreSettings
from services.storage.wiring import build_house, open_store
from tests.builders.storage import CURIE, ArchiveDouble


class Deadly:
    """A side of a store that dies in one of its methods: before it, or after."""

    def __init__(self, side: Any, method: str, *, after: bool) -> None:
        self._side, self._method, self._after = side, method, after

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._side, name)
        if name != self._method:
            return real

        def deadly(*arguments: Any, **named: Any) -> Any:
            if self._after:
                real(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)

        return deadly


# Before the parts are joined; after, before the digest is noted; after, before the commit.
MOMENTS = {
    "before_joining": lambda store: replace(store, incoming=Deadly(store.incoming, "digests", after=False)),
    "after_joining": lambda store: replace(store, blobs=Deadly(store.blobs, "adopt", after=False)),
    "before_commit": lambda store: replace(store, blobs=Deadly(store.blobs, "adopt", after=True)),
}

if __name__ == "__main__":
    settings = StoreSettings.load()
    engine = open_engine(DatabaseSettings.load(), application_name="dying")
    house = build_house(engine, settings, MOMENTS[sys.argv[1]](open_store(settings)), ArchiveDouble())
    house.complete_upload(UploadId(sys.argv[2]), asker=CURIE, cause=Cause())
