"""Microsoft's own description as a referee of each request and answer."""

import json
from functools import cache
from pathlib import Path

import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse

DESCRIPTION = Path(__file__).parents[1] / "data" / "graph" / "openapi-mail.json"


@cache
def _judge(server: str) -> OpenAPI:
    description = json.loads(DESCRIPTION.read_text())
    description["servers"] = [{"url": server}]
    description.pop("security", None)
    return OpenAPI.from_dict(description)


def judge(answer: requests.Response, server: str, *, request_too: bool = True) -> None:
    """Raise when the request or the answer is not as Microsoft describes Graph's."""
    asked = RequestsOpenAPIRequest(answer.request)
    if request_too:
        _judge(server).validate_request(asked)
    _judge(server).validate_response(asked, RequestsOpenAPIResponse(answer))
