"""Search bytes for a word, in each form in which they may hold it.

`ENCODINGS` say what the word itself becomes, `WRAPPINGS` what it may lie in. Wrappings may lie in
each other, so what is taken out of one is searched like the whole, `DEPTH` times at most.
"""

import base64
import quopri
import re
import zlib
from collections.abc import Callable, Iterator
from functools import partial

DEPTH = 4
LARGEST = 32 * 1024 * 1024  # bytes taken out of one compressed stream
_STEP = 256
_GZIP, _ZLIB = zlib.MAX_WBITS | 16, zlib.MAX_WBITS
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
_PERCENT = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+")
_SOFT_BREAK = re.compile(rb"=\r?\n|=[0-9A-F]{2}")


def find(data: bytes, word: str) -> set[str]:
    """The forms in which `word` is in `data`, outermost first, such as "gzip > UTF-8"."""
    needles = {name: encode(word.encode()) for name, encode in ENCODINGS.items()}
    return set(_find(data, needles, DEPTH))


def _find(data: bytes, needles: dict[str, set[bytes]], depth: int) -> Iterator[str]:
    for name, forms in needles.items():
        if any(form in data for form in forms):
            yield name
    if depth == 0:
        return
    for name, unwrap in WRAPPINGS.items():
        for inner in unwrap(data):
            yield from (f"{name} > {found}" for found in _find(inner, needles, depth - 1))


def _in_base64(offset: int, word: bytes) -> set[bytes]:
    """What base64 makes of the word `offset` bytes after a multiple of three, whatever is around.

    The first and last character may hold bits of the neighbours, so they are left out.
    """
    first, last = -(-8 * offset // 6), 8 * (offset + len(word)) // 6
    plain = base64.b64encode(b"\0" * offset + word)[first:last]
    return {plain, plain.translate(bytes.maketrans(b"+/", b"-_"))}


def _decompressed(magic: re.Pattern[bytes], bits: int, data: bytes) -> Iterator[bytes]:
    """What decompresses from each place that looks like a beginning; cut streams in part."""
    for start in magic.finditer(data):
        stream, inner = zlib.decompressobj(bits), bytearray()
        try:
            for at in range(start.start(), len(data), _STEP):
                inner += stream.decompress(data[at : at + _STEP])
                if stream.eof or len(inner) > LARGEST:
                    break
        except zlib.error:
            pass  # what came before is worth a look
        if inner:
            yield bytes(inner)


def _base64_decoded(data: bytes) -> Iterator[bytes]:
    """What each run of base64 says, wherever in it the first whole group begins."""
    for run in _BASE64.findall(data):
        text = re.sub(rb"\s", b"", run).translate(_URL_SAFE)
        for skip in range(4):
            whole = (len(text) - skip) // 4 * 4
            yield base64.b64decode(text[skip : skip + whole])


def _unquoted(data: bytes) -> Iterator[bytes]:
    if _SOFT_BREAK.search(data):
        yield quopri.decodestring(data)


def _unescaped(data: bytes) -> Iterator[bytes]:
    r"""JSON's `\uXXXX`, wherever it stands, the rest as it is."""

    def plain(run: re.Match[bytes]) -> bytes:
        units = bytes.fromhex(run[0].replace(b"\\u", b"").decode())
        return units.decode("utf-16-be", "replace").encode()

    if _ESCAPE.search(data):
        yield _ESCAPE.sub(plain, data)


def _unpercented(data: bytes) -> Iterator[bytes]:
    if _PERCENT.search(data):
        yield _PERCENT.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode()), data)


ENCODINGS: dict[str, Callable[[bytes], set[bytes]]] = {
    "UTF-8": lambda word: {word},
    "UTF-16": lambda word: {word.decode().encode(f"utf-16-{end}") for end in ("le", "be")},
    "hex": lambda word: {word.hex().encode(), word.hex().upper().encode()},
    "base64 at 0": partial(_in_base64, 0),
    "base64 at 1": partial(_in_base64, 1),
    "base64 at 2": partial(_in_base64, 2),
}
WRAPPINGS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": partial(_decompressed, re.compile(rb"\x1f\x8b\x08"), _GZIP),
    "zlib": partial(_decompressed, re.compile(rb"\x78[\x01\x5e\x9c\xda]"), _ZLIB),
    "base64": _base64_decoded,
    "quoted-printable": _unquoted,
    "percent": _unpercented,
    "JSON escapes": _unescaped,
}
