"""Every dialog: no fault axe finds, French in the French app, and the focus back where it was."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from onebox.demo.institution import Someone
from tests.browser.chromium import Window
from tests.browser.conftest import OpenAs
from tests.browser.people import AUTHOR, Colleague, paragraph
from tests.browser.speech import english_in
from tests.browser.writing import open_page, text_of, wait_synchronised, write
from tests.e2e.system import SAMPLE

People = Callable[[Someone], Colleague]


@pytest.fixture
def writing(open_as: OpenAs, colleague: People) -> Window:
    """The author's window, on a page being written."""
    made = colleague(AUTHOR).page("Essai des dialogues", paragraph("Rincer deux fois au tampon HEPES."))
    window = open_as()
    open_page(window, str(made["id"]))
    wait_synchronised(window.page)
    return window


def _toolbar(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar").get_by_role("button", name=re.compile(f"^{name}"))


def _sound(window: Window) -> None:
    """Look at the open dialog, in both themes."""
    page = window.page
    page.locator("dialog[open]").wait_for()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert [] == window.axe("'dialog[open]'")
    page.emulate_media(color_scheme="light")
    assert set() == english_in(page)


@pytest.mark.parametrize("name", ["Lien", "Formule"])
def test_what_a_tool_asks_is_asked_of_everybody(writing: Window, name: str) -> None:
    """Link and formula: closed by Escape, one writes on where one was."""
    page = writing.page
    text_of(page).click()
    _toolbar(page, name).click()
    _sound(writing)
    page.keyboard.press("Escape")

    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(_toolbar(page, name)).to_be_focused()


def test_a_formula_and_a_link_are_put_where_one_writes(writing: Window) -> None:
    """The dialog shows the formula while it is typed; what is no address is told, and may be mended."""
    page = writing.page
    write(page, "Suite.")
    _toolbar(page, "Formule").click()
    page.get_by_label("LaTeX").fill("E = mc^2")
    page.get_by_role("dialog").locator(".katex").first.wait_for()
    page.keyboard.press("Enter")
    text_of(page).locator(".katex").first.wait_for()
    page.keyboard.press("Control+End")
    _toolbar(page, "Lien").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("javascript:alert(1)")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("alert").filter(has_text=re.compile(".+")).wait_for()
    page.get_by_role("dialog").get_by_role("textbox").fill("https://exemple.invalid/protocole")
    page.keyboard.press("Enter")

    expect(text_of(page).get_by_role("link", name="https://exemple.invalid/protocole")).to_be_visible()


@pytest.mark.parametrize("name", ["Enregistrer une version", "Envoyer en validation"])
def test_after_a_dialog_the_focus_is_back_on_what_opened_it(writing: Window, name: str) -> None:
    """Who does not see must not begin again at the top of the page (WCAG 2.4.3)."""
    page = writing.page
    button = page.get_by_role("article").get_by_role("button", name=name)
    button.click()
    _sound(writing)
    page.keyboard.press("Escape")

    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(button).to_be_focused()


def test_after_saving_by_a_key_one_writes_on(writing: Window) -> None:
    """Ctrl+S, the reason, Enter: the caret is back in the text."""
    page = writing.page
    write(page, "Lavages faits.")
    page.keyboard.press("Control+s")
    page.get_by_role("dialog").get_by_role("button", name="Enregistrer une version").click()
    page.get_by_text("Version 2 enregistrée").wait_for()

    expect(text_of(page)).to_be_focused()


def test_what_writing_says_is_french(writing: Window) -> None:
    """The menu of blocks, the tools of a table, the rail with a comment."""
    page = writing.page
    write(page, "/")
    page.get_by_role("listbox", name="À insérer").wait_for()
    assert set() == english_in(page)
    page.keyboard.type("tabl")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tableau").last.wait_for()

    assert set() == english_in(page)


def test_an_import_is_chosen_and_reported_to_everybody(open_as: OpenAs, colleague: People) -> None:
    """From the dialog to the last remark of the report."""
    author = colleague(AUTHOR)
    window = open_as()
    page = window.open(f"/notebooks/{author.notebook()['id']}")
    opener = page.get_by_role("button", name="Importer").first
    opener.click()
    _sound(window)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()
    page.get_by_role("dialog").locator("input[type=file]").set_input_files(SAMPLE)
    page.get_by_role("dialog").locator("button[type=submit]").click()
    page.wait_for_url("**/imports/*")
    page.get_by_role("heading", name="Import terminé").wait_for()

    assert set() == english_in(page)
    assert [] == window.axe()
    page.emulate_media(color_scheme="dark")
    assert [] == window.axe()
    page.set_viewport_size({"width": 320, "height": 640})
    assert 0 == window.overflow()


def test_an_app_is_enrolled_by_everybody(open_as: OpenAs, colleague: People) -> None:
    """Both steps of the dialog; a wrong first code is told."""
    author = colleague(AUTHOR)
    window = open_as()
    page = window.open("/profile")
    opener = page.get_by_role("button", name="Ajouter une application")
    opener.click()
    _sound(window)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nom de l'appareil").fill("téléphone d'essai")
    dialog.get_by_label("Mot de passe").fill(author.password)
    page.keyboard.press("Enter")
    dialog.get_by_role("img", name="Code QR de la clé").wait_for()
    _sound(window)
    dialog.get_by_label("Premier code").fill("000000")
    page.keyboard.press("Enter")
    dialog.get_by_text("Ce code ne convient pas").wait_for()
    assert [] == window.axe("'dialog[open]'")
    page.keyboard.press("Escape")

    expect(opener).to_be_focused()


def test_a_step_to_a_page_moves_the_focus_to_its_title(open_as: OpenAs, colleague: People) -> None:
    """Also when the page comes later than the step, and when its editor comes later than the page."""
    author = colleague(AUTHOR)
    made = author.page("Essai du pas", paragraph("Rincer deux fois."))
    page = open_as().open(f"/notebooks/{made['notebook']}?order=newest")
    page.get_by_role("link", name="Essai du pas").first.click()
    page.wait_for_url("**/entries/*")
    text_of(page)

    expect(page.get_by_role("heading", level=1, name="Essai du pas")).to_be_focused()
