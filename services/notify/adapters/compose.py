"""Write mails: text and HTML from one template a kind and language, deterministic to the byte."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from contracts.errors import FieldProblem, Invalid
from services.notify.domain.letter import Alarm, Letter, Locale, Mail

_TEMPLATES = Path(__file__).parent / "templates"
_ROLES = {
    "fr": {"author": "auteur", "coauthor": "coauteur", "witness": "témoin", "approver": "approbateur"},
    "en": {"author": "author", "coauthor": "co-author", "witness": "witness", "approver": "approver"},
}
_SOMEONE = {"fr": "une personne qui n'est plus dans l'annuaire", "en": "someone no longer in the directory"}
_OPERATORS = {"fr": "l'équipe d'exploitation", "en": "the operators"}
_DEMO = {"fr": "[démonstration] ", "en": "[demonstration] "}


@dataclass(frozen=True, slots=True)
class _Envelope:
    """What stands outside of a mail."""

    id: str
    kind: str
    at: datetime
    name: str
    mail: str
    locale: str


class TemplateComposer:
    """
    Compose mails that lead to ``public_url``.

    The mail holds no picture, no button to sign and no text of the page: what must be done is done after signing in
    at the one constant address.
    """

    def __init__(self, *, public_url: str, demo: bool) -> None:
        self._url = public_url.rstrip("/")
        self._host = urlsplit(public_url).hostname or "localhost"
        self._demo = demo
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(enabled_extensions=("html.j2",)),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def compose(self, letter: Letter) -> Mail:
        """Return the mail of a letter; Invalid when the recipient's address cannot stand in a header."""
        notice, recipient = letter.notice, letter.recipient
        envelope = _Envelope(
            notice.mail_id, notice.kind, notice.created_at, _plain(recipient.name), recipient.mail, recipient.locale
        )
        return self._mail(envelope, self._words(letter), link=f"{self._url}{notice.path}")

    def compose_alarm(self, alarm: Alarm, *, to: str, locale: Locale) -> Mail:
        """Return the operators' mail in their language."""
        words = _blocks(self._templates.get_template(f"{locale}/{alarm.kind}.j2"), alarm.names)
        envelope = _Envelope(alarm.mail_id, alarm.kind, alarm.at, _OPERATORS[locale], to, locale)
        return self._mail(envelope, words, link=self._url)

    def _mail(self, envelope: "_Envelope", words: dict[str, str], *, link: str) -> Mail:
        locale = envelope.locale
        message = self._headers(envelope, words["subject"])
        layout = {**words, "recipient": envelope.name, "locale": locale, "demo": self._demo, "link": link}
        plain, html = (
            self._templates.get_template(f"{locale}/layout.{kind}.j2").render(layout) for kind in ("txt", "html")
        )
        message.set_content(plain, charset="utf-8", cte="quoted-printable")
        message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
        # Last, as a new content drops every header of the old one (RFC 3282: readers choose a voice by it).
        message["Content-Language"] = locale
        # A fixed boundary: the same letter gives the same bytes, so a repeat overwrites a mail with itself.
        message.set_boundary(f"paillasse-{envelope.id}")
        return Mail(envelope.id, words["subject"], f"{words['what']} {words['todo']}", message.as_bytes())

    def _words(self, letter: Letter) -> dict[str, str]:
        """Return the blocks of the kind's template: subject, what happened, what to do."""
        locale = letter.recipient.locale
        template = self._templates.get_template(f"{locale}/{letter.notice.kind}.j2")
        names = {
            "reference": letter.page.reference,
            "title": _plain(letter.page.title),
            "notebook": _plain(letter.page.notebook_title),
            "notebook_reference": letter.page.notebook_reference,
            "unit": letter.page.unit_code,
            "author": _plain(letter.author.name) if letter.author is not None else _SOMEONE[locale],
            "by": _plain(letter.by.name) if letter.by is not None else _SOMEONE[locale],
            "role": _ROLES[locale].get(letter.notice.role or "", letter.notice.role or ""),
            "capacity": letter.notice.capacity,
            "alone": letter.notice.alone,
        }
        return _blocks(template, names)

    def _headers(self, envelope: "_Envelope", subject: str) -> EmailMessage:
        message = EmailMessage(policy=policy)
        locale = envelope.locale
        message["Subject"] = (_DEMO[locale] if self._demo else "") + subject
        message["From"] = Address("Paillasse", "no-reply", self._host)
        try:
            message["To"] = Address(envelope.name, addr_spec=envelope.mail)
        except (ValueError, IndexError, MessageError) as error:
            raise Invalid(
                FieldProblem("mail", "not an address a mail can carry", "correct the person's mail")
            ) from error
        message["Date"] = envelope.at
        message["Message-ID"] = f"<{envelope.id}@{self._host}>"
        # RFC 3834 §5: no vacation notice answers; RFC 2919: people sort by it.
        message["Auto-Submitted"] = "auto-generated"
        message["List-Id"] = f"<{envelope.kind.replace('_', '-')}.notices.{self._host}>"
        return message


def _blocks(template: Template, names: Mapping[str, object]) -> dict[str, str]:
    """Return each block of a template on one line."""
    return {
        name: " ".join("".join(block(template.new_context(dict(names)))).split())
        for name, block in template.blocks.items()
    }


def _plain(text: str) -> str:
    """Drop what could break a line or turn the reading direction, in names and titles people typed."""
    kept = (" " if letter.isspace() else letter for letter in text)
    return " ".join("".join(letter for letter in kept if unicodedata.category(letter) not in {"Cc", "Cf"}).split())
