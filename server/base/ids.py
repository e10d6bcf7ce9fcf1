"""Identifiers and secrets."""

import os
import uuid

from server.crypto.encoding import b64u


def new_id() -> str:
    """A random UUID as 32 hexadecimal digits, for rows."""
    return uuid.uuid4().hex


def new_token() -> str:
    """128 random bits as 22 characters of base64url, for links and public ids."""
    return b64u(os.urandom(16))
