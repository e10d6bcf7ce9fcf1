"""Pictures for letters, made here: good ones, and such as no letter may show."""

import base64
import struct
import zlib

GIF = base64.b64decode("R0lGODdhAQABAIAAAP///////ywAAAAAAQABAAACAkQBADs=")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><script>top.hostile=1</script></svg>"
PLACE = b"GPS 51.5007N 0.1246W"
MOST_BYTES = 2 * 1024 * 1024


def png(width: int = 4, height: int = 3, *, tail: bytes = b"") -> bytes:
    """A PNG of one colour; `tail` stands in a chunk of words."""
    rows = (b"\x00" + b"\x27\x44\x69" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows))]
    if tail:
        chunks.append((b"tEXt", b"Comment\x00" + tail))
    chunks.append((b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)


def with_place(jpeg: bytes) -> bytes:
    """The same JPEG as a telephone makes it: lying on its side, and with where it was taken."""
    orientation = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x112, 3, 1, 6, 0, 0)
    exif = b"Exif\x00\x00" + orientation + PLACE
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def address(content: bytes, kind: str = "image/png") -> str:
    """A `data:` address."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _chunk(kind: bytes, content: bytes) -> bytes:
    size, check = struct.pack(">I", len(content)), struct.pack(">I", zlib.crc32(kind + content))
    return size + kind + content + check


def moving() -> bytes:
    """A PNG of two pictures (acTL, fcTL, fdAT), each for a tenth of a second."""
    rows = zlib.compress((b"\x00" + b"\x27\x44\x69" * 4) * 3)
    frame = struct.pack(">IIIIHHBB", 4, 3, 0, 0, 1, 10, 0, 0)
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 4, 3, 8, 2, 0, 0, 0)),
        (b"acTL", struct.pack(">II", 2, 0)),
        (b"fcTL", struct.pack(">I", 0) + frame),
        (b"IDAT", rows),
        (b"fcTL", struct.pack(">I", 1) + frame),
        (b"fdAT", struct.pack(">I", 2) + rows),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)


# By what is wrong with it. A browser by itself shows each of them.
HOSTILE = {
    "a drawing with a script": address(SVG, "image/svg+xml"),
    "a drawing as text": "data:image/svg+xml," + SVG.decode().replace("#", "%23"),
    "a GIF": address(GIF, "image/gif"),
    "a GIF that says it is a PNG": address(GIF),
    "a PNG that says it is a JPEG": address(png(), "image/jpeg"),
    "a PNG without a kind": address(png(), ""),
    "a PNG that moves": address(moving()),
    "more pixels than 1600 a side": address(png(1601, 1)),
    "more than 2 MiB": address(png(tail=b"x" * MOST_BYTES)),
    "upper case": address(png()).replace("data:image/png", "DATA:IMAGE/PNG"),
    "a second parameter": address(png()).replace(";base64", ";charset=utf-8;base64"),
}
