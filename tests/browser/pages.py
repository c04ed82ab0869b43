"""Pages in every state, as the screens' tests need them: written and sent through the API, as people do by hand."""

import time
from typing import Any
from uuid import uuid4

from tests.browser.people import Colleague, paragraph

DEADLINE_SECONDS = 30.0


def written(
    author: Colleague, *versions: list[dict[str, Any]], title: str = "", notebook: str | None = None
) -> dict[str, Any]:
    """Return a page of the author's with these versions."""
    title = title or f"Essai {uuid4().hex[:8]}"
    made = author.page(title, notebook=notebook)
    for head, blocks in enumerate(versions or ([paragraph("Rincer deux fois au tampon HEPES.")],)):
        body = {"title": title, "document": {"type": "doc", "content": blocks}, "reason": f"essai {head + 1}"}
        author.post(f"/entries/{made['id']}/revisions", body, **{"If-Match": f'"{head}"'})
    return made


def sent(author: Colleague, *signers: tuple[str, Colleague], title: str = "") -> dict[str, Any]:
    """Return a page its author signed, waiting for the first of these signers."""
    made = written(author, title=title)
    send(author, made["id"], *signers)
    return made


def send(author: Colleague, entry: str, *signers: tuple[str, Colleague]) -> None:
    """Send a page into a circuit, sign it as its author, and wait until the first of the others is asked."""
    stages = [{"role": role, "signers": [person.id]} for role, person in (("author", author), *signers)]
    author.post(f"/entries/{entry}/circuit", {"stages": stages})
    step = wait_in_inbox(author, entry)["step"]
    ceremony = author.post("/signing/ceremonies", {"steps": [step], "locale": "fr"})
    proof = {"method": "password", "password": author.password}
    author.post(f"/signing/ceremonies/{ceremony['id']}/complete", proof)
    wait_in_inbox(signers[0][1], entry)


def wait_in_inbox(person: Colleague, entry: str) -> dict[str, Any]:
    """Return the inbox item of an entry once it is there."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        items = person.get("/signing/inbox", locale="fr", limit=200)["items"]
        found = [item for item in items if item["entry"] == entry]
        if found:
            return found[0]
        assert time.monotonic() < deadline, f"{entry} never came to the inbox"
        time.sleep(0.1)


def wait_in_state(person: Colleague, entry: str, state: str) -> dict[str, Any]:
    """Return an entry once it is in a state."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        found = person.get(f"/entries/{entry}")
        if found["state"] == state:
            return found
        assert time.monotonic() < deadline, f"{entry} is {found['state']}, not {state}"
        time.sleep(0.1)
