"""A day of three people: a page is begun, sent, signed by a colleague and by the lead, and verified by a stranger."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from onebox.demo.institution import Someone
from tests.browser.conftest import OpenAs
from tests.browser.pages import send, wait_in_inbox, wait_in_state
from tests.browser.people import AUTHOR, LEAD, WITNESS, Colleague, paragraph

People = Callable[[Someone], Colleague]
TITLE = "Transport du glucose, essai 7"


def test_a_page_from_its_first_word_to_a_strangers_verdict(open_as: OpenAs, colleague: People, tmp_path: Path) -> None:
    """What the product is for, in a browser, on the real system."""
    author, witness, lead = colleague(AUTHOR), colleague(WITNESS), colleague(LEAD)

    entry = _begin(open_as, author)
    text = [paragraph("Le transport est bloqué par la phlorizine.")]
    body = {"title": TITLE, "document": {"type": "doc", "content": text}, "reason": "première saisie"}
    author.post(f"/entries/{entry}/revisions", body, **{"If-Match": '"0"'})
    send(author, entry, ("witness", witness), ("approver", lead))
    for someone, button in ((WITNESS, "Sign…"), (LEAD, "Signer…")):
        wait_in_inbox(colleague(someone), entry)
        _sign(open_as(someone).open("/"), colleague(someone), button)
    wait_in_state(author, entry, "sealed")

    file = _fetch_evidence(author, entry, tmp_path / "page.asice")
    page = open_as(None).open("/verify")
    page.get_by_label("Choisissez le fichier").set_input_files(file)
    page.get_by_role("button", name="Vérifier").click()
    page.get_by_role("heading", name="Prouvé", exact=True).wait_for()

    assert page.get_by_text(TITLE).is_visible()
    assert page.get_by_role("heading", name="Ce qui n'est pas prouvé").is_visible()


def _begin(open_as: OpenAs, author: Colleague) -> str:
    """Sign in without a script, start a page from Today, and return its id."""
    page = open_as(None).open("/sign-in")
    page.get_by_label("Adresse de messagerie").fill(author.someone.mail)
    page.get_by_label("Mot de passe").fill(author.password)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("heading", name="Aujourd'hui", level=1).wait_for()
    page.get_by_role("button", name="Nouvelle page").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Titre de la page").fill(TITLE)
    dialog.get_by_label("Cahier").select_option(author.notebook()["id"])
    dialog.get_by_role("button", name="Créer la page").click()
    page.wait_for_url("**/entries/*")
    return page.url.rsplit("/", 1)[1]


def _sign(page: Page, person: Colleague, button: str) -> None:
    """Find the page by way of Today, read it, sign it."""
    page.locator("a.to-sign").click()
    page.get_by_role("option").filter(has_text=TITLE).locator(".title").click()
    page.get_by_text("phlorizine").wait_for()
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=password]").fill(person.password)
    page.keyboard.press("Enter")
    dialog.locator("time").first.wait_for()


def _fetch_evidence(person: Colleague, entry: str, to: Path) -> Path:
    to.write_bytes(person.evidence(entry))
    return to


def test_the_pages_without_a_script_have_no_fault(open_as: OpenAs) -> None:
    """Sign in and Verify come before the app, for everybody: both languages, both themes, 320 pixels."""
    window = open_as(None)
    for path in ("/sign-in", "/verify", "/sign-in?lang=en", "/verify?lang=en", "/problems/stale"):
        page = window.open(path)
        assert [] == window.axe()
        page.emulate_media(color_scheme="dark")
        assert [] == window.axe()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 640})
        assert 0 == window.overflow()
        page.set_viewport_size({"width": 1440, "height": 900})
