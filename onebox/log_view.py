"""Show on the terminal, in one line each, what an operator should see; everything is in the log files."""

import json
import sys
from dataclasses import dataclass
from typing import TextIO

_QUIET = {"debug", "info"}
# Already in the prefix, or of no use on a terminal.
_LEFT_OUT = {"event", "level", "timestamp", "process", "logger"}


@dataclass(slots=True)
class LogView:
    """
    Print lines as ``name | event field=value``; ``verbose`` shows the quiet ones too.

    Before the system is ready (``awake``) only onebox itself speaks: programs that look for a broker which still boots
    say so many times, and a start that fails carries its log with it.
    """

    names: frozenset[str]
    verbose: bool = False
    out: TextIO = sys.stderr
    awake: bool = True

    def __call__(self, name: str, line: str) -> None:
        """Take one line of one program."""
        wanted = name == "onebox" or (self.awake and name in self.names)
        if (wanted or self.verbose) and (text := self.compact(line)):
            print(f"{name:>10} | {text}", file=self.out, flush=True)

    def compact(self, line: str) -> str:
        """Shorten a structured line; leave others as they are; empty means not to be shown."""
        try:
            record = json.loads(line)
        except ValueError:
            return line.rstrip()
        if not isinstance(record, dict):
            return line.rstrip()
        level = str(record.get("level", "info"))
        if level in _QUIET and not self.verbose:
            return ""
        fields = " ".join(f"{key}={value}" for key, value in record.items() if key not in _LEFT_OUT)
        return f"{level} {record.get('event', '')} {fields}".rstrip()
