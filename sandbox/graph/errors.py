"""Refusals as Graph words them."""

import uuid
from datetime import UTC, datetime
from typing import Any

from flask import request


class GraphError(Exception):
    """A refusal; `code` is Graph's, `headers` go with the answer."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        """`message` is a sentence for developers and never echoes the request."""
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}


def body(error: GraphError) -> dict[str, Any]:
    """Graph's JSON for a refusal."""
    request_id = str(uuid.uuid4())
    return {
        "error": {
            "code": error.code,
            "message": str(error),
            "innerError": {
                # The description demands the type and the Z; the service sends neither.
                "@odata.type": "#microsoft.graph.ODataErrors.InnerError",
                "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "request-id": request_id,
                "client-request-id": request.headers.get("client-request-id", request_id),
            },
        }
    }


def bad_request(code: str, message: str) -> GraphError:
    """A 400."""
    return GraphError(400, code, message)


def denied() -> GraphError:
    """The token lacks the permission, or the mailbox is somebody else's."""
    return GraphError(
        403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
    )
