"""The two ceremonies of WebAuthn, checked by Yubico's fido2: what was made, and who signed.

Options and credentials are those of WebAuthn's JSON (Level 3, section 5.1). Nothing here is kept.
Source: docs/spec/enrolment.md section 2.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256, CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    RegistrationResponse,
)

from server.crypto.encoding import b64u, unb64u

ALGORITHMS: Final = (-8, -7, -257)  # EdDSA, ES256, RS256
MIN_ID: Final = 16  # bytes of a credential's id; WebAuthn Level 3 section 4
MAX_ID: Final = 1023
TRANSPORTS: Final = frozenset({"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"})
_TYPE: Final = "public-key"
# What the library raises at bytes of a stranger, beside ValueError.
_MALFORMED: Final = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, OverflowError,
    RecursionError, struct.error, UnsupportedAlgorithm,
)  # fmt: skip
# In place of a key that nobody has: an unknown credential costs as much time as a known one.
_NOBODYS: Final = ec.generate_private_key(ec.SECP256R1()).public_key()
_DECOY: Final = cbor.encode(ES256.from_cryptography_key(_NOBODYS))  # type: ignore[no-untyped-call]


class NotGenuine(Exception):
    """Not what was asked for: malformed, of another site or challenge, or not signed by this key."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new credential: its id (base64url), COSE key, counter, and how it is reached."""

    credential: str
    public_key: bytes
    counter: int
    transports: list[str]


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey belongs: the portal's origin; the RP ID is its host name, for life."""

    origin: str
    name: str

    @property
    def rp_id(self) -> str:
        """The host name alone."""
        return urlsplit(self.origin).hostname or ""


def options_to_make(
    site: Site, *, challenge: str, user: Mapping[str, str], known: Sequence[tuple[str, list[str]]]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON.

    Args:
        site: Where the passkey will belong.
        challenge: 32 bytes, base64url.
        user: `id` (base64url), `name` and `displayName`.
        known: Credentials of hers and their transports, which make no second passkey.
    """
    return {
        "rp": {"id": site.rp_id, "name": site.name},
        "user": dict(user),
        "challenge": challenge,
        "pubKeyCredParams": [{"type": _TYPE, "alg": one} for one in ALGORITHMS],
        "timeout": 300_000,
        "excludeCredentials": [
            {"type": _TYPE, "id": credential, "transports": transports}
            for credential, transports in known
        ],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
        "extensions": {"prf": {}},
    }


def options_to_sign_in(site: Site, *, challenge: str) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON that names no credential."""
    return {
        "challenge": challenge,
        "rpId": site.rp_id,
        "timeout": 300_000,
        "allowCredentials": [],
        "userVerification": "required",
    }


def made(site: Site, credential: Mapping[str, Any], *, challenge: str) -> Made:
    """What was made for this challenge, at this site, by a verified user.

    Raises:
        NotGenuine: It was not, its key is of another kind than was asked for, or broken.
    """
    try:
        response = RegistrationResponse.from_dict(credential)
        _require_own_frame(response.response.client_data)
        data = _server(site).register_complete(_state(challenge), response).credential_data
        if data is None or data.credential_id != response.raw_id:
            raise NotGenuine
        _require_key(data.public_key, len(data.credential_id))
        counter = response.response.attestation_object.auth_data.counter
        key = cbor.encode(data.public_key)
    except _MALFORMED as error:
        raise NotGenuine from error
    return Made(b64u(data.credential_id), key, counter, _transports(credential))


def credential_id(credential: Mapping[str, Any]) -> str:
    """The id of a credential as a response names it, base64url; empty where it has none."""
    found = credential.get("rawId")
    try:
        raw = unb64u(found) if isinstance(found, str) else b""
    except ValueError:
        return ""
    return b64u(raw) if MIN_ID <= len(raw) <= MAX_ID else ""


def signed(
    site: Site, credential: Mapping[str, Any], *, challenge: str, public_key: bytes | None
) -> tuple[int, str]:
    """Check a signature for this challenge, at this site, by a verified user.

    `public_key` is the credential's COSE key, or None for one that nobody has, which takes as long.
    Returns the counter, and the user handle in base64url.

    Raises:
        NotGenuine: It is not so.
    """
    try:
        response = AuthenticationResponse.from_dict(credential)
        if b64u(response.raw_id) != credential_id(credential):
            raise NotGenuine
        _require_own_frame(response.response.client_data)
        key = CoseKey.parse(cbor.decode(public_key or _DECOY))  # type: ignore[arg-type]  # a map
        known = AttestedCredentialData.create(Aaguid.NONE, response.raw_id, key)
        _server(site).authenticate_complete(_state(challenge), [known], response)
        handle = response.response.user_handle
        counter = response.response.authenticator_data.counter
    except _MALFORMED as error:
        raise NotGenuine from error
    return counter, b64u(handle or b"")


def _server(site: Site) -> Fido2Server:
    rp = PublicKeyCredentialRpEntity(id=site.rp_id, name=site.name)
    return Fido2Server(rp, verify_origin=lambda origin: origin == site.origin)


def _state(challenge: str) -> dict[str, str]:
    if not challenge:
        raise NotGenuine  # an empty one would be answered by an empty one
    return {"challenge": challenge, "user_verification": "required"}


def _require_own_frame(client_data: Any) -> None:
    """A page of ours in a frame of another site is not ours."""
    if client_data.cross_origin is not False:
        raise NotGenuine


def _require_key(key: CoseKey, size: int) -> None:
    """The key is of a kind that was asked for, and can be computed with; the id has a length that ids have."""
    if key.ALGORITHM not in ALGORITHMS or not MIN_ID <= size <= MAX_ID:
        raise NotGenuine
    try:
        key.verify(b"", b"")
    except InvalidSignature:
        return
    raise NotGenuine


def _transports(credential: Mapping[str, Any]) -> list[str]:
    found = credential["response"].get("transports")
    named = found if isinstance(found, list) else []
    return sorted(TRANSPORTS & {one for one in named if isinstance(one, str)})
