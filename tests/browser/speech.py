"""What a screen says, seen or spoken, and in which language."""

import json
from pathlib import Path

from playwright.sync_api import Page

CATALOGUES = Path(__file__).parents[2] / "web" / "src" / "i18n"
SAID = """() => {
  const found = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) found.push(walk.currentNode.textContent.trim())
  const names = ['aria-label', 'aria-description', 'title', 'placeholder', 'alt']
  for (const each of document.querySelectorAll(names.map(name => `[${name}]`).join()))
    for (const name of names) found.push(each.getAttribute(name))
  return found.filter(Boolean)
}"""


def sentences(language: str) -> dict[str, str]:
    """Return every sentence the app says in a language; some screens bring their own."""
    return {
        key: text
        for file in CATALOGUES.rglob(f"{language}.json")
        for key, text in json.loads(file.read_text(encoding="utf-8")).items()
    }


def english_in(page: Page) -> set[str]:
    """Return the sentences of the English catalogue, that are not French too, which a screen shows or speaks."""
    foreign = {text for text in sentences("en").values() if "{" not in text} - set(sentences("fr").values())
    return set(page.evaluate(SAID)) & foreign
