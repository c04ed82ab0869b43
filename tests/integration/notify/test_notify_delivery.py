"""Mails on a real disk and a real database, with a process killed at the worst moment."""

import json
import mailbox
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, text

from chassis.database import open_engine
from chassis.settings import DatabaseSettings
from services.notify.adapters.compose import TemplateComposer
from services.notify.adapters.maildir import Maildir
from services.notify.domain.letter import Mail
from services.notify.store.unit_of_work import PostgresUnitOfWork
from services.notify.use_cases.deliver_mails import CLAIM_SECONDS, DeliverMails
from tests.builders.notices import notice
from tests.fakes.notify import FakeEntries

PROJECT = Path(__file__).parents[3]


def sender(engine: Engine, sink: Maildir, *, later: timedelta = timedelta(0)) -> DeliverMails:
    """Return the real use case on the real store; ``later`` moves its clock."""
    clock = lambda: datetime.now(UTC) + later  # noqa: E731 -- a clock
    composer = TemplateComposer(public_url="http://localhost:8080", demo=True)
    return DeliverMails(partial(PostgresUnitOfWork, engine, clock), FakeEntries(), composer, sink, clock)


class DeadlyMaildir(Maildir):
    """Kill the process right after the mail lies in the folder, before the commit that would say so."""

    def deliver(self, mail: Mail) -> None:
        """Deliver, and die."""
        super().deliver(mail)
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Be the process that dies."""
    folder, settings = Path(sys.argv[1]), json.loads(sys.argv[2])
    sender(open_engine(DatabaseSettings.model_validate(settings), application_name="dying"), DeadlyMaildir(folder))()


def test_a_death_between_the_mail_and_its_commit_doubles_nothing(house_database, tmp_path: Path) -> None:
    """The next process writes the same file again, and announces it once."""
    settings = house_database("notify")
    engine = open_engine(DatabaseSettings.model_validate(settings), application_name="notify-test")
    with PostgresUnitOfWork(engine, lambda: datetime.now(UTC)) as unit:
        unit.add([notice(1)])
        unit.commit()

    died = subprocess.run(
        [sys.executable, "-m", "tests.integration.notify.test_notify_delivery", str(tmp_path), json.dumps(settings)],
        cwd=PROJECT, check=False, timeout=60,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL
    (first,) = (tmp_path / "new").iterdir()
    before = first.read_bytes()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT state FROM delivery")).scalar_one() == "pending"

    assert not sender(engine, Maildir(tmp_path))()
    assert sender(engine, Maildir(tmp_path), later=timedelta(seconds=CLAIM_SECONDS + 1))()

    assert [first] == list((tmp_path / "new").iterdir())
    assert before == first.read_bytes()
    assert notice(1).mail_id == first.name
    with engine.connect() as connection:
        assert connection.execute(text("SELECT state FROM delivery")).scalar_one() == "sent"
        assert connection.execute(text("SELECT type FROM outbox")).scalars().all() == ["NoticeSent"]
    engine.dispose()


def test_the_folder_is_a_maildir_and_a_read_mail_does_not_come_back(tmp_path: Path) -> None:
    """Every mail program can open it; what a reader moved to `cur` stays there."""
    sink = Maildir(tmp_path)
    mail = Mail("11111111-2222-5333-8444-555555555555", "t", "x", b"Subject: Bonjour\n\nTexte\n")
    sink.deliver(mail)
    (tmp_path / "new" / mail.id).rename(tmp_path / "cur" / f"{mail.id}:2,S")
    sink.deliver(mail)

    assert ["Bonjour"] == [message["Subject"] for message in mailbox.Maildir(tmp_path, create=False)]
    assert list((tmp_path / "tmp").iterdir()) == []


if __name__ == "__main__":
    main()
