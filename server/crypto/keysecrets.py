"""What opens a keyslot, as far as Python needs it: limits, recovery codes, firm recovery.

Source: docs/spec/keyslots.md section 3. The server derives nothing from a password; it looks at
what a client posts. Codes and recovery are for vectors, audits and an offline machine.
"""

import hashlib
from typing import Final

from server.crypto import age
from server.crypto.encoding import Json, unb64u
from server.crypto.errors import KeyslotRefused, SealRefused
from server.crypto.identity import Identity

SECRET: Final = 32
CODE: Final = 16
MAX_MEMORY: Final = 262_144  # KiB
MAX_PASSES: Final = 16
MAX_WORK: Final = 1_048_576  # KiB times passes
FLOORS: Final = ((65_536, 3), (32_768, 4))  # KiB and passes, of which one pair must be reached

_MAX_DEPTH: Final = 64
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LETTERS: Final = 28
_GROUP: Final = 4
_CHECKSUM_BITS: Final = 12
_CODE_DOMAIN: Final = b"letterlock/recovery-code/v1\x00"


def check_cost(*, memory: int, passes: int) -> None:
    """Refuse parameters of Argon2id that no client may compute; memory in KiB.

    Raises:
        KeyslotRefused: keyslot-costly or keyslot-weak.
    """
    if memory > MAX_MEMORY or passes > MAX_PASSES or memory * passes > MAX_WORK:
        raise KeyslotRefused("keyslot-costly")
    if not any(memory >= least and passes >= times for least, times in FLOORS):
        raise KeyslotRefused("keyslot-weak")


def secret_of_prf(result: bytes) -> bytes:
    """The secret of a passkey.

    Raises:
        KeyslotRefused: keyslot-prf, unless it is 32 bytes, one of which is not zero.
    """
    if len(result) != SECRET or not any(result):
        raise KeyslotRefused("keyslot-prf")
    return result


def has_prf_result(body: Json) -> bool:
    """Whether a body holds the secret of a passkey, as `credential.toJSON()` does."""
    return _holds(body, 0)


def refuse_prf_result(body: Json) -> None:
    """Refuse such a body, which must not be logged either.

    Raises:
        KeyslotRefused: prf-in-body.
    """
    if has_prf_result(body):
        raise KeyslotRefused("prf-in-body")


def write_recovery_code(secret: bytes) -> str:
    """A code of 16 random bytes as it is printed: seven groups of four.

    Raises:
        ValueError: Another length.
    """
    if len(secret) != CODE:
        raise ValueError(f"a recovery code has {CODE} bytes")
    number = int.from_bytes(secret, "big") << _CHECKSUM_BITS | _checksum(secret)
    letters = "".join(_ALPHABET[number >> 5 * at & 31] for at in reversed(range(_LETTERS)))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _LETTERS, _GROUP))


def read_recovery_code(typed: str) -> bytes:
    """The 16 bytes of a code as it was typed.

    Raises:
        KeyslotRefused: recovery-code.
    """
    letters = typed.replace(" ", "").replace("-", "")
    # Before upper(): a dotless i becomes an I, and a sharp s two letters.
    values = [_ALPHABET.find(each.upper()) for each in letters if each.isascii()]
    if len(values) != len(letters) or len(letters) != _LETTERS or -1 in values:
        raise KeyslotRefused("recovery-code")
    number = 0
    for value in values:
        number = number << 5 | value
    secret = (number >> _CHECKSUM_BITS).to_bytes(CODE, "big")
    if _checksum(secret) != number & ((1 << _CHECKSUM_BITS) - 1):
        raise KeyslotRefused("recovery-code")
    return secret


def secret_of_recovery(sealed: str, identity: Identity) -> bytes:
    """The secret in `kdf.secret` of a slot for firm recovery, base64url of an age file.

    Raises:
        KeyslotRefused: keyslot-secret if it is sealed to another identity, else keyslot-damaged.
    """
    try:
        secret = age.decrypt(identity, unb64u(sealed))
    except SealRefused as error:
        wrong = error.reason == "no-match"
        raise KeyslotRefused("keyslot-secret" if wrong else "keyslot-damaged") from error
    except ValueError as error:
        raise KeyslotRefused("keyslot-damaged") from error
    if len(secret) != SECRET:
        raise KeyslotRefused("keyslot-damaged")
    return secret


def _holds(value: Json, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        return True
    match value:
        case list():
            return any(_holds(item, depth + 1) for item in value)
        case dict():
            prf = value.get("prf")
            if "hmacGetSecret" in value or (
                isinstance(prf, dict) and prf.get("results") is not None
            ):
                return True
            return any(_holds(item, depth + 1) for item in value.values())
        case _:
            return False


def _checksum(secret: bytes) -> int:
    digest = hashlib.sha256(_CODE_DOMAIN + secret).digest()
    return int.from_bytes(digest[:2], "big") >> 16 - _CHECKSUM_BITS
