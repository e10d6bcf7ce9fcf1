"""Security headers of every answer. Source: OWASP ASVS 5 V3.4, docs/spec/http.md section 1.

Four policies: pages of the portal (never framed), pages of the add-in (framed by Office hosts
only), the empty document into which a message is put, and the script that stretches passwords.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Response

from server.base.http import ADDIN, PORTAL
from server.base.settings import Settings

_DEVICES: Final = "camera=({camera}), geolocation=(), microphone=(), payment=(), usb=()"
_TRUSTED: Final = "require-trusted-types-for 'script'"
# A worker is under its own response's policy: this one computes, loads nothing and calls nobody.
_STRETCHING: Final = (
    f"default-src 'none'; script-src 'wasm-unsafe-eval'; {_TRUSTED}; trusted-types 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Headers:
    """The headers of an installation; its policies are written out once."""

    def __init__(self, settings: Settings) -> None:
        self._policies = {host: "; ".join(_policy(settings, host)) for host in (ADDIN, PORTAL)}
        self._frames = {host: "; ".join(_frame_policy(settings, host)) for host in (ADDIN, PORTAL)}
        self._is_secure = settings.secure

    def secure(
        self,
        response: Response,
        *,
        host: str,
        frame: bool,
        stretching: bool = False,
        scanning: bool = False,
    ) -> None:
        """Set the headers for one host.

        `frame` is the message's own document; `stretching` the worker of Argon2id, which alone may
        compile WebAssembly (docs/adr/0031-argon2-in-the-browser.md); `scanning` the page on which
        the code of a safety number is scanned, which alone may ask for the camera.
        """
        headers = response.headers
        policies = self._frames if frame else self._policies
        headers["Content-Security-Policy"] = _STRETCHING if stretching else policies[host]
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Permissions-Policy"] = _DEVICES.format(camera="self" if scanning else "")
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        if host != ADDIN:
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["X-Frame-Options"] = "SAMEORIGIN" if frame else "DENY"
        if self._is_secure:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"


def _frame_policy(settings: Settings, host: str) -> tuple[str, ...]:
    """Nothing runs in a message, nothing is fetched for it, and only our own page frames it.

    In the pane that page stands in a frame of Office, and every frame around it counts.
    """
    ancestors = _office_frames(settings) if host == ADDIN else "'self'"
    return (
        "default-src 'none'", "style-src 'self'", "img-src data: blob:", "base-uri 'none'",
        "form-action 'none'", f"frame-ancestors {ancestors}",
    )  # fmt: skip


def _policy(settings: Settings, host: str) -> tuple[str, ...]:
    addin = host == ADDIN
    scripts = f" {_origin(settings.office_js)}" if addin else ""
    ancestors = _office_frames(settings) if addin else "'none'"
    connect = "connect-src 'self'"
    if addin:
        connect += f" {_origin(settings.graph_url)} {_origin(settings.authority)}"
    policy = (
        "default-src 'none'", f"script-src 'self'{scripts}", "style-src 'self'",
        "img-src 'self' data: blob:", connect, "worker-src 'self'", "frame-src 'self'",
        "base-uri 'none'", "form-action 'self'", f"frame-ancestors {ancestors}",
    )  # fmt: skip
    # Microsoft's office.js writes scripts by string, so Trusted Types are for the portal only.
    return policy if addin else (*policy, _TRUSTED, "trusted-types letterlock dompurify")


def _office_frames(settings: Settings) -> str:
    demo = (_origin(settings.office_js),) if settings.demo else ()
    return " ".join(("'self'", *settings.cloud.office_hosts, *demo))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
