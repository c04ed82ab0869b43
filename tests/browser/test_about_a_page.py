"""What stands beside a page: its tags, and the end of a page that came to nothing."""

from collections.abc import Callable

from playwright.sync_api import expect

from onebox.demo.institution import Someone
from tests.browser.conftest import OpenAs
from tests.browser.pages import wait_in_state, written
from tests.browser.people import AUTHOR, LEAD, Colleague, paragraph
from tests.browser.speech import english_in
from tests.browser.writing import open_page, wait_synchronised, write

People = Callable[[Someone], Colleague]


def test_a_page_is_tagged_and_found_by_its_tag(open_as: OpenAs, colleague: People) -> None:
    """What the notebook calls it is offered; a tag leads to all pages that bear it, and goes by its own button."""
    author = colleague(AUTHOR)
    made, other = written(author), written(author)
    author.post(f"/entries/{other['id']}/tags", {"items": ["électrophysiologie"]})
    window = open_as(LEAD, locale="fr-FR")
    page = window.open(f"/entries/{made['id']}")
    field = page.get_by_label("Nouvelle étiquette")
    field.fill("électro")
    page.locator("datalist option[value='électrophysiologie']").wait_for(state="attached")
    field.fill("électrophysiologie")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="électrophysiologie")
    link.wait_for()
    expect(field).to_have_value("")
    assert [] == window.axe()
    assert set() == english_in(page)

    link.click()
    page.wait_for_url("**/search?tag=*")
    for each in (made, other):
        page.get_by_role("link", name=each["title"]).first.wait_for()
    page.go_back()
    page.get_by_role("button", name="Retirer l'étiquette électrophysiologie").press("Enter")

    expect(page.get_by_role("link", name="électrophysiologie")).to_have_count(0)
    expect(field).to_be_focused()
    assert [] == author.get(f"/entries/{made['id']}")["tags"]


def test_a_page_that_came_to_nothing_is_struck_out(open_as: OpenAs, colleague: People) -> None:
    """What was being written is kept in a version; the page stays, barred, with the reason, and nobody writes on it."""
    author = colleague(AUTHOR)
    made = author.page("Essai à annuler", paragraph("Rincer deux fois."))
    window = open_as()
    open_page(window, made["id"])
    page = window.page
    write(page, "La pompe est tombée en panne.")
    wait_synchronised(page)
    opener = page.get_by_role("button", name="Annuler la page…")
    opener.click()
    dialog = page.get_by_role("dialog", name="Annuler la page")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert [] == window.axe("'dialog[open]'")
    assert set() == english_in(page)
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Annuler la page").click()
    dialog.get_by_text("Dites pourquoi la page est annulée").wait_for()
    dialog.get_by_label("Raison").fill("Pompe en panne, mesure perdue.")
    dialog.get_by_role("button", name="Annuler la page").click()

    page.get_by_role("note").filter(has_text="Pompe en panne, mesure perdue.").wait_for()
    page.get_by_role("article").get_by_text("La pompe est tombée en panne.").wait_for()
    expect(page.locator(".ProseMirror")).to_have_count(0)
    expect(opener).to_have_count(0)
    assert [] == window.axe()
    assert "struck_out" == wait_in_state(author, made["id"], "struck_out")["state"]


def test_a_colleague_cannot_strike_it_out(open_as: OpenAs, colleague: People) -> None:
    """Not even the lead: it is the author's page; what one may not do is not offered."""
    made = written(colleague(AUTHOR))
    page = open_as(LEAD, locale="fr-FR").open(f"/entries/{made['id']}")
    page.get_by_role("heading", name="Étiquettes").wait_for()

    expect(page.get_by_role("button", name="Annuler la page…")).to_have_count(0)
