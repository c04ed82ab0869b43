"""Write DER (X.690) by hand, so that a test can also write it wrongly."""

from datetime import datetime


def tlv(tag: int, content: bytes) -> bytes:
    """Return one element with a minimal definite length."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def seq(*parts: bytes) -> bytes:
    """Return a SEQUENCE of elements already encoded."""
    return tlv(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """Return a SET OF in DER order."""
    return tlv(0x31, b"".join(sorted(parts)))


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tlv(6, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def _base128(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | (value & 0x7F))
    return bytes(reversed(digits))


def integer(value: int) -> bytes:
    """Return a non-negative INTEGER."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    """Return an OCTET STRING."""
    return tlv(4, content)


def utc_time(when: datetime) -> bytes:
    """Return a UTCTime with seconds."""
    return tlv(0x17, when.strftime("%y%m%d%H%M%SZ").encode())


def generalized_time(when: datetime) -> bytes:
    """Return a GeneralizedTime with seconds."""
    return tlv(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())
