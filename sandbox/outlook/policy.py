"""Content-Security-Policy of each kind of page."""

from sandbox.config import Config

_NONE = "default-src 'none'; base-uri 'none'; object-src 'none'"
# Sign-in sends the browser back to the app, which is on this machine too.
_FORMS = "form-action 'self' http://localhost:* http://127.0.0.1:*"


def page() -> str:
    """Plain pages: a stylesheet and forms."""
    return f"{_NONE}; style-src 'self'; img-src data:; {_FORMS}; frame-ancestors 'none'"


def window(config: Config) -> str:
    """The Outlook window: its own script, and two frames, the mail and the add-in."""
    frames = " ".join(filter(None, ["'self'", config.addin_origin]))
    return (
        f"{_NONE}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        f" frame-src {frames}; form-action 'none'; frame-ancestors 'none';"
        " require-trusted-types-for 'script'; trusted-types body"
    )


def mail() -> str:
    """Somebody else's html: no script, nothing from elsewhere; links may open new tabs."""
    return (
        f"{_NONE}; style-src 'unsafe-inline'; img-src data:; form-action 'none';"
        " frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
        " allow-same-origin"
    )
