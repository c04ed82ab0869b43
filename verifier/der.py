"""Read strict DER (X.690 §10): minimal definite lengths, low tag numbers, nothing after the end."""

from dataclasses import dataclass
from datetime import UTC, datetime

from verifier.findings import Refusal

INTEGER, OCTETS, NULL, OID, SEQUENCE, SET, UTC_TIME, GENERALIZED_TIME = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31, 0x17, 0x18


@dataclass(frozen=True)
class Node:
    """One element: its identifier octet, its content, all its bytes, and the file it came from (for reasons)."""

    tag: int
    content: bytes
    raw: bytes
    place: str

    def children(self) -> list["Node"]:
        """Return the elements inside."""
        nodes = []
        offset = 0
        while offset < len(self.content):
            node = _read(self.content, offset, self.place)
            nodes.append(node)
            offset += len(node.raw)
        return nodes

    def inside(self, tag: int) -> list["Node"]:
        """Return the elements inside, when this one has the tag."""
        return self.tagged(tag).children()

    def tagged(self, tag: int) -> "Node":
        """Return itself when it has the tag."""
        if self.tag != tag:
            raise Refusal("der_malformed", self.place, f"tag {self.tag:#04x} instead of {tag:#04x}")
        return self


def parse(data: bytes, place: str) -> Node:
    """Return the one element that ``data`` consists of."""
    if not data:
        raise Refusal("der_malformed", place, "empty")
    node = _read(data, 0, place)
    if len(node.raw) != len(data):
        raise Refusal("trailing_bytes", place, f"{len(data) - len(node.raw)} bytes after the end of the DER structure")
    return node


def _read(data: bytes, offset: int, place: str) -> Node:
    if offset + 2 > len(data) or data[offset] & 0x1F == 0x1F:
        raise Refusal("der_malformed", place, "cut short or high tag number")
    size, start = data[offset + 1], offset + 2
    if size >= 0x80:
        count = size & 0x7F
        size = int.from_bytes(data[start : start + count], "big")
        if not 1 <= count <= 4 or size < 0x80 or data[start] == 0:
            raise Refusal("der_malformed", place, "length not minimal or not definite")
        start += count
    if start + size > len(data):
        raise Refusal("der_malformed", place, "cut short")
    return Node(data[offset], data[start : start + size], data[offset : start + size], place)


def dotted(node: Node) -> str:
    """Return an OBJECT IDENTIFIER as dotted decimals."""
    content = node.tagged(OID).content
    if not content or content[-1] & 0x80:
        raise Refusal("der_malformed", node.place, "object identifier")
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def integer(node: Node) -> int:
    """Return an INTEGER."""
    content = node.tagged(INTEGER).content
    redundant = len(content) > 1 and (content[0], content[1] >> 7) in {(0, 0), (0xFF, 1)}
    if not content or redundant:
        raise Refusal("der_malformed", node.place, "integer not minimal")
    return int.from_bytes(content, "big", signed=True)


def moment(node: Node) -> datetime:
    """Return a UTCTime or GeneralizedTime; seconds and ``Z`` are required, fractions allowed in the latter."""
    try:
        text = node.content.decode("ascii")
        if node.tag == UTC_TIME:
            return datetime.strptime(text, "%y%m%d%H%M%SZ").replace(tzinfo=UTC)
        node.tagged(GENERALIZED_TIME)
        shape = "%Y%m%d%H%M%S.%fZ" if "." in text else "%Y%m%d%H%M%SZ"
        return datetime.strptime(text, shape).replace(tzinfo=UTC)
    except ValueError as error:
        raise Refusal("der_malformed", node.place, "time") from error


def sorted_set(nodes: list[Node], place: str) -> None:
    """Refuse a SET OF that is not in DER order (X.690 §11.6) or holds one element twice."""
    raws = [node.raw for node in nodes]
    if raws != sorted(set(raws)):
        raise Refusal("der_malformed", place, "SET OF not in DER order")
