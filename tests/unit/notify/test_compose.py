"""What a mail looks like, as Python's own mail parser reads it."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from contracts.errors import Invalid
from contracts.identifiers import MessageId
from services.notify.adapters.compose import TemplateComposer
from services.notify.domain.letter import Alarm, Letter, Locale, Person
from services.notify.use_cases.raise_alarm import RaiseAlarm
from tests.builders.notices import ADA, LEA, NOON, WIM, letter
from tests.fakes.notify import FakeSink

COMPOSER = TemplateComposer(public_url="https://cahier.example.org/", demo=True)


def read(written: Letter) -> EmailMessage:
    """Compose and parse."""
    message = email.message_from_bytes(COMPOSER.compose(written).content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("recipient", [ADA, WIM])
@pytest.mark.parametrize("kind", ["to_sign", "signed", "returned", "sealed", "commented", "mentioned"])
@pytest.mark.parametrize("capacity", ["author", "signer", "lead", "reader"])
def test_every_mail_says_what_who_which_page_and_where(recipient: Person, kind: str, capacity: str) -> None:
    """In both languages, as text and as HTML, without pictures and without markup from titles."""
    message = read(letter(recipient, by=LEA, kind=kind, capacity=capacity))
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()

    for body in (text, html):
        assert "U1234-2026-007/37" in body
        assert "https://cahier.example.org/entries/entry-1" in body
        assert recipient.name in body
        assert "<img" not in body
    assert "Dosage <b>du</b> fer" in text
    assert "Dosage &lt;b&gt;du&lt;/b&gt; fer" in html
    assert f'<html lang="{recipient.locale}">' in html
    assert "U1234-2026-007/37" in message["Subject"]


def test_the_headers_identify_the_mail_and_keep_machines_from_answering() -> None:
    """The id is the event's, the person's and the kind's; RFC 3834 keeps vacation notices away."""
    written = letter(LEA, kind="sealed", capacity="lead")
    message = read(written)

    assert f"<{written.notice.mail_id}@cahier.example.org>" == message["Message-ID"]
    assert ("auto-generated", NOON) == (message["Auto-Submitted"], message["Date"].datetime)
    assert message["List-Id"] == "<sealed.notices.cahier.example.org>"
    assert message["To"].addresses[0].addr_spec == LEA.mail
    assert message["Subject"].startswith("[démonstration] ")
    assert "fr" == message["Content-Language"]


@pytest.mark.parametrize(("person", "mark"), [(ADA, "[démonstration]"), (WIM, "[demonstration]")])
def test_only_a_demonstration_is_marked_as_one(person: Person, mark: str) -> None:
    """Invented mails say so; real ones never do."""
    real = TemplateComposer(public_url="https://cahier.example.org", demo=False).compose(letter(person))

    assert mark in read(letter(person))["Subject"]
    assert "onstration" not in email.message_from_bytes(real.content, policy=default).as_string()


def test_the_same_letter_gives_the_same_bytes() -> None:
    """A repeat overwrites a mail with itself."""
    assert COMPOSER.compose(letter()).content == COMPOSER.compose(letter()).content


def test_a_name_cannot_add_a_header_or_turn_the_text() -> None:
    """Names and titles are typed by people."""
    trickster = Person(WIM.id, "Wim\r\nBcc: all@example.org \u202egnp", WIM.mail, "en")
    message = read(letter(trickster))

    assert message["Bcc"] is None
    assert "\u202e" not in message["To"]


def test_an_impossible_address_is_refused() -> None:
    """It fails for good rather than for ever."""
    with pytest.raises(Invalid):
        COMPOSER.compose(letter(Person(WIM.id, "Wim", "not an address", "en")))


def test_the_notice_of_the_web_app_says_what_the_mail_says() -> None:
    """One wording, two places."""
    mail = COMPOSER.compose(letter(ADA, by=WIM, kind="returned", capacity="author"))

    assert mail.title == "U1234-2026-007/37 : page retournée"
    assert mail.text.startswith("Wim Jansen a retourné votre page")


@pytest.mark.parametrize("damage", ["missing", "truncated", "damaged", "replaced"])
def test_damage_is_told_to_the_operators_once_and_with_a_remedy(damage: str) -> None:
    """Whoever reads it at night must know which bytes, what happened and what to do; a repeat is no second mail."""
    for locale, subject, remedy in (
        ("fr", "[démonstration] Alerte", "Ne supprimez rien."),
        ("en", "[demonstration] Alert", "Delete nothing."),
    ):
        alarm = Alarm(MessageId("m1"), "integrity_broken", {"sha256": "ab" * 32, "damage": damage}, NOON)
        message, text = told(locale, alarm, alarm)

        assert message["To"].addresses[0].addr_spec == "operations@example.org"
        assert message["Subject"].startswith(subject)
        assert "ab" * 32 in text.replace("\n", "")
        assert remedy in text


@pytest.mark.parametrize(
    ("locale", "subject"), [("fr", "introuvable par la recherche"), ("en", "cannot be found by search")]
)
def test_pages_the_index_refuses_are_one_mail_a_day(locale: Locale, subject: str) -> None:
    """A mapping gone wrong refuses a million pages: the operators get one mail that says where they are named."""
    alarms = (Alarm(MessageId(f"m{n}"), "page_refused", {"entry": f"page-{n}"}, NOON) for n in range(3))
    message, text = told(locale, *alarms)

    assert subject in message["Subject"]
    assert "page-2" in text
    assert "paillasse search verify" in text.replace("\n", " ")


def told(locale: Locale, *alarms: Alarm) -> tuple[Any, str]:
    """Return the one mail operators get, and its text."""
    sink = FakeSink()
    raise_alarm = RaiseAlarm(COMPOSER, sink, "operations@example.org", locale)
    for alarm in alarms:
        raise_alarm(alarm)
    (mail,) = sink.mails.values()
    message = email.message_from_bytes(mail.content, policy=default)
    return message, message.get_body(("plain",)).get_content()
