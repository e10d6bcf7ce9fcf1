"""What can go wrong with a key, a seal or a signature.

CryptoError
├── MalformedKey     the key is no key: refuse the input
├── SealRefused      the file does not open: show the refusal, keep the file; `reason` says why
├── KeyslotRefused   take nothing, open nothing: `code` says why (keyslots.md 5)
├── PairingRefused   seal nothing, take nothing in: `code` says why (pairing.md 2)
├── LevelRefused     show no level, seal nothing: `code` says why (levels.md 4)
└── Refusal          a check of the statement failed: `code` says which (statement.md 5)
"""

from typing import Literal

Fault = Literal[
    "header",  # it does not begin like an age v1 file, or its beginning is damaged
    "too-large",  # its header is larger than any this reader accepts
    "stanza",  # it is sealed in a way that this reader does not accept
    "no-match",  # it is sealed to another key
    "mac",  # its header was changed
    "payload",  # its content was changed, or bytes were added
    "truncated",  # its end is missing
    "field",  # not a file but a sealed field: another key, another place, or changed
]


class CryptoError(Exception):
    """Root of this package's errors. Texts never hold a key or content."""


class MalformedKey(CryptoError):
    """A recipient, identity or public key is not what its format says."""


class SealRefused(CryptoError):
    """An age file or sealed field is damaged, or not for this key.

    The reasons are those of the browser's package, in the order in which a reader finds them.
    """

    def __init__(self, message: str, *, reason: Fault = "field") -> None:
        super().__init__(message)
        self.reason = reason


class Refusal(CryptoError):
    """A check of envelope.md section 2 failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


KeyslotCode = Literal[
    "keyslot-malformed",
    "keyslot-costly",
    "keyslot-weak",
    "keyslot-foreign",
    "keyslot-prf",
    "keyslot-password",
    "recovery-code",
    "keyslot-secret",
    "keyslot-damaged",
    "keyslot-identity",
    "prf-in-body",
]


class KeyslotRefused(CryptoError):
    """A keyslot, or what shall open one, is refused (keyslots.md section 5)."""

    def __init__(self, code: KeyslotCode) -> None:
        super().__init__(code)
        self.code: KeyslotCode = code


PairingCode = Literal["pairing-code", "pairing-link", "pairing-answer", "pairing-other-key"]


class PairingRefused(CryptoError):
    """A pane is not paired (pairing.md section 2)."""

    def __init__(self, code: PairingCode) -> None:
        super().__init__(code)
        self.code: PairingCode = code


LevelCode = Literal[
    "level-sender", "level-custody", "level-claimed", "level-waiting", "level-below"
]


class LevelRefused(CryptoError):
    """What is claimed of a message's level does not hold (levels.md section 4)."""

    def __init__(self, code: LevelCode) -> None:
        super().__init__(code)
        self.code: LevelCode = code
