"""RFC 6962 trees of SHA-256: hashes, and proofs made and checked. Source: docs/spec/log.md 2, 3.

A proof is a list of 32-byte hashes. Makers take a `Nodes`: it gives the hash over the 2**level
entries from index * 2**level on, all of which must exist.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from server.crypto.log.refusals import LogRefused

Nodes: TypeAlias = Callable[[int, int], bytes]

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
HASH_SIZE: Final = 32


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A whole tree in memory: 64 bytes an entry."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """How many entries."""
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        level, last = 0, leaf
        while True:
            row = self._levels[level]
            row.append(last)
            if len(row) % 2:
                return
            last = node_hash(row[-2], last)
            level += 1
            if level == len(self._levels):
                self._levels.append([])

    def node(self, level: int, index: int) -> bytes:
        """A hash of a full subtree; this method is a `Nodes`."""
        return self._levels[level][index]


def root(nodes: Nodes, size: int) -> bytes:
    """The root of the first `size` entries."""
    return _hash_of(nodes, 0, size) if size else EMPTY_ROOT


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The hashes beside the way from entry `index` to the root of `size` entries, lowest first.

    Raises:
        ValueError: There is no such entry.
    """
    if not 0 <= index < size:
        raise ValueError("no such entry")
    start, path = 0, []
    while size > 1:
        split = _split(size)
        if index < start + split:
            path.append(_hash_of(nodes, start + split, size - split))
            size = split
        else:
            path.append(_hash_of(nodes, start, split))
            start, size = start + split, size - split
    return path[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """What shows that the first `old` of `new` entries are unchanged; empty for 0 and for equals.

    Raises:
        ValueError: `old` is larger than `new`.
    """
    if not 0 <= old <= new:
        raise ValueError("a log only grows")
    if old in (0, new):
        return []
    start, size, path = 0, new, []
    while old - start != size:
        split = _split(size)
        if old <= start + split:
            path.append(_hash_of(nodes, start + split, size - split))
            size = split
        else:
            path.append(_hash_of(nodes, start, split))
            start, size = start + split, size - split
    if start:  # an old tree that is the whole left part is known to who asks
        path.append(_hash_of(nodes, start, size))
    return path[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, root_hash: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a leaf hash stands at `index` of the tree with this root (RFC 9162, 2.1.3.2).

    Raises:
        LogRefused: inclusion-wrong.
    """
    if not 0 <= index < size or not _are_hashes([leaf, *proof]):
        raise LogRefused("inclusion-wrong")
    at, last, found = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise LogRefused("inclusion-wrong")
        if at % 2 or at == last:
            found = node_hash(each, found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, each)
        at, last = at >> 1, last >> 1
    if last or found != root_hash:
        raise LogRefused("inclusion-wrong")


def check_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that a tree has only grown (RFC 9162, 2.1.4.2).

    Raises:
        LogRefused: consistency-wrong.
    """
    if not _may_be_consistent(old, new, old_root, new_root, proof):
        raise LogRefused("consistency-wrong")
    if old in (0, new):
        return
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, new - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    before = after = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise LogRefused("consistency-wrong")
        if at % 2 or at == last:
            before, after = node_hash(each, before), node_hash(each, after)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, each)
        at, last = at >> 1, last >> 1
    if last or before != old_root or after != new_root:
        raise LogRefused("consistency-wrong")


def _may_be_consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    if not 0 <= old <= new or not _are_hashes([old_root, new_root, *proof]):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    return bool(proof)


def _are_hashes(given: Sequence[bytes]) -> bool:
    return all(len(each) == HASH_SIZE for each in given)


def _hash_of(nodes: Nodes, start: int, size: int) -> bytes:
    """Of `size` entries from `start` on, where `start` is a multiple of a power of two >= size."""
    level = size.bit_length() - 1
    if size == 1 << level:
        return nodes(level, start >> level)
    split = _split(size)
    return node_hash(_hash_of(nodes, start, split), _hash_of(nodes, start + split, size - split))


def _split(size: int) -> int:
    """The largest power of two below `size`, of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
