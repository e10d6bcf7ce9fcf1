"""Why a typed code is not taken, or one is needed first."""

from server.base.errors import NotAllowed


class WrongCode(NotAllowed):
    """Not the code that was sent to this browser; fact `tries_left`."""

    code = "wrong-code"
    title = "That is not the code"

    def __init__(self, tries_left: int) -> None:
        tries = "1 try" if tries_left == 1 else f"{tries_left} tries"
        super().__init__(f"That is not the code we sent. {tries} left.", tries_left=tries_left)


class CodeGone(NotAllowed):
    """Expired, used, typed wrong five times, or asked for in another browser."""

    code = "code-gone"
    title = "This code no longer works"
    detail = (
        "This code no longer works here: it is older than 10 minutes, was used, was typed wrong "
        "five times, or was asked for in another browser. Ask for a new one; nothing was opened."
    )


class FreshCodeNeeded(NotAllowed):
    """The session has not proved its mailbox in the last ten minutes."""

    code = "fresh-code-needed"
    title = "A code is needed first"
    detail = (
        "This changes how you sign in or open letters, so it needs a code from your mailbox that "
        "was typed in the last ten minutes. Ask for one and type it; nothing was changed."
    )


class FreshSignInNeeded(NotAllowed):
    """Somebody of the firm has not proved herself to Microsoft in the last ten minutes."""

    code = "fresh-sign-in-needed"
    title = "Sign in once more first"
    detail = (
        "This changes how you open letters, so Microsoft has to ask you once more who you are, and "
        "not longer than ten minutes ago. Sign in again; nothing was changed."
    )


class SignInRefused(NotAllowed):
    """A sign-in at Microsoft that is another browser's, too late, used, or not genuine."""

    code = "sign-in-refused"
    title = "This sign-in did not work"
    detail = (
        "This sign-in is over: it is older than ten minutes, was used, was begun in another "
        "browser, or was broken off at Microsoft. Sign in again; nothing was changed."
    )
