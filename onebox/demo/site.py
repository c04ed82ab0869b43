"""Say where a running installation is: its address, mails, trust anchors."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Site:
    """
    A running installation as its operator sees it.

    ``folder`` keeps what the demo remembers; ``trust`` holds root.pem, tsa.pem, crls.pem and log.vkey.
    """

    base_url: str
    folder: Path
    maildir: Path
    trust: Path
    setup_token: str
