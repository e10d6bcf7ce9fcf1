"""Codes and refresh tokens: only their hashes are kept."""

import base64
import hashlib
import json
import secrets
import sqlite3
import time
from dataclasses import asdict, dataclass

from sandbox.entra.errors import EntraError, invalid_grant
from sandbox.entra.tokens import Grant

_CODE_LIFE = 600.0
_REFRESH_LIFE = 90 * 86400.0


@dataclass(frozen=True)
class CodeRequest:
    """What the authorize endpoint promised to a code. `challenge` is PKCE's S256, or None."""

    grant: Grant
    redirect_uri: str
    challenge: str | None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code(db: sqlite3.Connection, request: CodeRequest) -> str:
    """A code, good once and for ten minutes."""
    code = "1.A" + secrets.token_urlsafe(48)
    db.execute(
        "INSERT INTO auth_code (hash, expires, request) VALUES (?, ?, ?)",
        (_hash(code), time.time() + _CODE_LIFE, json.dumps(asdict(request))),
    )
    return code


def redeem_code(db: sqlite3.Connection, code: str) -> CodeRequest:
    """What a code stands for; it is used up.

    Raises:
        EntraError: Unknown, expired, or used before.
    """
    row = db.execute("SELECT * FROM auth_code WHERE hash = ?", (_hash(code),)).fetchone()
    if row is None:
        raise invalid_grant(
            70000, "The provided value for the input parameter 'code' is not valid."
        )
    if row["used"]:
        raise invalid_grant(54005, "OAuth2 Authorization code was already redeemed.")
    if row["expires"] < time.time():
        raise invalid_grant(70008, "The provided authorization code is expired.")
    db.execute("UPDATE auth_code SET used = 1 WHERE hash = ?", (_hash(code),))
    raw = json.loads(row["request"])
    return CodeRequest(Grant(**raw["grant"]), raw["redirect_uri"], raw["challenge"])


def new_refresh_token(db: sqlite3.Connection, grant: Grant) -> str:
    """A refresh token for a grant."""
    token = "1.R" + secrets.token_urlsafe(64)
    db.execute(
        "INSERT INTO refresh_token (hash, expires, grant_) VALUES (?, ?, ?)",
        (_hash(token), time.time() + _REFRESH_LIFE, json.dumps(asdict(grant))),
    )
    return token


def rotate(db: sqlite3.Connection, token: str) -> tuple[Grant, str]:
    """The grant of a refresh token and its successor.

    The old one stays good until its successor is used, so that a lost answer costs nobody the
    sign-in; then it is refused.

    Raises:
        EntraError: Unknown, expired or superseded.
    """
    row = db.execute("SELECT * FROM refresh_token WHERE hash = ?", (_hash(token),)).fetchone()
    if row is None or row["retired"] or row["expires"] < time.time():
        raise invalid_grant(700082, "The refresh token has expired or was replaced by a newer one.")
    db.execute("UPDATE refresh_token SET retired = 1 WHERE successor = ?", (_hash(token),))
    grant = Grant(**json.loads(row["grant_"]))
    fresh = new_refresh_token(db, grant)
    db.execute(
        "UPDATE refresh_token SET successor = ? WHERE hash = ?", (_hash(fresh), _hash(token))
    )
    return grant, fresh


def check_challenge(challenge: str | None, verifier: str | None) -> None:
    """PKCE, S256 only.

    Raises:
        EntraError: Verifier missing, uncalled for, or not the challenge's.
    """
    if challenge is None and verifier is None:
        return
    digest = hashlib.sha256((verifier or "").encode()).digest()
    ours = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if challenge is None or not secrets.compare_digest(challenge, ours):
        raise EntraError(
            "invalid_grant", 501481, "The Code_Verifier does not match the code_challenge."
        )
