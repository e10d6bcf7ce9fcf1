"""Settings of one sandbox, read once by `__main__` and passed down."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PACKAGE = Path(__file__).parent

TENANT_ID = "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"
TENANT_DOMAIN = "hart.example"
CLIENT_ID = "3d9b6c1e-8a54-4e0e-b6a5-0e6f8f1c2b22"
DEMO_SECRET = "demo-secret-not-for-use"  # noqa: S105  the fixed secret of the demo, public on purpose
GRAPH_ID = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True)
class Config:
    """One sandbox: where it listens, what it keeps, which add-in its Outlook window shows.

    `addin_url` is the address of the add-in's compose pane; without it no window has a
    Letterlock button. `moment` is how many seconds lie between 202 and delivery. `dist` holds the
    two built scripts `office.js` and `outlook.js`.
    """

    data: Path
    port: int
    addin_url: str | None = None
    client_secret: str = DEMO_SECRET
    client_id: str = CLIENT_ID
    moment: float = 0.3
    dist: Path = PACKAGE / "dist"

    @property
    def authority(self) -> str:
        """Entra's base address. https, though nothing here speaks TLS: MSAL refuses http."""
        return f"https://localhost:{self.port}"

    @property
    def origin(self) -> str:
        """Where browsers find the Outlook window."""
        return f"http://localhost:{self.port}"

    @property
    def addin_origin(self) -> str | None:
        """Scheme, host and port of the add-in, the only page the window hosts."""
        if self.addin_url is None:
            return None
        parts = urlsplit(self.addin_url)
        return f"{parts.scheme}://{parts.netloc}"

    def issuer(self, tenant: str) -> str:
        """The `iss` of version 2.0 tokens of a tenant."""
        return f"{self.authority}/{tenant}/v2.0"
