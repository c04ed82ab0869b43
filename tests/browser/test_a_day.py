"""A day of three people: a page is begun, sent, signed by a colleague and by the lead, and verified by a stranger."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from onebox.demo.institution import Someone
from tests.browser.conftest import OpenAs
from tests.browser.pages import wait_in_inbox, wait_in_state
from tests.browser.people import AUTHOR, LEAD, WITNESS, Colleague
from tests.browser.test_writing import DOT
from tests.browser.writing import SYNC_MS, text_of, wait_synchronised, write

People = Callable[[Someone], Colleague]
TITLE = "Transport du glucose, essai 7"


def test_a_page_from_its_first_word_to_a_strangers_verdict(open_as: OpenAs, colleague: People, tmp_path: Path) -> None:
    """What the product is for, in a browser, on the real system."""
    author = colleague(AUTHOR)

    page = open_as(None).open("/sign-in")
    entry = _begin(page, author)
    _write(page)
    _send(page)
    wait_in_inbox(author, entry)
    page.get_by_role("link", name="Aujourd'hui").click()
    _sign(page, author, "Signer…")
    for someone, button in ((WITNESS, "Sign…"), (LEAD, "Signer…")):
        wait_in_inbox(colleague(someone), entry)
        _sign(open_as(someone).open("/"), colleague(someone), button)
    wait_in_state(author, entry, "sealed")

    file = _fetch_evidence(page, author, entry, tmp_path / "page.asice")
    page = open_as(None).open("/verify")
    page.get_by_label("Choisissez le fichier").set_input_files(file)
    page.get_by_role("button", name="Vérifier").click()
    page.get_by_role("heading", name="Prouvé", exact=True).wait_for()

    assert page.get_by_text(TITLE).is_visible()
    assert page.get_by_role("heading", name="Ce qui n'est pas prouvé").is_visible()


def _begin(page: Page, author: Colleague) -> str:
    """Sign in without a script, start a page from Today, and return its id."""
    page.get_by_label("Adresse de messagerie").fill(author.someone.mail)
    page.get_by_label("Mot de passe").fill(author.password)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("heading", name="Aujourd'hui", level=1).wait_for()
    page.get_by_role("button", name="Nouvelle page").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Titre de la page").fill("Transport du glucose")
    dialog.get_by_label("Cahier").select_option(author.notebook()["id"])
    dialog.get_by_role("button", name="Créer la page").click()
    page.wait_for_url("**/entries/*")
    return page.url.rsplit("/", 1)[1]


def _write(page: Page) -> None:
    """Write the page: its title, a part of it without a network, a figure, a file; save it as a version."""
    text_of(page)
    page.get_by_label("Titre de la page").fill(TITLE)
    write(page, "Le transport est bloqué par la phlorizine.")
    page.context.set_offline(True)
    write(page, "Noté dans le train.")
    page.context.set_offline(False)
    page.set_input_files("input[type=file] >> nth=0", {"name": "gel.png", "mimeType": "image/png", "buffer": DOT})
    page.get_by_label("Description").fill("Gel, piste 3")
    page.get_by_role("button", name="Insérer").click()
    mesures = {"name": "mesures.csv", "mimeType": "text/csv", "buffer": b"dose,reponse\n1,0.4\n"}
    page.set_input_files("input[type=file] >> nth=0", mesures)
    for name in ("gel.png", "mesures.csv"):
        row = page.get_by_role("listitem").filter(has_text=name)
        expect(row).to_contain_text("dans la prochaine version", timeout=SYNC_MS)
    wait_synchronised(page)
    page.keyboard.press("Control+s")
    page.get_by_label("Motif").fill("première saisie")
    page.get_by_role("dialog").get_by_role("button", name="Enregistrer une version").click()
    page.get_by_text("Version 1 enregistrée").wait_for()


def _send(page: Page) -> None:
    """Ask the witness and the lead."""
    page.get_by_role("button", name="Envoyer en validation").click()
    dialog = page.get_by_role("dialog")
    for role, someone in (("Témoin", WITNESS), ("Responsable", LEAD)):
        dialog.get_by_role("combobox", name=role).fill(someone.family)
        dialog.get_by_role("option", name=someone.display).wait_for()
        page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Envoyer en validation").click()
    page.get_by_text("La page est en validation").wait_for()


def _sign(page: Page, person: Colleague, button: str) -> None:
    """Find the page by way of Today, read it, sign it."""
    page.locator("a.to-sign").click()
    page.get_by_role("option").filter(has_text=TITLE).locator(".title").click()
    page.get_by_text("phlorizine").wait_for()
    page.get_by_text("Noté dans le train").wait_for()
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=password]").fill(person.password)
    page.keyboard.press("Enter")
    dialog.locator("time").first.wait_for()
    page.keyboard.press("Escape")


def _fetch_evidence(page: Page, author: Colleague, entry: str, to: Path) -> Path:
    """Fetch the evidence by the link beside the page, once it has been made."""
    assert author.evidence(entry)
    page.goto(re.sub("/[^/]*$", f"/entries/{entry}", page.url))
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger la preuve").click()
    download.value.save_as(to)
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
