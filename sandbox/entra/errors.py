"""Refusals as Entra words them: OAuth's `error` and an AADSTS number."""

import uuid
from datetime import UTC, datetime
from typing import Any


class EntraError(Exception):
    """A refusal of the token or authorize endpoint; `body` is the JSON to answer."""

    def __init__(
        self,
        error: str,
        number: int,
        text: str,
        *,
        status: int = 400,
        suberror: str | None = None,
        claims: str | None = None,
    ) -> None:
        """`number` is the AADSTS code, `text` its sentence."""
        super().__init__(f"AADSTS{number}: {text}")
        self.error, self.number, self.status = error, number, status
        self._more = {"suberror": suberror, "claims": claims}

    def body(self, correlation_id: str | None = None) -> dict[str, Any]:
        """Entra's JSON; the correlation id of the caller, when it sent one, comes back."""
        trace, correlation = str(uuid.uuid4()), correlation_id or str(uuid.uuid4())
        stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        return {
            "error": self.error,
            "error_description": f"{self} Trace ID: {trace} Correlation ID: {correlation}"
            f" Timestamp: {stamp}",
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            **{name: value for name, value in self._more.items() if value is not None},
        }


def invalid_client() -> EntraError:
    """Unknown app or wrong secret."""
    return EntraError(
        "invalid_client", 7000215, "Invalid client secret provided, or unknown app.", status=401
    )


def invalid_grant(number: int, text: str, **more: str) -> EntraError:
    """A code, token or assertion that is not good."""
    return EntraError("invalid_grant", number, text, **more)  # type: ignore[arg-type]
