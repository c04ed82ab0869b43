"""Write mails: text and HTML from one template a kind and language, deterministic to the byte."""

import unicodedata
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from contracts.errors import FieldProblem, Invalid
from services.notify.domain.letter import Letter, Mail

_TEMPLATES = Path(__file__).parent / "templates"
_ROLES = {
    "fr": {"author": "auteur", "coauthor": "coauteur", "witness": "témoin", "approver": "approbateur"},
    "en": {"author": "author", "coauthor": "co-author", "witness": "witness", "approver": "approver"},
}
_SOMEONE = {"fr": "une personne qui n'est plus dans l'annuaire", "en": "someone no longer in the directory"}
_DEMO = {"fr": "[démonstration] ", "en": "[demonstration] "}


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
        words = self._words(letter)
        locale = letter.recipient.locale
        message = self._headers(letter, words["subject"])
        layout = {**words, "letter": letter, "locale": locale, "demo": self._demo}
        layout["link"] = f"{self._url}{letter.notice.path}"
        plain, html = (
            self._templates.get_template(f"{locale}/layout.{kind}.j2").render(layout) for kind in ("txt", "html")
        )
        message.set_content(plain, charset="utf-8", cte="quoted-printable")
        message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
        # A fixed boundary: the same letter gives the same bytes, so a repeat overwrites a mail with itself.
        message.set_boundary(f"paillasse-{letter.notice.mail_id}")
        return Mail(letter.notice.mail_id, words["subject"], f"{words['what']} {words['todo']}", message.as_bytes())

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
        return {
            name: " ".join("".join(block(template.new_context(names))).split())
            for name, block in template.blocks.items()
        }

    def _headers(self, letter: Letter, subject: str) -> EmailMessage:
        message = EmailMessage(policy=policy)
        locale, kind = letter.recipient.locale, letter.notice.kind
        message["Subject"] = (_DEMO[locale] if self._demo else "") + subject
        message["From"] = Address("Paillasse", "no-reply", self._host)
        try:
            message["To"] = Address(_plain(letter.recipient.name), addr_spec=letter.recipient.mail)
        except (ValueError, IndexError, MessageError) as error:
            raise Invalid(
                FieldProblem("mail", "not an address a mail can carry", "correct the person's mail")
            ) from error
        message["Date"] = letter.notice.created_at
        message["Message-ID"] = f"<{letter.notice.mail_id}@{self._host}>"
        # RFC 3834 §5: no vacation notice answers; RFC 2919: people sort by it.
        message["Auto-Submitted"] = "auto-generated"
        message["List-Id"] = f"<{kind.replace('_', '-')}.notices.{self._host}>"
        message["Content-Language"] = locale
        return message


def _plain(text: str) -> str:
    """Drop what could break a line or turn the reading direction, in names and titles people typed."""
    kept = (" " if letter.isspace() else letter for letter in text)
    return " ".join("".join(letter for letter in kept if unicodedata.category(letter) not in {"Cc", "Cf"}).split())
