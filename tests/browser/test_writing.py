"""A page is written: nothing is lost, whatever the network does; everything works by keyboard."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from onebox.demo.institution import Someone
from tests.browser.chromium import Window, wait_true, window_of
from tests.browser.conftest import OpenAs
from tests.browser.people import AUTHOR, LEAD, WITNESS, Colleague, paragraph
from tests.browser.writing import (
    SYNC_MS,
    open_page,
    paste,
    second_gateway,
    text_of,
    wait_saved,
    wait_synchronised,
    write,
)
from tests.e2e.system import System

# A red dot of 1 × 1 pixel (PNG).
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ffa5f6"
    "45400000000049454e44ae426082"
)


@pytest.fixture
def entry(colleague: Callable[[Someone], Colleague]) -> str:
    """A page of the author with a first version."""
    made = colleague(AUTHOR).page("Réponse calcique, lot CL-14", paragraph("Rincer deux fois au tampon HEPES."))
    return str(made["id"])


@pytest.fixture
def window(open_as: OpenAs) -> Iterator[Window]:
    """The author's window."""
    return open_as()


def test_a_version_is_saved_with_what_was_written_and_attached(window: Window, entry: str) -> None:
    """The main job of the screen: write, show an image, save a version, and read it as a stranger would."""
    open_page(window, entry)
    page = window.page
    write(page, "/tabl")
    page.get_by_role("listbox", name="À insérer").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("Puits")
    page.set_input_files("input[type=file] >> nth=0", {"name": "gel.png", "mimeType": "image/png", "buffer": DOT})
    page.get_by_label("Description").fill("Gel, piste 3")
    assert [] == window.axe("'dialog[open]'")
    page.get_by_role("button", name="Insérer").click()
    page.get_by_text("dans la prochaine version").wait_for()
    wait_synchronised(page)
    page.keyboard.press("Control+s")
    page.get_by_label("Motif").fill("Lavages faits")
    assert [] == window.axe("'dialog[open]'")
    page.get_by_role("dialog").get_by_role("button", name="Enregistrer une version").click()
    page.get_by_text("Version 2 enregistrée").wait_for()
    page.get_by_role("button", name="Lire").click()

    picture = page.get_by_role("img", name="Gel, piste 3")
    expect(page.get_by_role("columnheader", name="Puits")).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1)
    expect(page.get_by_text("Lavages faits")).to_be_visible()


def test_a_page_is_written_in_a_train(window: Window, entry: str) -> None:
    """Reloaded without a network it opens with its unsent text, and everything arrives afterwards."""
    open_page(window, entry)
    page = window.page
    wait_synchronised(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_true(page, "caches.keys().then(names => names.length > 0)")
    page.reload()
    wait_synchronised(page)
    window.context.set_offline(True)
    write(page, "Premier tunnel.")
    wait_saved(page)
    page.reload()
    expect(text_of(page)).to_contain_text("Premier tunnel.")
    write(page, "Second tunnel.")
    wait_saved(page)
    window.context.set_offline(False)
    wait_synchronised(page)
    other = window.context.new_page()
    other.goto(f"{window.base_url}/entries/{entry}")

    expect(text_of(other)).to_contain_text("Second tunnel.", timeout=SYNC_MS)


def test_two_people_without_network_merge_through_two_gateways(
    open_as: OpenAs, system: System, colleague: Callable[[Someone], Colleague], entry: str
) -> None:
    """Any gateway process serves any page, and both texts end the same on both devices."""
    first = open_as()
    with (
        second_gateway(system) as address,
        window_of(first.context.browser, address, colleague(AUTHOR)) as second,
    ):
        open_page(first, entry)
        open_page(second, entry)
        wait_synchronised(first.page)
        wait_synchronised(second.page)
        for each, words in ((first, "De la paillasse un."), (second, "De la paillasse deux.")):
            each.context.set_offline(True)
            write(each.page, words)
            wait_saved(each.page)
        for each in (first, second):
            each.context.set_offline(False)

        for each in (first, second):
            expect(text_of(each.page)).to_contain_text("paillasse un.", timeout=SYNC_MS)
            expect(text_of(each.page)).to_contain_text("paillasse deux.", timeout=SYNC_MS)
        assert text_of(first.page).inner_text() == text_of(second.page).inner_text()


def _refuse(status: int, code: str, detail: dict[str, str] | None = None) -> Callable[[Route], None]:
    body = {"type": f"http://localhost/problems/{code}", "title": code, "status": status, "detail": detail or {}}
    return lambda route: route.fulfill(
        status=status, json=body, headers={"Retry-After": "0"}, content_type="application/problem+json"
    )


FAILURES: dict[str, Callable[[Route], None]] = {
    "412": _refuse(412, "stale"),
    "413": _refuse(413, "too_large", {"reason": "update"}),
    "429": _refuse(429, "too_many"),
    "500": _refuse(500, "internal"),
    "503": _refuse(503, "unavailable"),
    "time-out": lambda route: route.abort("timedout"),
    "network": lambda route: route.abort("internetdisconnected"),
}


def test_no_failure_of_a_sync_loses_a_word(window: Window, entry: str) -> None:
    """Each refusal leaves the text on the device; when it passes, or the page is opened again, all of it arrives."""
    open_page(window, entry)
    page = window.page
    for name, failure in FAILURES.items():
        wait_synchronised(page)
        page.route("**/sync", failure)
        write(page, f"Malgré {name}.")
        wait_saved(page)
        expect(page.locator("[data-sync]")).not_to_have_attribute("data-sync", "synchronised")
        page.unroute("**/sync")
        page.reload()
        expect(text_of(page)).to_contain_text(f"Malgré {name}.")

    wait_synchronised(page)
    for name in FAILURES:
        expect(text_of(page)).to_contain_text(f"Malgré {name}.")


def test_a_session_that_ends_while_writing_is_opened_again_in_place(window: Window, entry: str) -> None:
    """After twelve hours one goes on writing; the dialog comes when asked for, and then everything is sent."""
    open_page(window, entry)
    page = window.page
    wait_synchronised(page)
    page.route("**/sync", _refuse(401, "unauthenticated"))
    write(page, "Après minuit.")
    wait_saved(page)
    page.get_by_text("Session terminée").wait_for()
    page.get_by_role("button", name="Se connecter").click()
    page.unroute("**/sync")
    page.route("**/api/v1/auth/local", lambda route: route.fulfill(json={}), times=1)
    assert [] == window.axe("'dialog[open]'")
    page.get_by_label("Mot de passe").fill("un mot de passe")
    page.keyboard.press("Enter")

    wait_synchronised(page)
    expect(text_of(page)).to_contain_text("Après minuit.")


def test_a_draft_with_a_new_life_leaves_the_old_text_as_a_copy(window: Window, entry: str) -> None:
    """When an instrument began the page anew, what was not sent is kept beside it, never dropped."""
    open_page(window, entry)
    page = window.page
    wait_synchronised(page)
    page.route("**/sync", FAILURES["network"])
    write(page, "Mes mots à moi.")
    wait_saved(page)
    page.route("**/sync", _refuse(409, "conflict", {"reason": "draft_epoch", "epoch": "9"}), times=1)
    page.get_by_text("Votre texte, gardé à part").wait_for()
    page.unroute("**/sync")
    wait_synchronised(page)
    page.get_by_role("button", name="L'ajouter à la fin").click()

    expect(text_of(page)).to_contain_text("Mes mots à moi.")


VERSION_FAILURES = FAILURES | {"409": _refuse(409, "conflict"), "401": _refuse(401, "unauthenticated")}
SAID = {
    "409": "conflict", "412": "stale", "413": "too_large", "429": "too_many", "500": "internal",
    "503": "unavailable", "time-out": "Pas de réseau", "network": "Pas de réseau", "401": "unauthenticated",
}  # fmt: skip


def test_a_version_that_is_refused_loses_nothing(window: Window, entry: str) -> None:
    """Whatever breaks: the dialog stays with the reason typed, the text stays on the screen, and then it is saved."""
    open_page(window, entry)
    page = window.page
    write(page, "À garder.")
    wait_synchronised(page)
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog", name="Enregistrer la version")
    dialog.get_by_label("Motif").fill("Parce que")
    for name, failure in VERSION_FAILURES.items():
        page.route("**/revisions", failure)
        dialog.get_by_role("button", name="Enregistrer une version").click()
        if name == "401":
            page.get_by_role("button", name="Plus tard").click()
        dialog.get_by_role("alert").filter(has_text=SAID[name]).wait_for()
        expect(dialog.get_by_label("Motif")).to_have_value("Parce que")
        expect(text_of(page)).to_contain_text("À garder.")
        page.unroute("**/revisions")

    dialog.get_by_role("button", name="Enregistrer une version").click()
    page.get_by_text("Version 2 enregistrée").wait_for()
    expect(text_of(page)).to_contain_text("À garder.")


def test_the_keyboard_reaches_everything_and_is_never_trapped(window: Window, entry: str) -> None:
    """In a table Tab moves between cells; Escape, then Tab leaves the text (WCAG 2.1.2)."""
    open_page(window, entry)
    page = window.page
    write(page, "/tabl")
    page.get_by_role("listbox", name="À insérer").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("A")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.ProseMirror') !== null")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.ProseMirror') === null")
    text_of(page).click()
    page.keyboard.press("Alt+F10")
    assert "toolbar" == page.evaluate("document.activeElement.closest('[role=toolbar]').getAttribute('role')")
    page.keyboard.press("ArrowRight")
    assert "Italique (Ctrl+I)" == page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Escape")

    # TipTap gives the focus back in the next frame.
    expect(text_of(page)).to_be_focused()


def test_the_page_being_written_is_accessible_and_narrow(open_as: OpenAs, entry: str) -> None:
    """Axe finds nothing in both themes, nothing scrolls sideways at 320 px, a checklist speaks French."""
    window = open_as(viewport={"width": 320, "height": 700})
    open_page(window, entry)
    page = window.page
    write(page, "/cases")
    page.get_by_role("listbox", name="À insérer").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("Charger le Fluo-4")
    wait_synchronised(page)

    assert 0 == window.overflow()
    assert [] == window.axe()
    page.emulate_media(color_scheme="dark")
    assert [] == window.axe()
    expect(page.get_by_role("checkbox", name="À faire : Charger le Fluo-4")).to_be_visible()


def test_a_colleague_is_asked_to_sign(window: Window, entry: str, colleague: Callable[[Someone], Colleague]) -> None:
    """The page is saved and frozen; from then on it is read, with who signs it."""
    open_page(window, entry)
    page = window.page
    write(page, "Prête à signer.")
    page.get_by_role("button", name="Envoyer en validation").click()
    for role, someone in (("Témoin", WITNESS), ("Responsable", LEAD)):
        page.get_by_role("combobox", name=role).fill(someone.family)
        page.get_by_role("option", name=someone.display).wait_for()
        page.keyboard.press("Enter")
    assert [] == window.axe("'dialog[open]'")
    page.get_by_role("dialog").get_by_role("button", name="Envoyer en validation").click()
    page.get_by_text("La page est en validation").wait_for()

    asked = colleague(AUTHOR).get(f"/entries/{entry}/circuit")
    assert ["author", "witness", "approver"] == [step["role"] for step in asked["steps"]]
    expect(page.get_by_role("region", name="Signatures")).to_be_visible()


HOSTILE = (
    "<img src=x onerror='window.hit=1'>",
    "<script>window.hit=1</script><p onclick='window.hit=1' onmouseover='window.hit=1'>texte</p>",
    "<a href='javascript:window.hit=1'>lien</a><a href='data:text/html,<script>window.hit=1</script>'>autre</a>",
    "<svg onload='window.hit=1'><script>window.hit=1</script></svg><math><mtext><img src=x onerror=window.hit=1></mtext></math>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe><object data='javascript:window.hit=1'></object>",
    "<img src='https://example.org/spy.png'><style>body{display:none}</style><p style='position:fixed'>x</p>",
    "<span data-latex='\\\\href{javascript:window.hit=1}{x}'></span><div data-latex='\\\\url{javascript:window.hit=1}'></div>",
    "<img data-attachment='../../me' src='javascript:window.hit=1' onerror='window.hit=1'>",
)


def test_what_is_pasted_from_a_hostile_page_does_nothing(window: Window, entry: str) -> None:
    """Nothing runs, nothing is fetched from elsewhere, no style or address of an attacker stays in the text."""
    open_page(window, entry)
    page = window.page
    wait_synchronised(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for html in HOSTILE:
        paste(page, html)
    wait_synchronised(page)
    left = page.evaluate(
        """[...document.querySelectorAll('.ProseMirror *')].flatMap(element => element.getAttributeNames()
            .map(name => `${name}=${element.getAttribute(name)}`))"""
    )

    # Chromium reports what it refused to run while it parsed the clipboard: the policy at work, not a fault of ours.
    window.complaints = [said for said in window.complaints if "The action has been blocked" not in said]
    assert page.evaluate("window.hit === undefined")
    assert [] == [url for url in asked if "example.org" in url]
    assert [] == [each for each in left if each.startswith(("on", "src=java", "href=java", "href=data"))]
    assert 0 == page.locator(".ProseMirror :is(script, iframe, object, svg:not(.katex svg))").count()
