"""The signing key, and tokens with Entra's version 2.0 claims."""

import base64
import hashlib
import json
import secrets
import sqlite3
import time
import uuid
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.config import TENANT_ID, Config
from sandbox.database import Database
from sandbox.entra.scopes import Asked
from sandbox.people import SERVICE_PRINCIPAL, Person

LIFETIME = 4000  # seconds; Entra's own lie between 3600 and 5400


class Signer:
    """One RSA key, made at the first start and kept in the sandbox's database."""

    def __init__(self, database: Database) -> None:
        """Read the key, or make it."""
        with database.writing() as db:
            pem = _stored_key(db)
        key = serialization.load_pem_private_key(pem.encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            msg = "the stored signing key is not RSA: delete the sandbox's data folder"
            raise TypeError(msg)
        self._key = key
        self.public = key.public_key()
        der = self.public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.kid = _b64(hashlib.sha256(der).digest())[:27]

    def sign(self, claims: dict[str, Any]) -> str:
        """A compact RS256 token."""
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.kid})

    def verify(self, token: str, audience: str, **options: Any) -> dict[str, Any]:
        """Claims of a token that this key signed for `audience`.

        Raises:
            jwt.InvalidTokenError: Signature, time, or audience is wrong.
        """
        return jwt.decode(token, self.public, algorithms=["RS256"], audience=audience, **options)

    def jwks(self) -> dict[str, Any]:
        """The key set as Entra publishes it."""
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.public, as_dict=True)
        return {"keys": [{**jwk, "use": "sig", "kid": self.kid, "x5t": self.kid, "alg": "RS256"}]}


def _stored_key(db: sqlite3.Connection) -> str:
    row = db.execute("SELECT value FROM setting WHERE name = 'signing key'").fetchone()
    if row:
        return str(row["value"])
    pem = (
        rsa.generate_private_key(65537, 2048)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )
    db.execute("INSERT INTO setting VALUES ('signing key', ?)", (pem,))
    return pem


@dataclass(frozen=True)
class Grant:
    """What a person's sign-in allows: kept with codes and refresh tokens.

    `claims` is the request's `claims` parameter; `confidential` says that the app showed its
    secret. `mfa` says that the person answered a second-factor challenge; `signed_in` when she
    proved who she is, in seconds.
    """

    oid: str
    client: str
    scope: str
    confidential: bool
    nonce: str | None = None
    claims: str | None = None
    mfa: bool = False
    signed_in: int | None = None

    @property
    def wants_cae(self) -> bool:
        """Whether the app declared the client capability cp1."""
        wanted = requested_access_claims(self.claims).get("xms_cc")
        return isinstance(wanted, dict) and "cp1" in wanted.get("values", [])


def requested_access_claims(claims: str | None) -> dict[str, Any]:
    """The `access_token` part of a claims parameter; empty when absent or not JSON."""
    try:
        parsed = json.loads(claims or "{}")
    except ValueError:
        return {}
    part = parsed.get("access_token") if isinstance(parsed, dict) else None
    return part if isinstance(part, dict) else {}


def asks_for_second_factor(claims: str | None) -> bool:
    """Whether a claims parameter carries a conditional access challenge."""
    return "capolids" in requested_access_claims(claims)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _common(config: Config, audience: str) -> dict[str, Any]:
    at = int(time.time())
    return {
        "aud": audience,
        "iss": config.issuer(TENANT_ID),
        "iat": at,
        "nbf": at,
        "exp": at + LIFETIME,
        "tid": TENANT_ID,
        "uti": _b64(secrets.token_bytes(16)),
        "ver": "2.0",
    }


def _person(person: Person, audience: str) -> dict[str, Any]:
    pairwise = hashlib.sha256(f"{audience}\n{person.oid}".encode()).digest()
    return {
        "oid": person.oid,
        "sub": _b64(pairwise),
        "name": person.name,
        "preferred_username": person.address,
    }


def access_token(signer: Signer, config: Config, person: Person, grant: Grant, asked: Asked) -> str:
    """A delegated access token."""
    claims = {
        **_common(config, asked.audience),
        **_person(person, asked.audience),
        "azp": grant.client,
        "azpacr": "1" if grant.confidential else "0",
        "scp": " ".join(asked.names),
    }
    if grant.wants_cae:
        claims["xms_cc"] = ["cp1"]
    if grant.mfa:
        claims["amr"] = ["pwd", "mfa"]
    return signer.sign(claims)


def app_token(signer: Signer, config: Config, asked: Asked, claims: str | None) -> str:
    """An app-only access token: roles, no scp."""
    body = {
        **_common(config, asked.audience),
        "oid": SERVICE_PRINCIPAL,
        "sub": SERVICE_PRINCIPAL,
        "azp": config.client_id,
        "azpacr": "1",
    }
    if asked.names:
        body["roles"] = list(asked.names)
    if "xms_cc" in requested_access_claims(claims):
        body["xms_cc"] = ["cp1"]
    return signer.sign(body)


def id_token(signer: Signer, config: Config, person: Person, grant: Grant) -> str:
    """An id token for the app itself."""
    body = {
        **_common(config, grant.client),
        **_person(person, grant.client),
        "email": person.address,
        "rh": str(uuid.uuid4()),
    }
    if grant.nonce:
        body["nonce"] = grant.nonce
    if grant.signed_in is not None:
        body["auth_time"] = grant.signed_in
    return signer.sign(body)


def client_info(person: Person) -> str:
    """Who signed in, for MSAL's cache keys."""
    return _b64(json.dumps({"uid": person.oid, "utid": TENANT_ID}).encode())
