"""Rules that hold for every log: proofs of all sizes, tiles, bundles. docs/spec/log.md 2 to 4."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.crypto.log import tiles
from server.crypto.log.refusals import LogRefused
from server.crypto.log.tree import (
    Tree,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    root,
)
from tests.crypto.log_vectors import numbered

MANY = 600
FULL = numbered(MANY)
LEAVES = [hashlib.sha256(b"\x00%d" % n).digest() for n in range(MANY)]
ROOTS = [root(FULL.node, size) for size in range(MANY + 1)]
PLACES = st.integers(1, MANY).flatmap(
    lambda size: st.tuples(st.integers(0, size - 1), st.just(size))
)
SIZES = st.integers(1, MANY).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new)))


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word by word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    inner = by_definition(leaves[:k]) + by_definition(leaves[k:])
    return hashlib.sha256(b"\x01" + inner).digest()


def flipped(data: bytes, bit: int) -> bytes:
    return bytes([*data[: bit // 8], data[bit // 8] ^ 1 << bit % 8, *data[bit // 8 + 1 :]])


@given(st.integers(0, MANY))
def test_roots_are_those_of_the_definition(size: int) -> None:
    assert ROOTS[size] == by_definition(LEAVES[:size])


def test_every_entry_of_every_small_log_is_proved() -> None:
    for size in range(1, 70):
        for index in range(size):
            proof = inclusion_proof(FULL.node, index, size)
            check_inclusion(LEAVES[index], index, size, ROOTS[size], proof)


def test_every_growth_of_every_small_log_is_proved() -> None:
    for new in range(70):
        for old in range(new + 1):
            check_consistency(
                old, new, ROOTS[old], ROOTS[new], consistency_proof(FULL.node, old, new)
            )


@given(PLACES, st.integers(0, 255), st.data())
def test_an_inclusion_with_one_bit_changed_is_refused(
    place: tuple[int, int], bit: int, data: st.DataObject
) -> None:
    index, size = place
    proof = inclusion_proof(FULL.node, index, size)
    check_inclusion(LEAVES[index], index, size, ROOTS[size], proof)
    parts = [LEAVES[index], ROOTS[size], *proof]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], bit)
    with pytest.raises(LogRefused):
        check_inclusion(parts[0], index, size, parts[1], parts[2:])


@given(PLACES, st.integers(0, MANY))
def test_an_inclusion_at_another_index_is_refused(place: tuple[int, int], other: int) -> None:
    index, size = place
    proof = inclusion_proof(FULL.node, index, size)
    if other != index:
        with pytest.raises(LogRefused):
            check_inclusion(LEAVES[index], other, size, ROOTS[size], proof)


@given(SIZES, st.integers(0, 255), st.data())
def test_a_consistency_with_one_bit_changed_is_refused(
    sizes: tuple[int, int], bit: int, data: st.DataObject
) -> None:
    old, new = sizes
    proof = consistency_proof(FULL.node, old, new)
    check_consistency(old, new, ROOTS[old], ROOTS[new], proof)
    parts = [ROOTS[old], ROOTS[new], *proof]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], bit)
    with pytest.raises(LogRefused):
        check_consistency(old, new, parts[0], parts[1], parts[2:])


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600, 65_537])
def test_tiles_alone_give_every_proof(size: int) -> None:
    tree = FULL if size <= MANY else numbered(size)
    served = {tile.path: tiles.tile_bytes(tree.node, tile) for tile in tiles.tiles(size)}
    node = tiles.nodes_of_tiles(lambda tile: served[tile.path], size)
    assert root(node, size) == root(tree.node, size)
    for index in {0, size // 2, size - 1}:
        assert inclusion_proof(node, index, size) == inclusion_proof(tree.node, index, size)
    assert consistency_proof(node, size // 2, size) == consistency_proof(tree.node, size // 2, size)


def test_a_log_of_70000_has_the_tiles_that_the_standard_counts() -> None:
    found = list(tiles.tiles(70_000))
    partial = [(tile.level, tile.width) for tile in found if tile.width < tiles.WIDTH]
    assert partial == [(0, 112), (1, 17), (2, 1)]
    assert len(found) == 273 + 1 + 3
    assert [(t.level, t.number, t.width) for t in tiles.tiles(256)] == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles.tiles(0)) == []


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda data: data + b"\0", lambda _: b""]
)
def test_a_tile_of_another_size_is_refused(change: object) -> None:
    assert callable(change)
    node = tiles.nodes_of_tiles(lambda tile: change(tiles.tile_bytes(FULL.node, tile)), MANY)
    with pytest.raises(LogRefused, match="tile"):
        root(node, MANY)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20), st.data())
def test_a_bundle_is_read_as_it_was_written_and_not_otherwise(
    entries: list[bytes], data: st.DataObject
) -> None:
    bundle = tiles.write_bundle(entries)
    assert tiles.read_bundle(bundle, len(entries)) == entries
    for bad in (bundle[: data.draw(st.integers(0, len(bundle) - 1))], bundle + b"\0"):
        with pytest.raises(LogRefused, match="entries"):
            tiles.read_bundle(bad, len(entries))


def test_no_bundle_holds_what_its_form_cannot_say() -> None:
    assert len(tiles.write_bundle([b"x" * 65_535])) == 65_537
    for bad in ([], [b""] * 257, [b"x" * 65_536]):
        with pytest.raises(ValueError, match="bundle"):
            tiles.write_bundle(bad)


def test_no_proof_is_made_of_what_is_not_there() -> None:
    empty = Tree()
    with pytest.raises(ValueError, match="entry"):
        inclusion_proof(empty.node, 0, 0)
    with pytest.raises(ValueError, match="grows"):
        consistency_proof(FULL.node, 3, 2)
