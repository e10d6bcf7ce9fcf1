"""The first run's trial mail through Graph. Implements firms.first_run.ports.TrialMail."""

from collections.abc import Callable
from datetime import datetime

from server.base.mail import Brand
from server.firms.first_run.ports import TrialFailed
from server.graph.client import GraphMail
from server.graph.entra import Entra
from server.messages.ports import MailboxAway, MailboxRefused, OutcomeUnknown, SignInAgain


class GraphTrialMail:
    """Sends as the application from the mailbox that is being tried; `render` makes the MIME."""

    def __init__(self, entra: Entra, graph: GraphMail, render: Callable[..., bytes]) -> None:
        self._entra = entra
        self._graph = graph
        self._render = render

    def send_trial(self, *, tenant_id: str, brand: Brand, to: str, asked_at: datetime) -> None:
        """Send it, once."""
        mime = self._render(brand=brand, to=to, asked_at=asked_at)
        try:
            token = self._entra.for_system(tenant_id=tenant_id)
            self._graph.send(token=token, mime=mime, mailbox=brand.mailbox)
        except SignInAgain as error:
            raise TrialFailed("sign-in") from error
        except MailboxAway as error:
            raise TrialFailed("later") from error
        except MailboxRefused as error:
            raise TrialFailed(error.reason) from error
        except OutcomeUnknown as error:
            raise TrialFailed("unknown") from error
