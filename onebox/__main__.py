"""The ``paillasse`` program: one command a file in ``onebox/commands``."""

import asyncio
import sys

import typer

from onebox.commands import bench, check, demo, doctor, down, status, test, up, verify
from onebox.installation import WrongFolder
from onebox.programs import StartFailed
from onebox.servers.postgresql import PostgresqlMissing
from onebox.servers.rabbitmq import RabbitmqMissing
from onebox.supervisor import AlreadyRunning

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
app.command("verify", context_settings=_HANDED_ON)(verify.verify)
app.command("bench", context_settings=_HANDED_ON)(bench.bench)
app.command("test", context_settings=_HANDED_ON)(test.test)


def main() -> int:
    """Run a command; what an operator can remedy is said in one sentence, without a traceback."""
    try:
        app(standalone_mode=False)
    except typer.Exit as asked:
        return int(asked.exit_code)
    except typer.Abort:
        return 130
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    except typer.BadParameter as error:
        error.show()
        return 2
    except (AlreadyRunning, WrongFolder, PostgresqlMissing, RabbitmqMissing, StartFailed) as error:
        print(f"paillasse: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
