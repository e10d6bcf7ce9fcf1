"""What a request handler needs of its app."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from sandbox.config import Config
from sandbox.database import Database
from sandbox.entra.tokens import Signer
from sandbox.mailboxes.post import Postman


@dataclass(frozen=True)
class Parts:
    """One sandbox, put together."""

    config: Config
    database: Database
    signer: Signer
    postman: Postman


def parts() -> Parts:
    """The parts of the app that serves this request."""
    return cast("Parts", current_app.extensions["sandbox"])
