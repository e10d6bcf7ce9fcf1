"""Everything that a running pair's server has, copied and tried on itself (tests/messages/thief.py)."""

import re
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from server.base.database import Database
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.crypto.encoding import unb64u
from server.crypto.errors import CryptoError
from server.crypto.identity import Identity
from tests.e2e.pair import DATABASE, Pair
from tests.messages.thief import Thief

_SECRET = re.compile(rb"AGE-SECRET-KEY-PQ-1[A-Z0-9]+")
_TOKEN = re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


def haul(pair: Pair) -> dict[str, bytes]:
    """The files as they lie on the disk: free pages, write-ahead log, blobs, master key and logs with them."""
    assert (pair.data / DATABASE).is_file()
    files = [
        path for path in pair.data.rglob("*") if path.is_file() and "sandbox" not in path.parts
    ]
    return {str(path.relative_to(pair.data)): path.read_bytes() for path in files} | {
        "log": pair.log.read_bytes()
    }


def rob(pair: Pair) -> Thief:
    """Unseal what the vault unseals, and try each secret on each envelope, object, draft and keyslot."""
    key = pair.data / "master.key"
    database = Database(f"sqlite:///{pair.data / DATABASE}")
    settings = SimpleNamespace(master_key=key, data=pair.data)
    house: Any = SimpleNamespace(
        parts=SimpleNamespace(database=database, vault=Vault.load(key), settings=settings)
    )
    thief = Thief(house)
    for content in haul(pair).values():
        thief.secrets |= _secrets_in(content)
    with all_firms("a test robs the server"):
        thief.rob()
    database.close()
    return thief


def _secrets_in(content: bytes) -> set[bytes]:
    """Identities and 32 bytes in base64url that stand in the open, as in a free page or a log."""
    found = set()
    for one in _SECRET.findall(content):
        with suppress(CryptoError):
            found.add(Identity.parse(one.decode()).seed)
    for one in _TOKEN.findall(content):
        with suppress(ValueError):
            found.add(unb64u(one.decode()))
    return found
