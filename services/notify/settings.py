"""Configure the house of notify."""

from pathlib import Path
from typing import Literal

from pydantic import EmailStr

from chassis.settings import ProcessSettings


class NotifySettings(ProcessSettings):
    """Add to what every house is told where mails go."""

    # The Maildir mails are put into; no default: a mail in an unknown place is lost.
    maildir: Path
    # Whom it concerns when stored bytes are damaged or a page cannot be found, and in which language.
    operator_mail: EmailStr = "operations@localhost.localdomain"
    operator_locale: Literal["fr", "en"] = "fr"
    # Names of one page and a few people: two indexed reads.
    entries_timeout_seconds: float = 2.0
    # Seconds between looks at what is due, when no event wakes the sender: postponed mails need no more.
    mail_idle_seconds: float = 1.0
