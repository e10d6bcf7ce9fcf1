"""Nested app authentication: the window asks for its person, as Outlook's broker does."""

import sqlite3
from typing import Any
from urllib.parse import urlsplit

from sandbox.config import TENANT_ID
from sandbox.entra import grants, tenant, tokens
from sandbox.entra.errors import EntraError, invalid_grant
from sandbox.entra.scopes import PERSONAL
from sandbox.entra.tokens import Grant
from sandbox.parts import Parts
from sandbox.people import Person


def token_for(
    parts: Parts,
    person: Person,
    *,
    pane_origin: str,
    client: str,
    scope: str,
    claims: str | None,
    interactive: bool,
) -> dict[str, Any]:
    """Tokens for an app that runs in a pane of the window.

    A challenge for a second factor in `claims` is answered only by an interactive request, and so
    is a permission to which each person consents herself, the first time.

    Raises:
        EntraError: `interaction_required` when a page must be shown first; else final.
    """
    config = parts.config
    if client != config.client_id:
        raise EntraError("unauthorized_client", 700016, "The app is not registered in the tenant.")
    if pane_origin != config.addin_origin:
        host = urlsplit(pane_origin).netloc
        text = f"The redirect URI brk-multihub://{host} is not registered for the app."
        raise EntraError("invalid_request", 50011, text)
    challenged = tokens.asks_for_second_factor(claims)
    if challenged and not interactive:
        text = "You must use multi-factor authentication to access the resource."
        raise EntraError("interaction_required", 50076, text, suberror="basic_action")
    if person.oid is None or not person.signs_in:
        raise invalid_grant(50034, "The user account does not exist in the tenant.")
    grant = Grant(person.oid, client, f"{scope} openid profile", False, None, claims, challenged)
    with parts.database.writing() as db:
        _consent(db, person, scope, interactive=interactive)
        body = grants.answer(grants.TokenRequest(db, config, parts.signer, {}), grant)
    return {**body, "tenant": TENANT_ID, "home_account_id": f"{person.oid}.{TENANT_ID}"}


def _consent(db: sqlite3.Connection, person: Person, scope: str, *, interactive: bool) -> None:
    """See that a person has consented to what she must; an interactive request is her consent."""
    asked = {word.rpartition("/")[2] for word in scope.split()} & PERSONAL
    if not asked or tenant.granted(db).consented is not None:
        return
    for name in asked - set(tenant.consents_of(db, person.address)):
        if not interactive:
            text = "The user has not consented to use the application."
            raise EntraError("interaction_required", 65001, text, suberror="consent_required")
        tenant.note_consent(db, person.address, name)
