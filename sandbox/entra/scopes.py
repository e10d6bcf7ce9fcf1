"""Scopes: which resource a request is for, and which of its permissions the tenant granted."""

from dataclasses import dataclass

from sandbox.config import GRAPH_ID, Config
from sandbox.entra.errors import EntraError, invalid_grant
from sandbox.entra.tenant import Granted

OIDC = frozenset({"openid", "profile", "email", "offline_access"})
GRAPH = "https://graph.microsoft.com"
GRAPH_DELEGATED = frozenset(
    {"User.Read", "Mail.Send", "Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite", "People.Read"}
)
PERSONAL = frozenset({"People.Read"})  # each person consents for herself, unless the tenant has
GRAPH_ROLES = ("Mail.Read", "Mail.Send")
API_SCOPE = "access_as_user"


@dataclass(frozen=True)
class Asked:
    """A parsed scope parameter. `names` are the permissions at `audience`, without its prefix."""

    audience: str
    prefix: str
    names: tuple[str, ...]
    oidc: frozenset[str]

    @property
    def granted(self) -> str:
        """The `scope` of the answer: resource permissions with their prefix, then OIDC's."""
        full = [f"{self.prefix}/{name}" if self.prefix else name for name in self.names]
        return " ".join([*full, *sorted(self.oidc)])


def parse(config: Config, scope: str, granted: Granted) -> Asked:
    """Read a scope parameter of the delegated flows.

    Raises:
        EntraError: Two resources at once, an unknown permission, or one not consented to.
    """
    words = scope.split()
    oidc = frozenset(words) & OIDC
    found: dict[str, list[str]] = {}
    for word in words:
        if word not in OIDC:
            prefix, name = _split(config, word)
            found.setdefault(prefix, []).append(name)
    if len(found) > 1:
        text = "The scope is not valid because it contains more than one resource."
        raise EntraError("invalid_request", 28000, text)
    prefix, names = next(iter(found.items()), (GRAPH, ["User.Read"]))
    served = GRAPH_DELEGATED if prefix == GRAPH else frozenset({API_SCOPE})
    known = frozenset(filter(granted.allows, served))
    if ".default" in names:
        names = sorted(known)
    if unknown := set(names) - known:
        text = f"The app has no consent for {len(unknown)} of the permissions it asks for."
        raise invalid_grant(65001, text, suberror="consent_required")
    audience = GRAPH_ID if prefix == GRAPH else config.client_id
    return Asked(audience, prefix, tuple(dict.fromkeys(names)), oidc)


def parse_app_only(config: Config, scope: str) -> Asked:
    """Read the scope of client credentials: one resource and `/.default`, nothing else.

    Raises:
        EntraError: Any other form.
    """
    words = scope.split()
    if len(words) != 1 or not words[0].endswith("/.default"):
        text = "The scope of client credentials must be a resource with /.default."
        raise EntraError("invalid_scope", 1002012, text)
    prefix, _ = _split(config, words[0])
    audience = GRAPH_ID if prefix == GRAPH else config.client_id
    return Asked(audience, prefix, GRAPH_ROLES if prefix == GRAPH else (), frozenset())


def _split(config: Config, word: str) -> tuple[str, str]:
    """Resource and permission; bare names are Graph's."""
    prefix, _, name = word.rpartition("/")
    prefix = prefix.rstrip("/")
    if prefix in ("", GRAPH, GRAPH_ID):
        return GRAPH, name
    if prefix in (f"api://{config.client_id}", config.client_id):
        return prefix, name
    text = "The resource principal was not found in the tenant."
    raise EntraError("invalid_resource", 500011, text)
