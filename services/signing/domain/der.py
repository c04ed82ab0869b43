"""Write and walk DER (ITU-T X.690): the few types a CAdES signature needs."""

from collections.abc import Iterator
from typing import NamedTuple

INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, UTC_TIME = 0x02, 0x04, 0x06, 0x17
SEQUENCE, SET, CONTEXT_0, CONTEXT_1 = 0x30, 0x31, 0xA0, 0xA1


def tlv(tag: int, content: bytes) -> bytes:
    """Encode one element with a definite length (X.690 §10.1)."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """Encode a SEQUENCE of encoded parts."""
    return tlv(SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """Encode a SET OF, its members in ascending order of their encodings (X.690 §11.6)."""
    return tlv(SET, b"".join(sorted(parts)))


def object_identifier(dotted: str) -> bytes:
    """Encode an OBJECT IDENTIFIER, arcs of any size (X.690 §8.19)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        group = bytearray((arc & 0x7F,))
        value = arc >> 7
        while value:
            group.append(0x80 | (value & 0x7F))
            value >>= 7
        content += bytes(reversed(group))
    return tlv(OBJECT_IDENTIFIER, bytes(content))


def integer(value: int) -> bytes:
    """Encode a non-negative INTEGER."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


class Element(NamedTuple):
    """One decoded element: ``content`` without, ``encoded`` with its header."""

    tag: int
    content: bytes
    encoded: bytes

    def children(self) -> tuple["Element", ...]:
        """Return the elements inside a constructed one."""
        return tuple(walk(self.content))


def walk(data: bytes) -> Iterator[Element]:
    """
    Yield the elements that fill ``data`` exactly.

    Raises ValueError when a length runs past the end or is not DER.
    """
    position = 0
    while position < len(data):
        start = position
        tag, first = data[position], data[position + 1]
        position += 2
        size = first
        if first & 0x80:
            count = first & 0x7F
            size = int.from_bytes(data[position : position + count], "big")
            position += count
        end = position + size
        if end > len(data) or first == 0x80:
            raise ValueError("not DER")
        yield Element(tag, data[position:end], data[start:end])
        position = end


def only(data: bytes) -> Element:
    """Return the single element ``data`` consists of."""
    (element,) = walk(data)
    return element
