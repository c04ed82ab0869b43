"""Name why a file's text or preview is missing; the web app says each in French and English, with the remedy."""

from enum import StrEnum


class Reason(StrEnum):
    """The file itself is kept and can be downloaded whatever the reason."""

    # A password is needed to read it.
    ENCRYPTED = "encrypted"
    # It breaks the rules of its own format.
    DAMAGED = "damaged"
    # It unpacks to far more than it weighs, or nests without end: made to exhaust whoever opens it.
    BOMB = "bomb"
    # Reading it needed more memory than one file may have.
    TOO_MUCH_MEMORY = "too_much_memory"
    # Reading it took longer than one file may.
    TOO_SLOW = "too_slow"
    # It weighs more than is ever read inside.
    TOO_LARGE = "too_large"
    # Its bytes are gone or no longer match their digest.
    LOST = "lost"
    # A defect of ours, or of a library we use.
    INTERNAL = "internal"
