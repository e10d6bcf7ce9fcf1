"""Inputs that are almost valid: a few small changes to one that is, from a seeded source."""

import random
from collections.abc import Callable, Sequence

Change = Callable[[random.Random, bytearray, Sequence[bytes]], None]


def mutated(chance: random.Random, valid: bytes, tokens: Sequence[bytes]) -> bytes:
    """One to four changes; `tokens` are what the format is made of."""
    data = bytearray(valid)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        chance.choice(CHANGES)(chance, data, tokens)
    return bytes(data)


def _flip(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _replace(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _exchange(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Put a byte of the input in another's place: what stays within the alphabet."""
    if data:
        data[chance.randrange(len(data))] = data[chance.randrange(len(data))]


def _insert(chance: random.Random, data: bytearray, tokens: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(tokens)


def _put(chance: random.Random, data: bytearray, tokens: Sequence[bytes]) -> None:
    at, token = chance.randrange(len(data) + 1), chance.choice(tokens)
    data[at : at + len(token)] = token


def _delete(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 1, 2, 16, 64))]


def _double(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    piece = data[at : at + chance.choice((1, 2, 16, 64, 300))]
    data[at:at] = piece * chance.choice((1, 1, 1, 1, 50))


def _cut(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _move(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    start = chance.randrange(len(data) + 1)
    end = min(len(data), start + chance.choice((1, 4, 16, 64)))
    piece = data[start:end]
    del data[start:end]
    to = chance.randrange(len(data) + 1)
    data[to:to] = piece


CHANGES: tuple[Change, ...] = (
    _flip, _flip, _replace, _exchange, _insert, _put, _delete, _double, _cut, _move,
)  # fmt: skip
