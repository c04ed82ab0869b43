"""Cut a long Yjs update (v1) into pieces that can be applied one after another."""

from services.entries.adapters.drafts.structure import Struct, read_update

_NOTHING_DELETED = b"\x00"


def cut(update: bytes, *, limit_bytes: int) -> tuple[bytes, ...]:
    """
    Return ``update`` as updates of at most ``limit_bytes`` each, where its structs are not longer themselves.

    Structs keep their bytes; deletions come last, when all that they delete is there. A reader that misses what a
    piece rests on keeps it until the rest comes (yjs ``pendingStructs``).
    """
    if len(update) <= limit_bytes:
        return (update,)
    structure = read_update(update)
    pieces, room = list[bytes](), limit_bytes - 64
    for client, structs in structure.structs.items():
        run, size = list[Struct](), 0
        for struct in structs:
            length = struct.end - struct.start
            if run and size + length > room:
                pieces.append(_piece(update, client, run))
                run, size = [], 0
            run.append(struct)
            size += length
        if run:
            pieces.append(_piece(update, client, run))
    if structure.deleted:
        pieces.append(b"\x00" + structure.delete_set)
    return tuple(pieces)


def _piece(update: bytes, client: int, run: list[Struct]) -> bytes:
    head = b"\x01" + _number(len(run)) + _number(client) + _number(run[0].clock)
    return head + update[run[0].start : run[-1].end] + _NOTHING_DELETED


def _number(value: int) -> bytes:
    """Write a lib0 variable-length unsigned integer."""
    written = bytearray()
    while value > 0x7F:
        written.append(0x80 | value & 0x7F)
        value >>= 7
    written.append(value)
    return bytes(written)
