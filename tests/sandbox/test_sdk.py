"""The official Graph SDK and the sandbox understand each other."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.body_type import BodyType
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.internet_message_header import InternetMessageHeader
from msgraph.generated.models.item_body import ItemBody
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.recipient import Recipient
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import (
    SendMailPostRequestBody,
)
from msgraph.graph_request_adapter import options as graph_options
from msgraph_core import GraphClientFactory

from tests.sandbox.running import Sandbox, eventually

# The SDK's own generated code warns about itself when its builders are imported.
pytestmark = pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning")
MAYA = "maya@client.example"


class Held:
    """A credential that already has its token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_more: Any) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + 600)


def mail(subject: str, to: str) -> SendMailPostRequestBody:
    header = InternetMessageHeader(name="x-letterlock-delivery", value="d-9")
    message = Message(
        subject=subject,
        body=ItemBody(content_type=BodyType.Html, content="<p>by the SDK</p>"),
        to_recipients=[Recipient(email_address=EmailAddress(address=to))],
        internet_message_headers=[header],
    )
    return SendMailPostRequestBody(message=message, save_to_sent_items=True)


async def with_sdk(sandbox: Sandbox, token: str, user: str, body: SendMailPostRequestBody) -> None:
    """POST /users/{user}/sendMail, by the SDK."""
    auth = AzureIdentityAuthenticationProvider(
        Held(token), scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["localhost"]
    )
    # The SDK's transport never closes kept connections, so none is kept.
    once = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=10, limits=once) as plain:
        http = GraphClientFactory.create_with_default_middleware(
            client=plain, options=graph_options
        )
        adapter = GraphRequestAdapter(auth, client=http)
        adapter.base_url = f"{sandbox.url}/v1.0"
        client = GraphServiceClient(request_adapter=adapter)
        await client.users.by_user_id(user).send_mail.post(body)


def test_the_sdk_sends_a_letter(sandbox: Sandbox) -> None:
    token = sandbox.graph_token("ann@hart.example", "Mail.Send")
    asyncio.run(with_sdk(sandbox, token, "ann@hart.example", mail("by the sdk", MAYA)))
    arrived = eventually(lambda: sandbox.inbox(MAYA, "by the sdk"))
    assert arrived["html"] == "<p>by the SDK</p>"
    assert ["x-letterlock-delivery", "d-9"] in arrived["headers"]


def test_the_sdk_reads_a_refusal(sandbox: Sandbox) -> None:
    token = sandbox.graph_token("ann@hart.example", "Mail.Send")
    work = with_sdk(sandbox, token, "ben@hart.example", mail("not mine", MAYA))
    with pytest.raises(ODataError) as refusal:
        asyncio.run(work)
    assert refusal.value.response_status_code == 403
    assert refusal.value.error is not None
    assert refusal.value.error.code == "ErrorAccessDenied"
