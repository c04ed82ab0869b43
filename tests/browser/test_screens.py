"""Every screen, for everybody: no fault axe finds, no trap, no sideways scroll, one language at a time."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from onebox.demo.institution import Someone
from tests.browser.chromium import Window
from tests.browser.conftest import OpenAs
from tests.browser.pages import sent, written
from tests.browser.people import AUTHOR, WITNESS, Colleague, paragraph
from tests.browser.speech import english_in

LANGUAGES = ("fr", "en")
SCREENS = ("today", "notebooks", "notebook", "inbox", "search", "history", "profile", "page")
MOST_STOPS = 150


@pytest.fixture(scope="module")
def addresses(colleague: Callable[[Someone], Colleague]) -> dict[str, str]:
    """The address of each screen, with something on it."""
    author, witness = colleague(AUTHOR), colleague(WITNESS)
    first = [paragraph("Anticorps 1:500."), paragraph("Acquérir 2 Hz, 300 s.")]
    second = [paragraph("Anticorps 1:1000."), paragraph("Acquérir 2 Hz, 300 s."), paragraph("Sauver.")]
    # A notebook of its own: other tests fill the demonstration's.
    team = author.get(f"/notebooks/{author.notebook()['id']}")["structure"]
    notebook = author.post("/notebooks", {"structure": team, "title": "Calcium, écrans", "restricted": False})
    page = written(author, first, second, title="Réponse calcique", notebook=notebook["id"])
    sent(author, ("witness", witness))
    return {
        "today": "/", "notebooks": "/notebooks", "notebook": f"/notebooks/{page['notebook']}", "inbox": "/inbox",
        "search": "/search?q=tampon", "history": f"/entries/{page['id']}/history", "profile": "/profile",
        "page": f"/entries/{page['id']}",
    }  # fmt: skip


def _open(window: Window, address: str, language: str) -> Page:
    window.context.add_cookies(
        [{"name": "language", "value": language, "url": window.base_url.replace("http:", "https:"), "secure": True}]
    )
    page = window.open(address)
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_has_no_fault_axe_can_find(
    open_as: OpenAs, addresses: dict[str, str], screen: str, language: str
) -> None:
    """In both languages and both themes, and it fits 320 pixels (WCAG 1.4.10)."""
    window = open_as(WITNESS)
    page = _open(window, addresses[screen], language)

    assert language == page.evaluate("document.documentElement.lang")
    assert [] == window.axe()
    page.emulate_media(color_scheme="dark")
    assert [] == window.axe()
    page.set_viewport_size({"width": 320, "height": 640})
    assert 0 == window.overflow()


@pytest.mark.parametrize("screen", SCREENS)
def test_no_english_in_the_french_screens(open_as: OpenAs, addresses: dict[str, str], screen: str) -> None:
    """A sentence of the English catalogue that is not French too must not be seen or spoken."""
    window = open_as(AUTHOR)
    page = _open(window, addresses[screen], "fr")

    assert set() == english_in(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_keyboard_is_never_trapped(open_as: OpenAs, addresses: dict[str, str], screen: str) -> None:
    """Tab goes through the screen and out of it again (WCAG 2.1.2)."""
    window = open_as(WITNESS)
    page = _open(window, addresses[screen], "fr")
    begin = "document.activeElement.classList.contains('skip')"
    page.keyboard.press("Tab")
    assert page.evaluate(begin)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body") or page.evaluate(begin):
            return

    pytest.fail("Tab never came out of the screen")


def test_a_step_to_another_screen_moves_the_focus_and_says_where_one_is(open_as: OpenAs) -> None:
    """Who does not see the screen change must hear it (WCAG 2.4.3, 4.1.3)."""
    page = open_as(AUTHOR).open("/")
    page.get_by_role("link", name="Cahiers", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Cahiers", exact=True)).to_be_focused()
    page.get_by_text(re.compile("^Cahiers$")).and_(page.locator("[role=status]")).wait_for(state="attached")

    assert "Cahiers · Paillasse" == page.title()


def test_search_finds_from_anywhere_and_marks_the_words(open_as: OpenAs, addresses: dict[str, str]) -> None:
    """Ctrl+K, a word, Enter; a facet narrows, and the address can be given to a colleague."""
    page = open_as(AUTHOR).open(addresses["profile"])
    page.keyboard.press("Control+k")
    page.keyboard.type("calcique")
    page.keyboard.press("Enter")
    page.locator("mark", has_text="calcique").first.wait_for()
    page.get_by_role("complementary").get_by_role("button", name=re.compile("^Ouverte")).click()
    page.wait_for_url("**state=open*")

    assert "q=calcique" in page.url


def test_a_wrong_query_says_what_is_wrong(open_as: OpenAs) -> None:
    """The sentence of the grammar, not an empty list."""
    page = open_as(AUTHOR).open("/search?q=%22open phrase")

    assert page.get_by_role("alert").filter(has_text=re.compile(".+")).first.text_content()


def test_changes_are_seen_and_spoken(open_as: OpenAs, addresses: dict[str, str]) -> None:
    """Signs and words, in one column and side by side: never colour alone."""
    page = open_as(AUTHOR).open(addresses["history"])
    page.locator("ins", has_text="1000").wait_for()
    inserted = page.locator("ins").first.text_content() or ""
    page.get_by_role("button", name="Afficher côte à côte").click()
    page.locator(".sides del").first.wait_for()

    assert "ajouté" in inserted
    assert "supprimé" in (page.locator("del").first.text_content() or "")


def test_the_contents_are_filtered(open_as: OpenAs, addresses: dict[str, str]) -> None:
    """A notebook of hundreds of pages is looked up by state and by words of the title."""
    page = open_as(AUTHOR).open(addresses["notebook"])
    page.get_by_label("Mots du titre").fill("calcique")
    page.wait_for_url("**q=calcique*")
    page.get_by_role("link", name="Réponse calcique").wait_for()
    page.get_by_label("État").select_option("struck_out")
    page.get_by_text("Aucune page ne correspond").wait_for()
    page.get_by_role("button", name="Afficher toutes les pages").click()

    page.get_by_role("link", name="Réponse calcique").wait_for()
