"""Somebody who has copied everything of a firm's server, and tries all of it on all of it."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select

from server.base.database import metadata
from server.base.sealed import place_of, sealed_columns
from server.crypto import age, custody
from server.crypto.encoding import unb64u
from server.crypto.errors import CryptoError
from server.crypto.identity import Identity
from server.crypto.keyslots import open_keyslot, parse_keyslot
from tests.house import House

AGE: Final = b"age-encryption.org/v1\n"
_SECRET: Final = re.compile(rb"AGE-SECRET-KEY-PQ-1[A-Z0-9]+")
_ENCODED: Final = re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


@dataclass
class Thief:
    """What he has, and what he came to by it. `opened` are plaintexts by table, column and row."""

    house: House
    secrets: set[bytes] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    opened: dict[str, bytes] = field(default_factory=dict)

    def rob(self) -> "Thief":
        """Copy database, files and master key, and open whatever opens."""
        master = self.house.parts.settings.master_key.read_bytes()
        derived = ("name", "fields", "indexes", "secrets")
        self.secrets |= {master} | {
            custody.derive(master, f"letterlock/{one}/v1") for one in derived
        }
        rows = self._rows()
        for place, value in _values(rows):
            self._take(place, value)
        self._unseal(rows)
        for path in (self.house.parts.settings.data / "blobs").rglob("*"):
            if path.is_file():
                self._take(path.name, path.read_bytes())
        self._try_all()
        return self

    def read(self, words: str) -> list[str]:
        """Where these words stand in what he opened."""
        return [place for place, content in self.opened.items() if words.encode() in content]

    def _rows(self) -> dict[str, list[dict[str, Any]]]:
        with self.house.parts.database.read() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in metadata.sorted_tables
            }

    def _unseal(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """What the vault seals, and what the wrapping keys under it close."""
        for column in sealed_columns(metadata):
            for row in rows[column.table.name]:
                if row[column.name] is not None:
                    place = place_of(column, row)
                    found = self.house.parts.vault.unseal(place, bytes(row[column.name]))
                    self._take("/".join(place), found)
        for row in rows["keys"]:
            place = (row["firm_id"], row["owner_id"], row["id"], row["purpose"])
            for wrapping in list(self.secrets) if row["secret_sealed"] else ():
                with suppress(CryptoError):
                    self._take(row["id"], custody.unseal(wrapping, place, row["secret_sealed"]))

    def _take(self, place: str, content: bytes) -> None:
        """Note what content holds: a secret, an age file, a keyslot."""
        if content.startswith(AGE):
            self.files[place] = content
            return
        if len(content) == 32:
            self.secrets.add(content)
        self.secrets |= {Identity.parse(one.decode()).seed for one in _SECRET.findall(content)}
        self.secrets |= {unb64u(one.decode()) for one in _canonical(content)}
        if content.startswith(b"{") and b'"kdf"' in content:
            self.slots[place] = content.decode()

    def _try_all(self) -> None:
        """Each secret on each keyslot and age file, and what comes of that on all of them again."""
        tried: set[tuple[bytes, str]] = set()
        while pairs := {(one, place) for one in self.secrets for place in self.locks()} - tried:
            for secret, place in pairs:
                if place in self.slots:
                    self._try_slot(secret, self.slots[place])
                elif place not in self.opened:
                    self._try_file(secret, place)
            tried |= pairs

    def locks(self) -> list[str]:
        """All that is closed, by its place."""
        return [*self.files, *self.slots]

    def _try_slot(self, secret: bytes, text: str) -> None:
        slot = parse_keyslot(text)
        with suppress(CryptoError):
            seeds = open_keyslot(slot, secret[:16] if slot.kind == "recovery-code" else secret)
            self.secrets |= {seeds.encryption, seeds.signing}

    def _try_file(self, secret: bytes, place: str) -> None:
        with suppress(CryptoError):
            self.opened[place] = age.decrypt(Identity(secret), self.files[place])
            self._take(f"in {place}", self.opened[place].rstrip(b"\0"))


def _canonical(content: bytes) -> Iterator[bytes]:
    """The 43 characters of base64url that are 32 bytes."""
    for found in _ENCODED.findall(content):
        with suppress(ValueError):
            unb64u(found.decode())
            yield found


def _values(rows: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, bytes]]:
    for table, found in rows.items():
        for number, row in enumerate(found):
            for column, value in row.items():
                place = f"{table}.{column} {number}"
                if isinstance(value, bytes | memoryview):
                    yield place, bytes(value)
                elif value is not None and not isinstance(value, int | bool):
                    text = value if isinstance(value, str) else json.dumps(value)
                    yield place, text.encode()
