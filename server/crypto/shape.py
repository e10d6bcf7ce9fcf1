"""Checks of parsed JSON, member by member. Whatever does not fit is one refusal, never a guess."""

import re
from typing import Annotated, Final

from server.crypto.encoding import Json
from server.crypto.errors import Refusal

LEVELS: Final = ("managed", "passphrase", "self-held")
END_OF_TIME: Final = 253_402_300_800
CUSTODIES: Final = frozenset({"managed", "self-held"})
ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
HASH: Final = re.compile(r"[A-Za-z0-9_-]{43}")
ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")

Fingerprint = Annotated[str, "43 characters of base64url"]


class Shape:
    """Checks that refuse with one code, such as statement-malformed."""

    def __init__(self, code: str) -> None:
        self.code = code

    def must(self, holds: bool) -> None:  # noqa: FBT001 an assertion that survives -O
        """Refuse unless it holds."""
        if not holds:
            raise Refusal(self.code)

    def items(self, value: Json) -> list[Json]:
        """A list."""
        if not isinstance(value, list):
            raise Refusal(self.code)
        return value

    def record(self, value: Json, members: set[str]) -> dict[str, Json]:
        """An object with exactly these members."""
        if not isinstance(value, dict) or value.keys() != members:
            raise Refusal(self.code)
        return value

    def text(self, value: Json) -> str:
        """A string that is not empty."""
        if not isinstance(value, str) or not value:
            raise Refusal(self.code)
        return value

    def match(self, pattern: re.Pattern[str], value: Json) -> str:
        """A string of this form."""
        text = self.text(value)
        self.must(pattern.fullmatch(text) is not None)
        return text

    def address(self, value: Json) -> str:
        """A mail address in lower case and ASCII."""
        text = self.match(ADDRESS, value)
        self.must(text == text.lower())
        return text

    def one_of(self, allowed: tuple[str, ...] | frozenset[str] | set[str], value: Json) -> str:
        """One of these words."""
        text = self.text(value)
        self.must(text in allowed)
        return text

    def count(self, value: Json, *, least: int = 0) -> int:
        """An integer of at least `least`."""
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise Refusal(self.code)
        return value

    def time(self, value: Json) -> int:
        """Seconds since 1970 UTC, before the year 10000."""
        seconds = self.count(value)
        self.must(seconds < END_OF_TIME)
        return seconds

    def one(self, value: Json) -> None:
        """The version: the integer 1, and not true."""
        self.must(value == 1 and value is not True)
