"""Who calls, by the bearer token alone."""

from dataclasses import dataclass, field

import jwt
from flask import request

from sandbox.config import GRAPH_ID, TENANT_ID
from sandbox.entra import tenant
from sandbox.entra.tenant import Granted
from sandbox.graph.errors import GraphError, bad_request, denied
from sandbox.parts import parts
from sandbox.people import Person, by_oid, in_tenant

CHALLENGE = 'Bearer realm="", authorization_uri="{authority}/common/oauth2/authorize"'


@dataclass(frozen=True)
class Caller:
    """A person through an app (`person`, `scopes`), or an app alone (`roles`)."""

    person: Person | None
    scopes: frozenset[str]
    roles: frozenset[str]
    granted: Granted = field(default_factory=Granted)

    def needs(self, *permissions: str) -> None:
        """Refuse a caller that has none of these permissions.

        Raises:
            GraphError: 403.
        """
        held = self.scopes if self.person else self.roles
        if held.isdisjoint(permissions):
            raise denied()


def caller() -> Caller:
    """The caller of this request.

    Raises:
        GraphError: 401, the token is missing, forged, expired or for another audience.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise _unauthenticated("Access token is empty.")
    issuer = parts().config.issuer(TENANT_ID)
    try:
        claims = parts().signer.verify(token, GRAPH_ID, issuer=issuer)
    except jwt.ExpiredSignatureError as cause:
        raise _unauthenticated("Lifetime validation failed, the token is expired.") from cause
    except jwt.InvalidAudienceError as cause:
        raise _unauthenticated("Access token validation failure. Invalid audience.") from cause
    except jwt.InvalidTokenError as cause:
        raise _unauthenticated("CompactToken validation failed: invalid signature.") from cause
    if "scp" in claims:
        return Caller(by_oid(claims["oid"]), frozenset(claims["scp"].split()), frozenset())
    with parts().database.reading() as db:
        granted = tenant.granted(db)
    roles = frozenset(claims.get("roles", ()))
    if granted.mailboxes is not None:
        roles |= {"Mail.Read", "Mail.Send"}  # for these mailboxes; mailbox_of looks which
    return Caller(None, frozenset(), roles, granted)


def _unauthenticated(message: str) -> GraphError:
    challenge = CHALLENGE.format(authority=parts().config.authority)
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": challenge})


def mailbox_of(who: Caller, user: str | None) -> Person:
    """The mailbox that a path names; None stands for `/me`.

    Raises:
        GraphError: `/me` without a person, no such user, or not the caller's own mailbox.
    """
    if user is None:
        if who.person is None:
            text = "/me request is only valid with delegated authentication flow."
            raise bad_request("BadRequest", text)
        return who.person
    named = in_tenant(user)
    if named is None:
        raise GraphError(404, "ErrorInvalidUser", "The requested user is invalid.")
    if who.person is not None and named != who.person:
        raise denied()
    if who.person is None and not who.granted.lets_send(named.address):
        raise denied()
    return named
