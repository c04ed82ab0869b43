"""Two people write one page: what one brings is the other's too."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from onebox.demo.institution import Someone
from tests.browser.conftest import OpenAs
from tests.browser.people import AUTHOR, WITNESS, Colleague, paragraph
from tests.browser.test_writing import DOT
from tests.browser.writing import SYNC_MS, open_page, wait_synchronised, write
from tests.servers.processes import wait_until

# The author reads French, the witness English.
SAVE = re.compile("Enregistrer une version|Save a version")


def test_a_colleague_sees_and_saves_a_picture_no_version_holds_yet(
    open_as: OpenAs, colleague: Callable[[Someone], Colleague]
) -> None:
    """Whoever saves first saves all that the page shows; the other's device then sends it no second time."""
    author, witness = colleague(AUTHOR), colleague(WITNESS)
    entry = author.page("À deux mains", paragraph("Migration à 80 V."))["id"]
    author.post(f"/entries/{entry}/grants", {"person": witness.id, "level": "contributor"})
    one, two = open_as(AUTHOR), open_as(WITNESS)
    open_page(one, entry)
    open_page(two, entry)
    picture = {"name": "gel.png", "mimeType": "image/png", "buffer": DOT}
    one.page.set_input_files("input[type=file] >> nth=0", picture)
    one.page.get_by_label("Description").fill("Gel, piste 3")
    one.page.get_by_role("button", name="Insérer").click()
    wait_synchronised(one.page)

    shown = two.page.get_by_role("img", name="Gel, piste 3")
    expect(shown).to_have_js_property("naturalWidth", 1, timeout=SYNC_MS)
    for window, number in ((two, 1), (one, 2)):
        write(window.page, f"Vu par {number}.")
        wait_synchronised(window.page)
        window.page.keyboard.press("Control+s")
        window.page.get_by_role("dialog").get_by_role("button", name=SAVE).click()
        window.page.get_by_text(re.compile(rf"Version {number + 1} (enregistrée|saved)")).first.wait_for()

    saved = author.get(f"/entries/{entry}")["revision"]
    assert (3, ["gel.png"]) == (saved["number"], [file["name"] for file in saved["attachments"]])


def test_a_title_is_worded_by_both(open_as: OpenAs, colleague: Callable[[Someone], Colleague]) -> None:
    """One writes it without a network, the other meanwhile: both find both, and a version bears it."""
    author, witness = colleague(AUTHOR), colleague(WITNESS)
    entry = author.page("Dosage", paragraph("Migration à 80 V."))["id"]
    author.post(f"/entries/{entry}/grants", {"person": witness.id, "level": "contributor"})
    one, two = open_as(AUTHOR), open_as(WITNESS)
    open_page(one, entry)
    open_page(two, entry)
    titles = [window.page.get_by_role("article").get_by_role("textbox").first for window in (one, two)]
    for window in (one, two):
        wait_synchronised(window.page)
    one.page.context.set_offline(True)
    titles[0].press("End")
    titles[0].press_sequentially(" du lot 12")
    titles[1].press("Home")
    titles[1].press_sequentially("Essai : ")
    wait_synchronised(two.page)
    one.page.context.set_offline(False)

    for title in titles:
        expect(title).to_have_value("Essai : Dosage du lot 12", timeout=SYNC_MS)
    # The caret of the one who wrote at the end is still there.
    titles[0].press_sequentially(" bis")
    wait_synchronised(one.page)
    one.page.keyboard.press("Control+s")
    one.page.get_by_role("dialog").get_by_role("button", name=SAVE).click()
    one.page.get_by_text("Version 2 enregistrée").wait_for()

    assert "Essai : Dosage du lot 12 bis" == author.get(f"/entries/{entry}")["title"]


def test_a_page_and_a_person_are_named_by_their_words(
    open_as: OpenAs, colleague: Callable[[Someone], Colleague]
) -> None:
    """Two words, the last just begun, find a page by its title; a name goes on after its space."""
    author = colleague(AUTHOR)
    wanted = author.page("Migration électrophorétique du variant", paragraph("80 V pendant 40 minutes."))
    made = author.page("Suite", paragraph("Rincer deux fois."))
    wait_until(
        lambda: author.get("/search", q="électrophorétique variant")["total"] > 0, what="it is found", seconds=30
    )
    window = open_as()
    open_page(window, made["id"])
    page = window.page
    offers = page.get_by_role("listbox", name="À insérer")
    write(page, "Voir #migration électrop")
    offers.get_by_role("option").filter(has_text="variant").wait_for()
    page.keyboard.press("Enter")
    page.locator(".ProseMirror").get_by_text(wanted["reference"]).wait_for()
    page.keyboard.type(f"lu avec @{WITNESS.given} {WITNESS.family[:3]}")
    offers.get_by_role("option").filter(has_text=WITNESS.family).wait_for()
    page.keyboard.press("Enter")
    page.locator(".ProseMirror").get_by_text(WITNESS.display).wait_for()
    page.keyboard.type("au lot #3 du jour ")

    expect(offers).to_have_count(0)
    page.keyboard.press("Enter")
    page.keyboard.type("Fin.")
    page.locator(".ProseMirror p").filter(has_text=re.compile("^Fin\\.$")).wait_for()
