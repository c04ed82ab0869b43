"""To sign: by keyboard, several at once, with a reason when not; whatever breaks, nothing typed is lost."""

import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, Route, expect

from onebox.demo.institution import Someone
from tests.browser.conftest import OpenAs
from tests.browser.pages import sent, wait_in_state
from tests.browser.people import AUTHOR, LEAD, Colleague

People = Callable[[Someone], Colleague]


def _inbox(open_as: OpenAs, someone: Someone) -> Page:
    page = open_as(someone, locale="fr-FR").open("/inbox")
    page.get_by_role("listbox").wait_for()
    return page


def _go_to(page: Page, title: str) -> None:
    page.get_by_role("option").filter(has_text=title).locator(".title").click()
    page.get_by_role("heading", name=title, level=2).wait_for()


def test_two_pages_are_signed_by_keyboard(open_as: OpenAs, colleague: People) -> None:
    """x, j, x, s, the password, Enter: two receipts, and the focus is back in the list."""
    author, lead = colleague(AUTHOR), colleague(LEAD)
    pages = [sent(author, ("approver", lead)) for _ in range(2)]
    page = _inbox(open_as, LEAD)
    box = page.get_by_role("listbox")
    for each in pages:
        _go_to(page, each["title"])
        box.focus()
        page.keyboard.press("x")
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog")
    dialog.locator("code[title^='SHA-256']").nth(1).wait_for()
    dialog.locator("input[type=password]").fill(lead.password)
    page.keyboard.press("Enter")
    dialog.get_by_role("heading", name="2 pages signées").wait_for()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Télécharger le reçu").first.click()
    dialog.get_by_role("button", name="Fermer").click()
    expect(page.locator("dialog[open]")).to_have_count(0)

    assert "tlog_proof" in download.value.path().read_text(encoding="utf-8")
    for each in pages:
        wait_in_state(author, each["id"], "sealed")


def test_a_wrong_password_is_told_and_may_be_mended(open_as: OpenAs, colleague: People) -> None:
    """The ceremony stays open; the field says what is wrong."""
    lead = colleague(LEAD)
    made = sent(colleague(AUTHOR), ("approver", lead))
    page = _inbox(open_as, LEAD)
    _go_to(page, made["title"])
    page.get_by_role("button", name="Signer…").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=password]").fill("pas le bon")
    page.keyboard.press("Enter")
    dialog.get_by_text("Ce mot de passe ne convient pas").wait_for()
    dialog.locator("input[type=password]").fill(lead.password)
    page.keyboard.press("Enter")

    dialog.get_by_role("heading", name="Page signée").wait_for()


FAILURES = ("network", "503", "401")


def _break(route: Route, failure: str) -> None:
    if failure == "network":
        route.abort()
        return
    problem = {"type": "/problems/unavailable", "title": "Indisponible.", "status": int(failure)}
    route.fulfill(status=int(failure), json=problem, headers={"Retry-After": "60"})


@pytest.mark.parametrize("failure", FAILURES)
def test_a_reason_outlives_whatever_breaks(open_as: OpenAs, colleague: People, failure: str) -> None:
    """A lost network, a busy server, an ended session: the sentence is still there and goes out at the second try."""
    author, lead = colleague(AUTHOR), colleague(LEAD)
    made = sent(author, ("approver", lead))
    page = _inbox(open_as, LEAD)
    _go_to(page, made["title"])
    page.get_by_role("button", name="Retourner…").click()
    reason = page.get_by_role("dialog").get_by_label("Raison du retour")
    reason.fill("Il manque le numéro du lot.")
    page.route("**/return", lambda route: _break(route, failure))
    page.get_by_role("button", name="Retourner la page").click()
    if failure == "401":
        again = page.get_by_role("dialog").filter(has_text="Votre session est terminée")
        again.get_by_label("Mot de passe").wait_for()
        page.unroute("**/return")
        again.get_by_label("Mot de passe").fill(lead.password)
        page.keyboard.press("Enter")
    else:
        page.get_by_role("alert").filter(has_text=".").first.wait_for()
        assert "Il manque le numéro du lot." == reason.input_value()
        page.unroute("**/return")
        page.get_by_role("button", name="Retourner la page").click()

    wait_in_state(author, made["id"], "returned")


def test_letters_are_only_letters_when_they_are_turned_off(open_as: OpenAs, colleague: People) -> None:
    """WCAG 2.1.4: voice control types letters; arrows keep working."""
    sent(colleague(AUTHOR), ("approver", colleague(LEAD)))
    page = _inbox(open_as, LEAD)
    box = page.get_by_role("listbox")
    box.focus()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_label("Raccourcis d'une seule lettre").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Fermer").click()
    box.focus()
    page.keyboard.press("x")
    chosen = page.locator("[role=option][aria-selected=true]").count()
    page.keyboard.press(" ")

    assert 0 == chosen
    assert 1 == page.locator("[role=option][aria-selected=true]").count()


def test_a_code_of_an_app_signs_too(open_as: OpenAs, colleague: People) -> None:
    """Enrolled on the profile by password and first code; then the dialog asks for a code instead of the password."""
    author, lead = colleague(AUTHOR), colleague(LEAD)
    made = sent(author, ("approver", lead))
    enrolled = lead.post("/me/authenticators", {"name": "téléphone", "password": lead.password})
    totp = pyotp.TOTP(enrolled["secret"])
    lead.post(f"/me/authenticators/{enrolled['id']}/confirm", {"code": totp.at(int(time.time()) - 30)})
    page = _inbox(open_as, LEAD)
    _go_to(page, made["title"])
    page.get_by_role("button", name="Signer…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("code à usage unique").check()
    dialog.get_by_label("Code à usage unique").and_(page.locator("input:not([type=radio])")).fill(
        totp.at(int(time.time()))
    )
    page.keyboard.press("Enter")
    dialog.get_by_role("heading", name="Page signée").wait_for()

    assert "sealed" == wait_in_state(author, made["id"], "sealed")["state"]
