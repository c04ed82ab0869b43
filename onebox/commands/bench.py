"""``paillasse bench NAME``: measure against a bare twin in the same run."""

import typer

from onebox.commands.handing_on import become


def bench(context: typer.Context) -> None:
    """Run a benchmark: NAME [--json] [--seconds N]; exit 1 when a ratio is under its floor."""
    become("bench", context.args)
