"""Failures that are expected, and what they ask of the caller.

AppError
├── Invalid          the input is wrong: say what, keep what was typed        422
├── NotSignedIn      no sign-in, or one of another kind                       401
├── NotAllowed       signed in, and not enough                                403
├── NotFound         nothing there, or somebody else's: the same answer       404
├── Conflict         it was done, or is being done, otherwise                 409
├── TooLarge         over a limit of http.md section 5                        413
├── TooMany          slow down: `retry_after` seconds                         429
├── Away             a system we need does not answer: nothing is lost        503
└── DiskFull         no room for more; reading and deleting go on             507

`detail` is one sentence for a person; it never echoes the input. `facts` are for programs.
"""

from typing import ClassVar


class AppError(Exception):
    """Root of expected failures. Subclasses set `code`; app.py maps them to problems once."""

    status: ClassVar[int] = 500
    code: str = "internal"
    title: ClassVar[str] = "Something went wrong on our side"
    detail: str = "Nothing was lost. Try again in a minute."

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail
        self.facts = facts


class Invalid(AppError):
    """The input is wrong."""

    status = 422
    code = "invalid"
    title = "That cannot be right"
    detail = "Something in the request is missing or malformed. Nothing was changed."


class NotSignedIn(AppError):
    """No sign-in, or one of another kind."""

    status = 401
    code = "sign-in"
    title = "Sign in first"
    detail = "Sign in and try again. Nothing was changed."


class NotAllowed(AppError):
    """Signed in, and not enough."""

    status = 403
    code = "not-allowed"
    title = "That is not open to you"
    detail = "You may not do this. Nothing was changed."


class NotFound(AppError):
    """Nothing there, or somebody else's."""

    status = 404
    code = "not-found"
    title = "Not found"
    detail = "There is nothing here that you can open. Check the link, or ring the sender."


class Conflict(AppError):
    """It was done, or is being done, otherwise."""

    status = 409
    code = "conflict"
    title = "That was done already, or differently"
    detail = "This was done already in another way. Nothing was changed."


class TooLarge(AppError):
    """Over a limit of http.md section 5."""

    status = 413
    code = "too-large"
    title = "That is too large"
    detail = "This is larger than we take. Nothing was changed."


class TooMany(AppError):
    """Slow down."""

    status = 429
    code = "too-many"
    title = "Too many tries"
    detail = "Wait a little, then try again."


class Away(AppError):
    """A system we need does not answer."""

    status = 503
    code = "away"
    title = "We cannot do that just now"
    detail = "A system we need does not answer. Nothing was lost; try again in a minute."


class DiskFull(AppError):
    """No room for more: what grows the house is refused, reading and deleting go on."""

    status = 507
    code = "disk-full"
    title = "There is no room left"
    detail = (
        "The disk of the firm's server is full, so this was not kept. Letters can still be read. "
        "Keep what you wrote, and tell your administrator."
    )
