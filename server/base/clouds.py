"""Microsoft's clouds: each has its own sign-in, its own Graph and its own Office hosts.

Tokens of one cloud are worth nothing in another, so one installation is in one cloud. Sources:
learn.microsoft.com/graph/deployments, learn.microsoft.com/entra/identity-platform/authentication-national-cloud,
and Microsoft 365's endpoint lists of each cloud. Only the global one has been tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

OFFICE_JS: Final = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"


@dataclass(frozen=True, slots=True)
class Cloud:
    """Origins of sign-in and Graph, the address of office.js, and who may frame the add-in."""

    authority: str
    graph: str
    office_js: str
    office_hosts: tuple[str, ...]


_OWN: Final = (
    "https://outlook.office.com", "https://outlook.office365.com", "https://outlook.live.com",
    "https://*.cloud.microsoft", "https://*.officeapps.live.com", "https://*.office.com",
    "https://*.office365.com", "https://*.sharepoint.com", "https://*.microsoft365.com",
)  # fmt: skip
GLOBAL: Final = "global"
CLOUDS: Final[Mapping[str, Cloud]] = MappingProxyType(
    {
        GLOBAL: Cloud(
            "https://login.microsoftonline.com", "https://graph.microsoft.com", OFFICE_JS, _OWN
        ),
        "usgov": Cloud(
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us",
            OFFICE_JS,
            ("https://outlook.office365.us", "https://*.office365.us", "https://*.sharepoint.us"),
        ),
        "usdod": Cloud(
            "https://login.microsoftonline.us",
            "https://dod-graph.microsoft.us",
            OFFICE_JS,
            (
                "https://outlook-dod.office365.us", "https://webmail.apps.mil",
                "https://*.office365.us", "https://*.sharepoint-mil.us",
            ),
        ),
        "china": Cloud(
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
            "https://appsforoffice.cdn.partner.office365.cn/appsforoffice/lib/1/hosted/office.js",
            (
                "https://partner.outlook.cn", "https://*.partner.outlook.cn",
                "https://*.officewebapps.cn", "https://*.sharepoint.cn",
                "https://*.office365.cn",
            ),
        ),
    }
)  # fmt: skip
