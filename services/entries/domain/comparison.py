"""Compare two revisions of a page: block by block, word by word."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Literal

Op = Literal["same", "added", "removed", "changed"]
WordOp = Literal["same", "added", "removed", "restyled"]
Node = Mapping[str, Any]

# Comparing costs the product of both lengths; beyond this a block is shown as removed and added.
WORDS_LIMIT = 4_000
BLOCKS_LIMIT = 4_000
# Two blocks of one kind that share this much of their words are one block that changed.
LIKENESS = 0.4
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_SPOKEN = {"personMention": "label", "entryLink": "label", "inlineMath": "latex", "blockMath": "latex", "image": "alt"}


@dataclass(frozen=True, slots=True)
class Words:
    """A run of words that stayed, came, went, or only look different."""

    op: WordOp
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block that stayed, came, went or changed: a text by its words, a container by its own blocks."""

    op: Op
    before: Node | None = None
    after: Node | None = None
    words: tuple[Words, ...] = ()
    blocks: tuple["Block", ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A field, or a file by its digest, that came, went or changed."""

    name: str
    op: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one record to another."""

    title: tuple[Words, ...]
    blocks: tuple[Block, ...]
    fields: tuple[Named, ...]
    attachments: tuple[Named, ...]
    coarse: bool


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    look: str


class _Comparing:
    """One comparison; ``coarse`` once something was too long to be looked at closely."""

    def __init__(self) -> None:
        self.coarse = False

    def blocks(self, before: Sequence[Node], after: Sequence[Node]) -> Iterator[Block]:
        """Compare two lists of nodes."""
        if max(len(before), len(after)) > BLOCKS_LIMIT:
            self.coarse = True
            yield from _all(before, after)
            return
        matcher = SequenceMatcher(None, [_key(one) for one in before], [_key(one) for one in after], autojunk=False)
        for op, i, j, k, m in matcher.get_opcodes():
            if op == "equal":
                yield from (Block("same", after=node) for node in after[k:m])
            else:
                yield from self._replaced(before[i:j], after[k:m])

    def _replaced(self, before: Sequence[Node], after: Sequence[Node]) -> Iterator[Block]:
        """Pair what is alike, in order; the rest went or came."""
        place = 0
        for node in after:
            found = next((i for i in range(place, min(len(before), place + 20)) if _alike(before[i], node)), None)
            if found is None:
                yield Block("added", after=node)
                continue
            yield from (Block("removed", before=gone) for gone in before[place:found])
            yield self._changed(before[found], node)
            place = found + 1
        yield from (Block("removed", before=gone) for gone in before[place:])

    def _changed(self, before: Node, after: Node) -> Block:
        if _is_text(before) or _is_text(after):
            return Block("changed", before, after, words=self.words(_tokens(before), _tokens(after)))
        inner = tuple(self.blocks(before.get("content", ()), after.get("content", ())))
        return Block("changed", before, after, blocks=inner)

    def words(self, before: list[_Token], after: list[_Token]) -> tuple[Words, ...]:
        """Compare two texts."""
        if max(len(before), len(after)) > WORDS_LIMIT:
            self.coarse = True
            return _runs([("removed", one.text) for one in before] + [("added", one.text) for one in after])
        matcher = SequenceMatcher(None, [one.text for one in before], [one.text for one in after], autojunk=False)
        found: list[tuple[WordOp, str]] = []
        for op, i, j, k, m in matcher.get_opcodes():
            if op == "equal":
                pairs = zip(before[i:j], after[k:m], strict=True)
                found += [("same" if old.look == new.look else "restyled", new.text) for old, new in pairs]
            else:
                found += [("removed", one.text) for one in before[i:j]] + [("added", one.text) for one in after[k:m]]
        return _runs(found)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compare two records (record.json), the older one first."""
    comparing = _Comparing()
    title = comparing.words(_split(before["title"]), _split(after["title"]))
    blocks = tuple(comparing.blocks(before["document"].get("content", ()), after["document"].get("content", ())))
    files = [{file["name"]: file["sha256"] for file in record["attachments"]} for record in (before, after)]
    return Comparison(
        title, blocks, _named(before["fields"], after["fields"]), _named(files[0], files[1]), comparing.coarse
    )  # fmt: skip


def _named(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Named, ...]:
    found = []
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            found.append(Named(name, "removed", before=before[name]))
        elif name not in before:
            found.append(Named(name, "added", after=after[name]))
        elif before[name] != after[name]:
            found.append(Named(name, "changed", before[name], after[name]))
    return tuple(found)


def _all(before: Iterable[Node], after: Iterable[Node]) -> Iterator[Block]:
    yield from (Block("removed", before=node) for node in before)
    yield from (Block("added", after=node) for node in after)


def _key(node: Node) -> str:
    return json.dumps(node, sort_keys=True)


def _is_text(node: Node) -> bool:
    """Say whether a block holds text itself, or is a block without blocks."""
    content = node.get("content", ())
    return not content or "text" in content[0] or content[0]["type"] in {*_SPOKEN, "hardBreak"}


def _alike(before: Node, after: Node) -> bool:
    if before["type"] != after["type"]:
        return False
    if not _is_text(before) and not _is_text(after):
        # A list, quote, table, row or cell: its own blocks say what changed.
        return True
    old, new = _tokens(before)[:WORDS_LIMIT], _tokens(after)[:WORDS_LIMIT]
    if not old and not new:
        return True
    return SequenceMatcher(None, [one.text for one in old], [one.text for one in new]).quick_ratio() >= LIKENESS


def _tokens(node: Node) -> list[_Token]:
    """Return the words of a block, with how they look."""
    if node["type"] in _SPOKEN:
        return [_Token(str(node.get("attrs", {}).get(_SPOKEN[node["type"]], "")), "")]
    found: list[_Token] = []
    for child in node.get("content", ()):
        look = json.dumps(child.get("marks", ()), sort_keys=True)
        if child["type"] == "text":
            found += _split(child["text"], look)
        elif child["type"] == "hardBreak":
            found.append(_Token("\n", look))
        else:
            found += _tokens(child)
    return found


def _split(text: str, look: str = "") -> list[_Token]:
    return [_Token(word, look) for word in _WORDS.findall(text)]


def _runs(found: Iterable[tuple[WordOp, str]]) -> tuple[Words, ...]:
    return tuple(Words(op, "".join(word for _, word in run)) for op, run in groupby(found, key=lambda one: one[0]))
