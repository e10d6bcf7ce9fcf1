"""What can go wrong with a key, a seal or a signature.

CryptoError
├── MalformedKey     the key is no key: refuse the input
├── SealRefused      the file does not open: show the refusal, keep the file
└── Refusal          a check of the statement failed: `code` says which (statement.md 5)
"""


class CryptoError(Exception):
    """Root of this package's errors. Texts never hold a key or content."""


class MalformedKey(CryptoError):
    """A recipient, identity or public key is not what its format says."""


class SealRefused(CryptoError):
    """An age file or sealed field is damaged, or not for this key."""


class Refusal(CryptoError):
    """A check of envelope.md section 2 failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
