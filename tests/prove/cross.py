"""Files between server, browser's code and stock age: `python -m tests.prove.cross`."""

import os
import subprocess
import sys
from collections.abc import Iterable
from itertools import chain

from server.crypto import age
from server.crypto.age.reader import open_file
from server.crypto.errors import SealRefused
from server.crypto.identity import Identity
from tests.crypto import twin
from tests.crypto.stanzas import with_keys
from tests.prove.report import section, table
from tests.stock_age import StockAge, find

SIZES = (0, 1, 65_535, 65_536, 65_537, 1_000_000)
READERS = (1, 2, 50)
ME = Identity(b"\x07" * 32)
MANY_STANZAS = 256 * 1024


def main() -> int:
    """Write the section; 1 if a file did not come out as it went in."""
    stock, contents = find(), [os.urandom(size) for size in SIZES]
    counts = sorted({*READERS, *twin.READERS})
    sealed = {
        count: [stock.encrypt(_recipients(count), content) for content in contents]
        for count in counts
    }
    ours = [age.encrypt(ME.recipient, content) for content in contents]
    theirs = twin.run(("seal", ME.recipient.text, content) for content in contents)
    rows: list[list[object]] = [
        ["server", "stock age", 1, _equal([stock.decrypt(ME.text, f) for f in ours], contents)],
        ["browser's code", "stock age", 1, _equal([_by(stock, f) for f in theirs], contents)],
        ["browser's code", "server", 1, _equal([_door(f) for f in theirs], contents)],
        ["server", "browser's code", 1, _equal(_twin("open", ours), contents)],
    ]
    rows += [
        ["stock age", "server", count, _equal(map(_any, sealed[count]), contents)]
        for count in READERS
    ]
    for count in twin.READERS:
        opened = _twin("openAny", sealed[count])
        rows.append(["stock age", "browser's code", count, _equal(opened, contents)])
    doors = [[count, _door(sealed[count][1]), _twin("open", sealed[count])[1]] for count in counts]
    caught = refuses_a_damaged_file(stock)
    text = _markdown(stock, rows, doors, caught=caught)
    section("cross", "Files between server, browser's code and stock age", text)
    return 0 if caught and all(row[3] == len(SIZES) for row in rows) else 1


def _markdown(
    stock: StockAge, rows: list[list[object]], doors: list[list[object]], *, caught: bool
) -> str:
    said: list[list[object]] = [
        [count, *("opens" if isinstance(end, bytes) else end for end in ends)]
        for count, *ends in doors
    ]
    return f"""Stock age {stock.version}; contents of {", ".join(f"{size:,}" for size in SIZES)} bytes,
compared byte by byte.

{table(["sealed by", "opened by", "readers", f"equal, of {len(SIZES)}"], rows)}

What the production doors say of stock age's files:

{table(["readers", "server", "browser's code"], said)}

Control: with the last byte of a file changed, stock age {"refuses it" if caught else "**opens it**"}."""


def refuses_a_damaged_file(stock: StockAge) -> bool:
    """Whether stock age sees that the last byte of a file of ours was changed."""
    file = age.encrypt(ME.recipient, b"text")
    try:
        stock.decrypt(ME.text, file[:-1] + bytes([file[-1] ^ 1]))
    except subprocess.CalledProcessError:
        return True
    return False


def _recipients(count: int) -> list[str]:
    others = (Identity(n.to_bytes(32, "big")) for n in range(1, count))
    return [identity.recipient.text for identity in chain(others, [ME])]


def _any(file: bytes) -> bytes:
    return b"".join(open_file(with_keys([ME.text]), [file], MANY_STANZAS))


def _door(file: bytes | str) -> bytes | str:
    try:
        return age.decrypt(ME, file) if isinstance(file, bytes) else file
    except SealRefused as refusal:
        return refusal.reason


def _by(stock: StockAge, file: bytes | str) -> bytes | str:
    return stock.decrypt(ME.text, file) if isinstance(file, bytes) else file


def _twin(verb: twin.Verb, files: list[bytes]) -> list[bytes | str]:
    return twin.run((verb, ME.text, file) for file in files)


def _equal(found: Iterable[bytes | str], contents: list[bytes]) -> int:
    return sum(a == b for a, b in zip(found, contents, strict=True))


if __name__ == "__main__":
    sys.exit(main())
