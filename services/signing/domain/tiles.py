"""Cut the log into tiles (c2sp.org/tlog-tiles): 256 hashes wide, 8 levels of the tree high."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.signing.domain.merkle import Tree

WIDTH = 256
_HEIGHT = 8
_NUMBER = r"(?:x\d{3}/)*\d{3}"
_PATH = re.compile(
    rf"checkpoint|tile/(?:entries|[0-5]?\d|6[0-3])/{_NUMBER}(?:\.p/(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: ``level`` none for a bundle of entries; ``width`` below 256 is a partial one."""

    level: int | None
    number: int
    width: int

    @property
    def path(self) -> str:
        """Return the path clients ask for, numbers in groups of three (x001/x234/067)."""
        groups = []
        number = self.number
        while True:
            number, group = divmod(number, 1000)
            groups.append(f"{group:03d}")
            if not number:
                break
        name = "/".join([f"x{group}" for group in reversed(groups[1:])] + [groups[0]])
        folder = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{folder}/{name}{partial}"


def is_log_path(path: str) -> bool:
    """Tell whether a path may name a file of the log; anything else is refused before the disk is asked."""
    return _PATH.fullmatch(path) is not None


def tiles_between(old_size: int, new_size: int) -> Iterator[Tile]:
    """Yield the tiles that a tree of ``new_size`` has and one of ``old_size`` had not, lowest level first."""
    yield from _row(None, old_size, new_size)
    level = 0
    while new_size >> (_HEIGHT * level):
        yield from _row(level, old_size >> (_HEIGHT * level), new_size >> (_HEIGHT * level))
        level += 1


def _row(level: int | None, old: int, new: int) -> Iterator[Tile]:
    if old == new:
        return
    for number in range(old // WIDTH, new // WIDTH):
        yield Tile(level, number, WIDTH)
    if new % WIDTH:
        yield Tile(level, new // WIDTH, new % WIDTH)


def hash_tile(tile: Tile, tree: Tree) -> bytes:
    """Return the bytes of a tile of hashes."""
    if tile.level is None:
        raise ValueError("a bundle of entries holds no hashes")
    first = tile.number * WIDTH
    return b"".join(tree.complete(tile.level * _HEIGHT, first + offset) for offset in range(tile.width))


def entry_bundle(leaves: list[bytes]) -> bytes:
    """Return the bytes of a bundle: each leaf's data after its length in two bytes."""
    return b"".join(len(data).to_bytes(2, "big") + data for data in leaves)
