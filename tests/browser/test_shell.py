"""What every screen stands on: the app as it is served, its shell, its languages and themes."""

from collections.abc import Callable

import httpx
import pytest

from onebox.demo.institution import Someone
from tests.browser.conftest import OpenAs
from tests.browser.people import AUTHOR, Colleague, paragraph
from tests.e2e.system import System


@pytest.fixture(scope="module")
def page_address(colleague: Callable[[Someone], Colleague]) -> str:
    """A page with a first version."""
    made = colleague(AUTHOR).page("Essai de lecture", paragraph("Rincer deux fois au tampon HEPES."))
    return f"/entries/{made['id']}"


def test_the_app_is_served_compressed_and_guarded(system: System) -> None:
    """Hashed files never change under their name; the index must, and nothing inline may run."""
    with httpx.Client(base_url=system.site.base_url) as http:
        index = http.get("/entries/any", headers={"Accept": "text/html", "Accept-Encoding": "gzip"})
        script = index.text.split('<script type="module" crossorigin src="')[1].split('"')[0]
        asset = http.get(script, headers={"Accept-Encoding": "br"})
        gone = http.get("/assets/none.js", headers={"Accept": "text/html"})

    policy = index.headers["content-security-policy"]

    assert "no-store" == index.headers["cache-control"]
    assert "unsafe" not in policy
    assert "style-src 'self'" in policy
    assert "public, max-age=31536000, immutable" == asset.headers["cache-control"]
    assert "br" == asset.headers["content-encoding"]
    assert 404 == gone.status_code


def test_a_page_is_read_by_keyboard_and_screen_reader(open_as: OpenAs, page_address: str) -> None:
    """The reading screen has no fault axe can find, in both themes, and the first Tab offers the content."""
    window = open_as()
    page = window.open(page_address)
    page.get_by_text("Rincer deux fois").wait_for()
    page.keyboard.press("Tab")

    assert "Aller au contenu" == page.evaluate("document.activeElement.textContent")
    assert [] == window.axe()
    page.emulate_media(color_scheme="dark")
    assert [] == window.axe()


def test_nothing_scrolls_sideways_on_a_telephone(open_as: OpenAs, page_address: str) -> None:
    """320 CSS pixels are 1280 at 400 % zoom: WCAG 1.4.10."""
    window = open_as(viewport={"width": 320, "height": 640})
    window.open(page_address).get_by_text("Rincer deux fois").wait_for()

    assert 0 == window.overflow()


def test_language_and_theme_change_at_once_and_stay(open_as: OpenAs, page_address: str) -> None:
    """A choice is kept on the device; the html element says the language for screen readers."""
    window = open_as()
    page = window.open(page_address)
    page.get_by_role("button", name="EN, English").click()
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitemradio", name="Dark theme").click()
    page.reload()
    page.get_by_text("Rincer deux fois").wait_for()

    assert "en" == page.evaluate("document.documentElement.lang")
    assert "dark" == page.evaluate("document.documentElement.dataset.theme")


def test_a_stranger_signs_in_and_comes_back_to_the_page(
    open_as: OpenAs, colleague: Callable[[Someone], Colleague], page_address: str
) -> None:
    """A link in a mail leads to its page, by way of the sign-in page."""
    window = open_as(None)
    page = window.page
    page.goto(window.base_url + page_address)
    page.wait_for_url("**/sign-in?next=*")
    page.locator("input[name=login]").fill(AUTHOR.mail)
    page.locator("input[name=password]").fill(colleague(AUTHOR).password)
    page.keyboard.press("Enter")

    page.get_by_text("Rincer deux fois").wait_for()


def test_the_way_back_and_what_is_not_there(open_as: OpenAs, page_address: str) -> None:
    """An address nobody lives at says so; a page one may not see says no more than that."""
    window = open_as()
    page = window.open("/nowhere/at/all")
    assert "Il n'y a rien à cette adresse" == page.get_by_role("heading", level=1).text_content()
    window.open("/entries/0192f000-0000-7000-8000-000000000000")

    assert "Cette page ne peut pas être affichée" == page.get_by_role("heading", level=1).text_content()
