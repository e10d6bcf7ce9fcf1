"""Bodies that hold the secret of a passkey are refused before anything keeps or hashes them.

`credential.toJSON()` contains it (docs/spec/keyslots.md section 3); a page has to strip it.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import request

from server.base.errors import Invalid
from server.crypto.keysecrets import has_prf_result

View = TypeVar("View", bound=Callable[..., Any])


class PrfInBody(Invalid):
    """The body holds the result of the PRF extension."""

    code = "prf-in-body"
    title = "This contains a secret"
    detail = "The request contains a passkey's secret; it was not kept. Load the page again."


def without_prf(view: View) -> View:
    """Refuse a body with such a secret. Stands right under the route, above `input` and `once`.

    Raises:
        PrfInBody: It holds one, or is nested so deep that nobody can tell.
    """

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Any:
        if _holds_one(request.get_data(cache=True)):
            raise PrfInBody
        return view(*args, **kwargs)

    return cast("View", run)


def _holds_one(body: bytes) -> bool:
    try:
        return has_prf_result(json.loads(body))
    except RecursionError:
        return True
    except ValueError:
        return False  # no JSON: the route's own reading refuses it
