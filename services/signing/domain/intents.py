"""Hold the exact sentences people sign under; what is shown is what is hashed (21 CFR 11.50)."""

import hashlib

from contracts.errors import Unsupported
from contracts.identifiers import EntryReference, RevisionNumber

_SENTENCES = {
    "fr": {
        "author": "Je déclare être l’auteur de la page {reference}, version {revision}, et en atteste le contenu.",
        "coauthor": "Je déclare être coauteur de la page {reference}, version {revision}, et en atteste le contenu.",
        "witness": "J’ai lu et compris la page {reference}, version {revision} ; je n’en suis pas l’auteur.",
        "approver": "J’approuve la page {reference}, version {revision}.",
        "seal": "L’établissement scelle la page {reference}, version {revision}, avec toutes ses signatures.",
    },
    "en": {
        "author": "I declare that I am the author of page {reference}, version {revision}, and attest its content.",
        "coauthor": "I declare that I am a co-author of page {reference}, version {revision}, and attest its content.",
        "witness": "I have read and understood page {reference}, version {revision}; I am not its author.",
        "approver": "I approve page {reference}, version {revision}.",
        "seal": "The institution seals page {reference}, version {revision}, with all its signatures.",
    },
}


def sentence(role: str, *, locale: str, reference: EntryReference, revision: RevisionNumber) -> str:
    """
    Return the sentence for an act.

    Raises Unsupported for a language without a reviewed translation: nobody signs a machine's guess.
    """
    if locale not in _SENTENCES:
        raise Unsupported(locale=locale)
    return _SENTENCES[locale][role].format(reference=reference, revision=revision)


def shown(text: str, *, locale: str) -> dict[str, str]:
    """Return the ``intent`` part of a statement."""
    return {"locale": locale, "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
