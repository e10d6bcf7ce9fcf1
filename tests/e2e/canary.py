"""Search bytes for a word, in each form in which they may hold it.

`ENCODINGS` say what the word itself becomes, `WRAPPINGS` what it may lie in. Wrappings may lie in
each other, so what is taken out of one is searched like the whole, `DEPTH` times at most.
"""

import base64
import gzip
import quopri
import re
import secrets
import string
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial

DEPTH = 4
LARGEST = 32 * 1024 * 1024  # bytes taken out of one compressed stream
_STEP = 256
_REACH = 512  # bytes on each side of an escape: more than any word has, escaped
_APART = b"\0\0\0"
_GZIP, _ZLIB = zlib.MAX_WBITS | 16, zlib.MAX_WBITS
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]+)*")
_PERCENT = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_ESCAPE = re.compile(rb"(?:\\+u[0-9A-Fa-f]{4})+")  # more than one stroke: JSON within JSON
_SOFT_BREAK = re.compile(rb"=\r?\n|=[0-9A-F]{2}")


def new_word() -> str:
    """A word that is nowhere else: 24 letters."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(24))


def find(data: bytes, word: str) -> set[str]:
    """The forms in which `word` is in `data`, outermost first, such as "gzip > UTF-8"."""
    return find_all(data, [word])[word]


def find_all(data: bytes, words: Iterable[str], *, depth: int = DEPTH) -> dict[str, set[str]]:
    """What `find` says of each of several words; `data` is unwrapped once for all of them."""
    needles = [
        (word, name, form)
        for word in words
        for name, encode in ENCODINGS.items()
        for form in encode(word.encode())
    ]
    found: dict[str, set[str]] = {word: set() for word, _, _ in needles}
    for word, form in _find(data, needles, depth):
        found[word].add(form)
    return found


def _find(
    data: bytes, needles: list[tuple[str, str, bytes]], depth: int
) -> Iterator[tuple[str, str]]:
    for word, name, form in needles:
        if form in data:
            yield word, name
    if depth == 0:
        return
    for name, unwrap in WRAPPINGS.items():
        # In one piece, for there may be thousands; no form of a word has three zeros in a row.
        if inner := _APART.join(unwrap(data)):
            for word, found in _find(inner, needles, depth - 1):
                yield word, f"{name} > {found}"


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
    """What each run of base64 says, wherever in it the first whole group begins, to its end."""
    for run in _BASE64.findall(data):
        text = re.sub(rb"\s", b"", run).translate(_URL_SAFE)
        for skip in range(4):
            yield base64.b64decode(text[skip:] + b"A" * (-(len(text) - skip) % 4))


def _around(escape: re.Pattern[bytes], data: bytes) -> Iterator[bytes]:
    """What is escaped, with what stands around it; pieces that meet are one."""
    start = end = 0
    for found in escape.finditer(data):
        if found.start() - _REACH > end:
            if end:
                yield data[start:end]
            start = max(0, found.start() - _REACH)
        end = found.end() + _REACH
    if end:
        yield data[start:end]


def _unquoted(data: bytes) -> Iterator[bytes]:
    yield from map(quopri.decodestring, _around(_SOFT_BREAK, data))


def _unescaped(data: bytes) -> Iterator[bytes]:
    r"""JSON's `\uXXXX`, wherever it stands, the rest as it is."""

    def plain(run: re.Match[bytes]) -> bytes:
        units = bytes.fromhex(re.sub(rb"\\+u", b"", run[0]).decode())
        return units.decode("utf-16-be", "replace").encode()

    for piece in _around(_ESCAPE, data):
        yield _ESCAPE.sub(plain, piece)


def _unpercented(data: bytes) -> Iterator[bytes]:
    for piece in _around(_PERCENT, data):
        yield _PERCENT.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode()), piece)


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

Form = Callable[[bytes], bytes]
# What a control plants, by the name under which it must be found.
IN_TEXT: dict[str, Form] = {
    "UTF-8": lambda word: b"Dear Maya, " + word,
    "hex": lambda word: word.hex().encode(),
    "base64 at 0": lambda word: base64.b64encode(word + b"x"),
    "base64 at 1": lambda word: base64.urlsafe_b64encode(b"x" + word + b"x"),
    "base64 at 2": lambda word: base64.b64encode(b"xx" + word + b"x"),
    "base64 > UTF-16": lambda word: base64.b64encode(word.decode().encode("utf-16")),
    "base64 > gzip > UTF-8": lambda word: base64.b64encode(gzip.compress(word)),
    "base64 > zlib > UTF-8": lambda word: base64.b64encode(zlib.compress(word)),
    "quoted-printable > UTF-8": lambda word: b"".join(b"=%02X" % byte for byte in word),
    "percent > UTF-8": lambda word: b"".join(b"%%%02x" % byte for byte in word),
    "JSON escapes > UTF-8": lambda word: b"".join(b"\\u%04x" % byte for byte in word),
}
IN_BYTES: dict[str, Form] = {
    "UTF-16": lambda word: b"\xff" + word.decode().encode("utf-16-le"),
    "gzip > UTF-8": gzip.compress,
    "zlib > UTF-8": zlib.compress,
}
FORMS = IN_TEXT | IN_BYTES
