"""A software authenticator: makes passkeys and signs with them, as a browser would hand them on."""

import hashlib
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2 import cose
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from server.crypto.encoding import b64u, unb64u
from tests.house import ORIGIN

FLAG = AuthenticatorData.FLAG
VERIFIED = FLAG.UP | FLAG.UV
KINDS = ("EdDSA", "ES256", "RS256")


def _new_key(kind: str) -> Any:
    match kind:
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES384":
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Authenticator:
    """Holds one passkey. What a test changes is signed as it then is."""

    kind: str = "ES256"
    origin: str = ORIGIN
    rp: str = "localhost"
    flags: int = VERIFIED
    counter: int = 0
    cross_origin: bool = False
    id: bytes = field(default_factory=lambda: os.urandom(32))
    handle: str = ""
    key: Any = None

    def __post_init__(self) -> None:
        self.key = self.key or _new_key(self.kind)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """A RegistrationResponseJSON to these options."""
        self.handle = options["user"]["id"]
        public = getattr(cose, self.kind).from_cryptography_key(self.key.public_key())
        data = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        attestation = AttestationObject.create("none", self._data(FLAG.AT, data), {})
        response = {
            "clientDataJSON": b64u(self._client("webauthn.create", options)),
            "attestationObject": b64u(attestation),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """An AuthenticationResponseJSON to these options."""
        client, data = self._client("webauthn.get", options), self._data(0, b"")
        response = {
            "clientDataJSON": b64u(client),
            "authenticatorData": b64u(data),
            "signature": b64u(self._sign(bytes(data) + hashlib.sha256(client).digest())),
            "userHandle": self.handle,
        }
        return self._credential(response)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = unb64u(options["challenge"])
        return bytes(
            CollectedClientData.create(kind, challenge, self.origin, cross_origin=self.cross_origin)
        )

    def _data(self, more: int, credential: bytes) -> AuthenticatorData:
        rp = hashlib.sha256(self.rp.encode()).digest()
        return AuthenticatorData.create(rp, FLAG(self.flags | more), self.counter, credential)

    def _sign(self, message: bytes) -> bytes:
        match self.kind:
            case "EdDSA":
                signature = self.key.sign(message)
            case "ES256":
                signature = self.key.sign(message, ec.ECDSA(hashes.SHA256()))
            case _:
                signature = self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return bytes(signature)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": b64u(self.id),
            "rawId": b64u(self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"prf": {"enabled": True}},
            "response": response,
        }
