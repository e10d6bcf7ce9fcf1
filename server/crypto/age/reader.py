"""Whole age v1 files, whatever the kind of their stanzas."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from server.crypto.age.header import FILE_KEY, MAX_HEADER, Stanza, read_header, write_header
from server.crypto.age.payload import open_payload, read_nonce, seal_payload
from server.crypto.age.source import Source
from server.crypto.age.stanza import Unwrapper
from server.crypto.errors import SealRefused

Wrapper = Callable[[bytes], Sequence[Stanza]]
"""Seals a 16-byte file key into a header's stanzas."""


def seal_file(wrap: Wrapper, content: Iterable[bytes]) -> Iterator[bytes]:
    """Seal under a fresh file key, which `wrap` seals at once; the rest as it is asked for."""
    file_key = os.urandom(FILE_KEY)
    header = write_header(file_key, wrap(file_key))
    return chain([header], seal_payload(file_key, content))


def open_file(
    unwrap: Unwrapper, file: Iterable[bytes], max_header: int = MAX_HEADER
) -> Iterator[bytes]:
    """Read and check the header at once; yield the content's chunks as they are asked for.

    Raises:
        SealRefused: header, too-large, no-match, mac and what `unwrap` refuses at once; payload
            and truncated while iterating.
    """
    source = Source(file)
    header = read_header(source, max_header)
    file_key = unwrap(header.stanzas)
    if file_key is None:
        raise SealRefused("the file is not for this key", reason="no-match")
    header.verify(file_key)
    return open_payload(file_key, read_nonce(source), source)
