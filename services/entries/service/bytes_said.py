"""Turn what clients say of drafts into bytes, and back."""

import base64
import binascii

from contracts.entries import calls
from contracts.errors import FieldProblem, Invalid
from services.entries.domain.drafts import DraftAnswer, DraftShown
from services.entries.domain.people import Person
from services.entries.use_cases.sync_draft import ClientSide


def unpacked(text: str, field: str) -> bytes:
    """Read base64 (RFC 4648 §4), or raise Invalid."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(FieldProblem(field, "no base64", "encode the bytes as RFC 4648 §4 says")) from error


def _packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def client_side(said: calls.SyncDraft) -> ClientSide:
    """Read what a client says of its draft."""
    state_vector, update = unpacked(said.state_vector, "state_vector"), unpacked(said.update, "update")
    return ClientSide(said.epoch, said.cursor, state_vector, update)


def draft_state(found: DraftAnswer) -> calls.DraftState:
    """Say what a client lacks of a draft."""
    return calls.DraftState(
        epoch=found.draft.epoch, cursor=found.cursor, state_vector=_packed(found.draft.state_vector),
        updates=tuple(map(_packed, found.updates)), more=found.more, taken=found.taken,
    )  # fmt: skip


def watch(found: DraftShown, by: Person) -> calls.EntryWatch:
    """Say what an open page is told of its reader and itself."""
    page = found.entry
    return calls.EntryWatch(
        person=by.id, name=by.fields.display_name, may=found.standing.actions(page.state), state=page.state,
        head=page.head,
    )  # fmt: skip
