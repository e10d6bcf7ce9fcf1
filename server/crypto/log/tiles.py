"""Tiles and entry bundles of a log, as C2SP tlog-tiles has them. Source: docs/spec/log.md section 4."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.crypto.log.refusals import LogRefused
from server.crypto.log.tree import HASH_SIZE, Nodes, node_hash

WIDTH: Final = 256
MAX_ENTRY: Final = 65_535
_HEIGHT: Final = 8
_THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile: its level, its number within the level, and how many hashes it holds (1 to 256)."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served, below the log's prefix."""
        return f"tile/{self.level}/{_numbered(self.number, self.width)}"


def bundle_path(number: int, width: int = WIDTH) -> str:
    """Where the entries of the tile with this number at level 0 are served."""
    return f"tile/entries/{_numbered(number, width)}"


def tiles(size: int) -> Iterator[Tile]:
    """All tiles of a log of `size` entries, the lowest level first; none of them is empty."""
    level = 0
    while size:
        full, rest = divmod(size, WIDTH)
        yield from (Tile(level, number) for number in range(full))
        if rest:
            yield Tile(level, full, rest)
        level, size = level + 1, full


def tile_bytes(nodes: Nodes, tile: Tile) -> bytes:
    """The hashes of a tile, one after the other; 8192 bytes where it is full."""
    first = tile.number * WIDTH
    return b"".join(nodes(tile.level * _HEIGHT, first + n) for n in range(tile.width))


def nodes_of_tiles(fetch: Callable[[Tile], bytes], size: int) -> Nodes:
    """The hashes of a log that is known by its tiles only.

    Args:
        fetch: Gives the bytes of a tile; asked once for each hash, so it may want a cache.
        size: Of the log, from a checkpoint that was verified.

    Raises:
        LogRefused: tile-malformed, when a tile has another size than its width says.
    """

    def node(level: int, index: int) -> bytes:
        height = level % _HEIGHT
        first = index << height
        level //= _HEIGHT
        number, offset = divmod(first, WIDTH)
        width = min(WIDTH, (size >> (_HEIGHT * level)) - number * WIDTH)
        data = fetch(Tile(level, number, width))
        if len(data) != width * HASH_SIZE:
            raise LogRefused("tile-malformed")
        hashes = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
        return _fold(hashes[offset : offset + (1 << height)])

    return node


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Up to 256 entries, each after its length in two bytes, the higher first.

    Raises:
        ValueError: There are too many, or one is longer than 65,535 bytes.
    """
    if not 0 < len(entries) <= WIDTH or any(len(each) > MAX_ENTRY for each in entries):
        raise ValueError("no bundle holds this")
    return b"".join(len(each).to_bytes(2) + each for each in entries)


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of a bundle.

    Raises:
        LogRefused: bundle-malformed, when its end is missing or something follows it.
    """
    entries: list[bytes] = []
    at = 0
    for _ in range(width):
        start = at + 2
        at = start + int.from_bytes(data[at:start])
        if start > len(data) or at > len(data):
            raise LogRefused("bundle-malformed")
        entries.append(data[start:at])
    if at != len(data):
        raise LogRefused("bundle-malformed")
    return entries


def _fold(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [node_hash(left, right) for left, right in pairs]
    return hashes[0]


def _numbered(number: int, width: int) -> str:
    parts = [f"{number % _THOUSAND:03}"]
    while number := number // _THOUSAND:
        parts.append(f"x{number % _THOUSAND:03}")
    return "/".join(parts[::-1]) + (f".p/{width}" if width < WIDTH else "")
