"""Whatever a write meets – no network, a busy server, an ended session – what was typed is still there, and goes out."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Route, expect

from onebox.demo.institution import Someone
from tests.browser.conftest import OpenAs
from tests.browser.pages import sent, wait_in_inbox, wait_in_state
from tests.browser.people import AUTHOR, LEAD, WITNESS, Colleague, paragraph
from tests.browser.test_writing import DOT
from tests.browser.writing import open_page, wait_synchronised
from tests.e2e.system import SAMPLE

People = Callable[[Someone], Colleague]
NO_NETWORK, BUSY, ENDED = "Pas de réseau", "Indisponible pour un essai", "Session absente"
ANSWERS = {BUSY: (503, "unavailable"), ENDED: (401, "unauthenticated")}


def _breaking(said: str) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.fallback()
        elif said == NO_NETWORK:
            route.abort("internetdisconnected")
        else:
            status, code = ANSWERS[said]
            problem = {"type": f"http://localhost/problems/{code}", "title": said, "status": status}
            route.fulfill(
                status=status, json=problem, content_type="application/problem+json", headers={"Retry-After": "60"}
            )

    return answer


def _outlives(page: Page, call: str, press: Callable[[], None], kept: Callable[[], None]) -> None:
    """Press with each failure in the way and look at what is kept; the last time sign in again, and the call goes on."""
    again = page.get_by_role("dialog", name="Votre session est terminée")
    for said in (NO_NETWORK, BUSY, ENDED):
        page.route(call, _breaking(said))
        press()
        if said == ENDED:
            again.get_by_role("button", name="Plus tard").click()
        expect(page.get_by_text(re.compile(said)).first).to_be_visible()
        kept()
        page.unroute(call)
    page.route(call, _breaking(ENDED))
    press()
    again.get_by_label("Mot de passe").wait_for()
    page.unroute(call)
    # The session never ended: signing in again is pretended, because logins are limited.
    page.route("**/api/v1/auth/local", lambda route: route.fulfill(json={}), times=1)
    again.get_by_label("Mot de passe").fill("un mot de passe")
    page.keyboard.press("Enter")


def _holds(field: Locator, value: str) -> Callable[[], None]:
    return lambda: expect(field).to_have_value(value)


def test_a_page_that_comes_in_part_says_so(open_as: OpenAs, colleague: People) -> None:
    """Its text came, its notebook did not: one is told, and tries again."""
    made = colleague(AUTHOR).page("Essai à moitié venu", paragraph("Rincer deux fois."))
    window = open_as()
    page = window.page
    page.route("**/api/v1/notebooks/*", lambda route: route.fulfill(status=503, headers={"Retry-After": "60"}))
    page.goto(f"{window.base_url}/entries/{made['id']}")
    page.get_by_text("Cette page ne peut pas être affichée").wait_for()
    page.unroute("**/api/v1/notebooks/*")
    page.get_by_role("button", name="Réessayer").click()

    page.get_by_role("complementary", name="À propos de la page").wait_for()


def test_a_comment_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """What one says to a colleague is as dear as the page."""
    made = colleague(AUTHOR).page("Essai commenté", paragraph("Rincer deux fois."))
    page = open_as().open(f"/entries/{made['id']}")
    field = page.get_by_label("Nouveau commentaire")
    field.fill("Il manque le témoin.")

    _outlives(
        page, "**/comments", page.get_by_role("button", name="Commenter").click, _holds(field, "Il manque le témoin.")
    )

    expect(page.get_by_role("listitem").filter(has_text="Il manque le témoin.")).to_be_visible()
    expect(field).to_have_value("")


def test_a_tag_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """The word typed stays in its field until the page has it, once."""
    author = colleague(AUTHOR)
    made = author.page("Essai étiqueté", paragraph("Rincer deux fois."))
    page = open_as().open(f"/entries/{made['id']}")
    field = page.get_by_label("Nouvelle étiquette")
    field.fill("rinçage")

    _outlives(page, "**/tags", lambda: field.press("Enter"), _holds(field, "rinçage"))

    page.get_by_role("link", name="rinçage").wait_for()
    assert ["rinçage"] == author.get(f"/entries/{made['id']}")["tags"]


def test_the_reason_of_a_strike_out_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """The dialog keeps the reason, and the page is struck out once."""
    author = colleague(AUTHOR)
    made = author.page("Essai manqué", paragraph("Rincer deux fois."))
    window = open_as()
    open_page(window, made["id"])
    page = window.page
    wait_synchronised(page)
    page.get_by_role("button", name="Annuler la page…").click()
    dialog = page.get_by_role("dialog", name="Annuler la page")
    reason = dialog.get_by_label("Raison")
    reason.fill("Mesure perdue.")

    _outlives(
        page, "**/strike-out", dialog.get_by_role("button", name="Annuler la page").click,
        _holds(reason, "Mesure perdue."),
    )  # fmt: skip

    page.get_by_role("note").filter(has_text="Mesure perdue.").wait_for()
    wait_in_state(author, made["id"], "struck_out")
    # What was written was kept once before it, not once a try.
    assert [2, 1] == [each["number"] for each in author.get(f"/entries/{made['id']}/revisions")["items"]]


def test_the_signers_chosen_outlive_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """The circuit call fails; the people chosen stay chosen, and the page is sent once."""
    author = colleague(AUTHOR)
    made = author.page("Essai envoyé", paragraph("Rincer deux fois."))
    window = open_as()
    open_page(window, made["id"])
    page = window.page
    wait_synchronised(page)
    page.get_by_role("button", name="Envoyer en validation").click()
    dialog = page.get_by_role("dialog", name="Envoyer en validation")
    for role, someone in (("Témoin", WITNESS), ("Responsable", LEAD)):
        dialog.get_by_role("combobox", name=role).fill(someone.family)
        dialog.get_by_role("option", name=someone.display).wait_for()
        page.keyboard.press("Enter")
    chosen = dialog.get_by_role("combobox", name="Responsable")
    said = chosen.input_value()

    _outlives(
        page, "**/circuit", dialog.get_by_role("button", name="Envoyer en validation").click, _holds(chosen, said)
    )

    page.get_by_text("La page est en validation").wait_for()
    wait_in_state(author, made["id"], "in_circuit")
    # What was written was kept once before it, not once a try.
    assert [2, 1] == [each["number"] for each in author.get(f"/entries/{made['id']}/revisions")["items"]]


def test_a_signature_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """The ceremony stays open with the password typed, and the page is signed once."""
    author, lead = colleague(AUTHOR), colleague(LEAD)
    made = sent(author, ("approver", lead))
    wait_in_inbox(lead, made["id"])
    page = open_as(LEAD, locale="fr-FR").open("/inbox")
    page.get_by_role("option").filter(has_text=made["title"]).locator(".title").click()
    page.get_by_role("heading", name=made["title"], level=2).wait_for()
    page.get_by_role("button", name="Signer…").click()
    dialog = page.get_by_role("dialog", name="Signer une page")
    dialog.locator("code[title^='SHA-256']").first.wait_for()
    password = dialog.locator("input[type=password]")
    password.fill(lead.password)

    _outlives(page, "**/complete", dialog.get_by_role("button", name="Signer").click, _holds(password, lead.password))

    page.get_by_role("heading", name="Page signée").wait_for()
    wait_in_state(author, made["id"], "sealed")


def test_an_import_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """The archive stays chosen and is not sent a second time; its import begins once."""
    author = colleague(AUTHOR)
    page = open_as().open(f"/notebooks/{author.notebook()['id']}")
    page.get_by_role("button", name="Importer").first.click()
    dialog = page.get_by_role("dialog", name="Importer")
    dialog.locator("input[type=file]").set_input_files(SAMPLE)
    plans: list[str] = []
    page.on("request", lambda asked: asked.url.endswith("/uploads") and plans.append(asked.url))
    button = dialog.locator("button[type=submit]")

    _outlives(page, "**/imports", button.click, lambda: expect(dialog.get_by_text(SAMPLE.name)).to_be_visible())

    page.wait_for_url("**/imports/*")
    page.get_by_role("heading", name="Import terminé").wait_for()
    assert 1 == len(plans)


def test_the_title_of_a_new_page_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """The dialog keeps the title; one page is made, not four."""
    author = colleague(AUTHOR)
    team = author.notebook()["structure"]
    notebook = author.post("/notebooks", {"structure": team, "title": "Cahier des pannes", "restricted": False})
    page = open_as().open(f"/notebooks/{notebook['id']}")
    page.get_by_role("button", name="Nouvelle page").first.click()
    dialog = page.get_by_role("dialog")
    title = dialog.get_by_label("Titre de la page")
    title.fill("Malgré la panne")

    _outlives(
        page, "**/notebooks/*/entries", dialog.get_by_role("button", name="Créer la page").click,
        _holds(title, "Malgré la panne"),
    )  # fmt: skip

    page.wait_for_url("**/entries/*")
    assert 1 == len(author.get(f"/notebooks/{notebook['id']}/entries")["items"])


def test_the_title_of_a_notebook_outlives_whatever_breaks(open_as: OpenAs) -> None:
    """The same where a notebook is opened."""
    page = open_as().open("/notebooks")
    page.get_by_role("button", name="Ouvrir un cahier").click()
    dialog = page.get_by_role("dialog")
    title = dialog.get_by_label("Titre du cahier")
    title.fill("Cahier malgré tout")
    dialog.get_by_label("Équipe ou unité").locator("option").first.wait_for(state="attached")

    _outlives(
        page, "**/api/v1/notebooks", dialog.get_by_role("button", name="Ouvrir le cahier").click,
        _holds(title, "Cahier malgré tout"),
    )  # fmt: skip

    expect(page.get_by_role("heading", level=1, name="Cahier malgré tout")).to_be_visible()


def test_the_name_of_an_app_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """Enrolling goes on where it stopped; one app is begun, not four."""
    author = colleague(AUTHOR)
    page = open_as().open("/profile")
    page.get_by_role("button", name="Ajouter une application").click()
    dialog = page.get_by_role("dialog", name="Ajouter une application")
    name = dialog.get_by_label("Nom de l'appareil")
    name.fill("tablette de la paillasse")
    dialog.get_by_label("Mot de passe").fill(author.password)

    _outlives(
        page, "**/me/authenticators", dialog.get_by_role("button", name="Continuer").click,
        _holds(name, "tablette de la paillasse"),
    )  # fmt: skip

    dialog.get_by_role("img", name="Code QR de la clé").wait_for()


def test_a_file_outlives_whatever_breaks(open_as: OpenAs, colleague: People) -> None:
    """A file stays on the device until the store has it, and goes out by itself when it can."""
    made = colleague(AUTHOR).page("Essai joint", paragraph("Rincer deux fois."))
    window = open_as()
    open_page(window, made["id"])
    page = window.page
    files = page.get_by_role("listitem").filter(has_text="mesures")
    for number, said in enumerate((NO_NETWORK, BUSY, ENDED)):
        page.route("**/uploads", _breaking(said))
        mesures = {"name": f"mesures{number}.csv", "mimeType": "text/csv", "buffer": DOT}
        page.set_input_files("input[type=file] >> nth=0", mesures)
        if said == ENDED:
            page.get_by_role("dialog").get_by_role("button", name="Plus tard").click()
        expect(files.nth(number)).to_contain_text("partira avec le réseau")
        page.unroute("**/uploads")
    # The network is told to be back; the first file's own patience would do it too.
    page.evaluate("dispatchEvent(new Event('online'))")

    for number in range(3):
        expect(files.nth(number)).to_contain_text("dans la prochaine version")
