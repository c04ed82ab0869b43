"""``paillasse verify``: the offline verifier, a program that imports nothing of ours."""

import typer

from onebox.commands.handing_on import become


def verify(context: typer.Context) -> None:
    """Verify an evidence file: FILE.asice [--trust DIR] [--json]."""
    become("verifier", context.args)
