"""The ``paillasse`` program: one command a file in ``onebox/commands``."""

import sys

import typer

from onebox.commands import bench, check, demo, doctor, down, search, status, test, up, verify
from onebox.installation import WrongFolder
from onebox.programs import StartFailed
from onebox.running import AskedToStop
from onebox.servers.minio import MinioMissing
from onebox.servers.opensearch import OpensearchMissing
from onebox.servers.postgresql import PostgresqlMissing
from onebox.servers.rabbitmq import RabbitmqMissing
from onebox.supervisor import AlreadyRunning
from onebox.webapp import WebAppFailed

app = typer.Typer(
    name="paillasse", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="The electronic laboratory notebook of a research institute, on one machine.",
)  # fmt: skip
_HANDED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("down")(down.down)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("check")(check.check)
app.add_typer(search.search, name="search")
app.command("verify", context_settings=_HANDED_ON)(verify.verify)
app.command("bench", context_settings=_HANDED_ON)(bench.bench)
app.command("test", context_settings=_HANDED_ON)(test.test)


REMEDIABLE = (
    AlreadyRunning, WrongFolder, MinioMissing, OpensearchMissing, PostgresqlMissing, RabbitmqMissing, StartFailed,
    WebAppFailed,
)  # fmt: skip


def main() -> int:
    """Run a command; what an operator can remedy is said in one sentence, without a traceback."""
    try:
        app(prog_name="paillasse")
    except REMEDIABLE as error:
        print(f"paillasse: {error}", file=sys.stderr)
        return 1
    except AskedToStop:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
