"""``paillasse down``: end a running installation and wait until it has ended."""

import os
import signal
import time

import typer

from onebox.commands import Data
from onebox.installation import DEFAULT_FOLDER
from onebox.supervisor import holder

# The longest grace of a program, and a little for those behind it.
LONGEST_STOP_SECONDS = 60.0


def down(*, data: Data = DEFAULT_FOLDER) -> None:
    """Stop the installation in a data folder."""
    pid = holder(data)
    if pid is None:
        print(f"nothing runs in {data}")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + LONGEST_STOP_SECONDS
    while holder(data) == pid:
        if time.monotonic() > deadline:
            print(f"process {pid} has not ended after {LONGEST_STOP_SECONDS:g} s")
            raise typer.Exit(1)
        time.sleep(0.1)
    print("stopped")
