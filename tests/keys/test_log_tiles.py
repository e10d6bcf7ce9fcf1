"""The log is served as C2SP tlog-tiles has it, and who reads all of it finds the signed root."""

import pytest

from server.crypto.log.checkpoint import Checkpoint, Trust, open_checkpoint
from server.crypto.log.tiles import Tile, bundle_path, nodes_of_tiles, read_bundle
from server.crypto.log.tree import leaf_hash, root
from server.keys.log import service as log
from tests.house import House
from tests.keys.growing import firm_of, with_keys, writing

ENTRIES = 259


def grown(house: House, size: int = ENTRIES) -> Checkpoint:
    """The checkpoint of a log of so many entries."""
    with writing(house) as connection:
        maya = with_keys(connection, house, "maya@client.example")
        for _ in range(size - 1):
            log.append_key_event(connection, house.parts.vault, maya, "rotated")
        trust = Trust(log.log_key(connection, firm_of(house)))
    note = house.visitor().call("GET", "/log/checkpoint")
    assert note.content_type == "text/plain; charset=utf-8"
    return open_checkpoint(note.text, trust)


def fetched(house: House, path: str) -> bytes:
    """What stands at a path of the log, which is the same for ever."""
    answer = house.visitor().call("GET", f"/log/{path}")
    assert answer.status_code == 200, path
    assert answer.content_type == "application/octet-stream"
    assert "immutable" in answer.headers["Cache-Control"]
    return bytes(answer.data)


def test_tiles_and_entries_add_up_to_the_checkpoint(house: House) -> None:
    point = grown(house)
    kept: dict[Tile, bytes] = {}

    def fetch(tile: Tile) -> bytes:
        if tile not in kept:
            kept[tile] = fetched(house, tile.path)
        return kept[tile]

    nodes = nodes_of_tiles(fetch, point.size)
    assert (point.size, root(nodes, point.size)) == (ENTRIES, point.root)
    full = read_bundle(fetched(house, bundle_path(0)), 256)
    rest = read_bundle(fetched(house, bundle_path(1, 3)), 3)
    assert [leaf_hash(entry) for entry in (*full, *rest)] == [nodes(0, n) for n in range(ENTRIES)]
    assert fetched(house, "tile/1/000.p/1") == nodes(8, 0)
    assert fetched(house, "tile/0/000.p/7") == kept[Tile(0, 0)][: 7 * 32]


@pytest.mark.parametrize(
    "path",
    ["tile/0/000", "tile/0/000.p/4", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000.p/4",
     "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/x000/000.p/1", "tile/0/0.p/1", "tile/0/000.p/1/",
     "tile/64/000.p/1", "tile/00/000.p/1", "tile/-1/000.p/1", "tile/entries/x000/000.p/1",
     "tile/0/x999/x999/x999/x999/999.p/1", "tile/", "tile/0", ""],
)  # fmt: skip
def test_what_is_no_tile_of_this_log_is_not_found(sqlite_house: House, path: str) -> None:
    assert grown(sqlite_house, 3).size == 3
    assert fetched(sqlite_house, "tile/0/000.p/3")
    assert sqlite_house.visitor().call("GET", f"/log/{path}").status_code == 404


def test_a_firm_without_keys_has_no_log(sqlite_house: House) -> None:
    assert sqlite_house.visitor().call("GET", "/log/checkpoint").status_code == 404
