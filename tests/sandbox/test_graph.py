"""Graph: who may send what as whom, what arrives where, and how lists are asked for."""

import base64
import time
import uuid
from typing import Any

import jwt
import pytest
import requests

from sandbox.database import Database
from sandbox.entra.tokens import Signer
from tests.sandbox.referee import judge
from tests.sandbox.running import API, Sandbox, eventually

ANN, BEN, PORTAL = "ann@hart.example", "ben@hart.example", "portal@hart.example"
MAYA, TOM = "maya@client.example", "tom@client.example"
TAG = "String {7a2f1f38-2a9d-4f0e-8a0b-5f4e9b7c1d10} Name delivery"


def person(address: str, name: str = "") -> dict[str, Any]:
    return {"emailAddress": {"address": address, **({"name": name} if name else {})}}


def letter(subject: str, *to: str, **more: Any) -> dict[str, Any]:
    body = {"contentType": "html", "content": "<p>Good <b>morning</b></p>"}
    people = [person(address) for address in to]
    message = {"subject": subject, "body": body, "toRecipients": people, **more}
    return {"message": message, "saveToSentItems": True}


def send(
    sandbox: Sandbox, token: str, body: dict[str, Any], path: str = "/me"
) -> requests.Response:
    return sandbox.graph("POST", f"{path}/sendMail", token, json=body)


def read(sandbox: Sandbox, path: str, **more: Any) -> dict[str, Any]:
    """A list or item of Ann's mailbox, judged by Microsoft's description."""
    token = more.pop("token", None) or sandbox.graph_token(ANN, "Mail.Read", "Mail.Send")
    answer = sandbox.graph("GET", path, token, **more)
    assert answer.ok, answer.text
    judge(answer, f"{sandbox.url}/v1.0")
    body: dict[str, Any] = answer.json()
    return body


def sent(sandbox: Sandbox, subject: str) -> dict[str, Any]:
    """The item in Ann's Sent Items, once it is there."""
    token = sandbox.graph_token(ANN, "Mail.Read")
    query = {"$filter": f"subject eq '{subject}'"}

    def look() -> list[dict[str, Any]]:
        path = "/me/mailFolders/SentItems/messages"
        found: list[dict[str, Any]] = read(sandbox, path, token=token, params=query)["value"]
        return found

    return eventually(look)[0]


def code(answer: requests.Response, sandbox: Sandbox) -> tuple[int, str]:
    judge(answer, f"{sandbox.url}/v1.0", request_too=False)
    error = answer.json()["error"]
    assert error["innerError"].keys() >= {"date", "request-id", "client-request-id"}
    return answer.status_code, error["code"]


def test_a_letter_is_accepted_first_and_delivered_a_moment_later(faulty: Sandbox) -> None:
    faulty.faults(delivery="hold")
    token = faulty.graph_token(ANN, "Mail.Send")
    answer = send(faulty, token, letter("moment", MAYA, ccRecipients=[person(TOM, "Tom")]))
    judge(answer, f"{faulty.url}/v1.0")
    assert (answer.status_code, answer.content) == (202, b"")
    assert faulty.message(ANN, "sentitems", "moment") is None
    faulty.faults(delivery=None)
    arrived = eventually(lambda: faulty.inbox(MAYA, "moment"))
    assert arrived["html"] == "<p>Good <b>morning</b></p>"
    assert [one["address"] for one in arrived["cc"]] == [TOM]
    assert eventually(lambda: faulty.inbox(TOM, "moment"))
    assert sent(faulty, "moment")["from"]["emailAddress"]["address"] == ANN


def test_begun_anew_nothing_lies_in_a_mailbox_and_nothing_comes_and_people_stay_signed_in(
    faulty: Sandbox,
) -> None:
    token = faulty.graph_token(ANN, "Mail.Send", "Mail.Read")
    send(faulty, token, letter("before", MAYA))
    eventually(lambda: faulty.inbox(MAYA, "before"))
    faulty.faults(delivery="hold", graph={"status": 503})
    faulty.begin_anew()
    assert faulty.inbox(MAYA, "before") is None
    send(faulty, token, letter("after", MAYA))
    eventually(lambda: faulty.inbox(MAYA, "after"))
    listed = read(faulty, "/me/mailFolders/SentItems/messages", token=token)["value"]
    assert [one["subject"] for one in listed] == ["after"]


def test_post_on_its_way_is_gone_too_when_the_sandbox_begins_anew(faulty: Sandbox) -> None:
    token = faulty.graph_token(ANN, "Mail.Send")
    faulty.faults(delivery="hold")
    send(faulty, token, letter("on its way", MAYA))
    faulty.begin_anew()
    send(faulty, token, letter("later", MAYA))
    eventually(lambda: faulty.inbox(MAYA, "later"))
    assert faulty.inbox(MAYA, "on its way") is None


def test_sent_items_stay_empty_when_asked(sandbox: Sandbox) -> None:
    token = sandbox.graph_token(ANN, "Mail.Send")
    body = {**letter("unsaved", MAYA), "saveToSentItems": "false"}
    assert send(sandbox, token, body).status_code == 202
    eventually(lambda: sandbox.inbox(MAYA, "unsaved"))
    assert sandbox.message(ANN, "sentitems", "unsaved") is None


def test_capital_names_are_taken_as_the_sdk_sends_them(sandbox: Sandbox) -> None:
    plain = letter("capitals", MAYA)
    body = {"Message": plain["message"], "SaveToSentItems": False}
    assert send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), body).status_code == 202
    eventually(lambda: sandbox.inbox(MAYA, "capitals"))
    assert sandbox.message(ANN, "sentitems", "capitals") is None


def test_hidden_copies_arrive_and_show_only_to_the_sender(sandbox: Sandbox) -> None:
    body = letter("hidden", MAYA, bccRecipients=[person(BEN)])
    send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), body)
    copy = eventually(lambda: sandbox.inbox(BEN, "hidden"))
    assert copy["bcc"] == []
    assert [one["emailAddress"]["address"] for one in sent(sandbox, "hidden")["bccRecipients"]] == [
        BEN
    ]


def test_the_app_alone_sends_for_any_mailbox_of_the_tenant(sandbox: Sandbox) -> None:
    answer = send(sandbox, sandbox.app_token(), letter("code", MAYA), f"/users/{PORTAL}")
    judge(answer, f"{sandbox.url}/v1.0")
    assert answer.status_code == 202
    assert eventually(lambda: sandbox.inbox(MAYA, "code"))["from"]["address"] == PORTAL
    assert eventually(lambda: sandbox.message(PORTAL, "sentitems", "code"))


def test_the_app_alone_has_no_me_and_no_mailbox_elsewhere(sandbox: Sandbox) -> None:
    token = sandbox.app_token()
    assert code(send(sandbox, token, letter("me", MAYA)), sandbox) == (400, "BadRequest")
    elsewhere = send(sandbox, token, letter("no", ANN), f"/users/{MAYA}")
    assert code(elsewhere, sandbox) == (404, "ErrorInvalidUser")


def test_a_person_sends_as_nobody_else(sandbox: Sandbox) -> None:
    token = sandbox.graph_token(ANN, "Mail.Send")
    other = letter("as ben", MAYA, **{"from": person(BEN)})
    assert code(send(sandbox, token, other), sandbox) == (403, "ErrorSendAsDenied")
    through = send(sandbox, token, letter("via ben", MAYA), f"/users/{BEN}")
    assert code(through, sandbox) == (403, "ErrorAccessDenied")


def test_sending_needs_the_permission(sandbox: Sandbox) -> None:
    token = sandbox.graph_token(ANN, "User.Read")
    assert code(send(sandbox, token, letter("x", MAYA)), sandbox) == (403, "ErrorAccessDenied")
    mine = sandbox.graph("GET", "/me/messages", token)
    assert code(mine, sandbox) == (403, "ErrorAccessDenied")


def test_tokens_for_others_expired_or_forged_are_refused(sandbox: Sandbox) -> None:
    good = sandbox.graph_token(ANN, "User.Read")
    claims = jwt.decode(good, options={"verify_signature": False})
    signer = Signer(Database(sandbox.data))
    expired = signer.sign({**claims, "exp": int(time.time()) - 1})
    foreign = signer.sign(
        {**claims, "iss": f"https://localhost:{sandbox.port}/{uuid.uuid4()}/v2.0"}
    )
    unsigned = jwt.encode(claims, None, algorithm="none")
    shared = jwt.encode(claims, "k" * 32, algorithm="HS256")
    for_us = sandbox.sign_in(ANN, [API])["access_token"]
    for token in (None, "rubbish", expired, foreign, unsigned, shared, for_us):
        answer = sandbox.graph("GET", "/me", token)
        assert code(answer, sandbox) == (401, "InvalidAuthenticationToken"), token
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_me_is_the_person_of_the_token(sandbox: Sandbox) -> None:
    me = read(sandbox, "/me", token=sandbox.graph_token(BEN, "User.Read"))
    assert (me["displayName"], me["mail"]) == ("Ben Carey", BEN)
    same = sandbox.graph("GET", f"/users/{me['id']}", sandbox.graph_token(BEN, "User.Read"))
    assert same.json()["userPrincipalName"] == BEN


def test_custom_headers_survive_and_show_only_on_select(sandbox: Sandbox) -> None:
    headers = [{"name": "x-letterlock-delivery", "value": "d-1"}]
    body = letter("headers", MAYA, internetMessageHeaders=headers)
    send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), body)
    item = sent(sandbox, "headers")
    assert "internetMessageHeaders" not in item
    path = f"/me/messages/{requests.utils.quote(item['id'], safe='')}"
    basic = sandbox.graph_token(ANN, "Mail.ReadBasic")
    shown = read(sandbox, path, token=basic, params={"$select": "internetMessageHeaders"})
    assert shown["internetMessageHeaders"] == headers
    assert ["x-letterlock-delivery", "d-1"] in eventually(lambda: sandbox.inbox(MAYA, "headers"))[
        "headers"
    ]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [{"name": "Auto-Submitted", "value": "auto-generated"}],
        [{"name": f"x-{n}", "value": "1"} for n in range(6)],
    ],
)
def test_bad_custom_headers_are_refused(sandbox: Sandbox, headers: list[dict[str, str]]) -> None:
    token = sandbox.graph_token(ANN, "Mail.Send")
    answer = send(sandbox, token, letter("bad", MAYA, internetMessageHeaders=headers))
    status, name = code(answer, sandbox)
    assert (status, name.startswith("InvalidInternetMessageHeader")) == (400, True)


@pytest.mark.parametrize("to", [[], ["nobody"], [f"{MAYA}, {TOM}"]])
def test_letters_without_a_good_address_are_refused(sandbox: Sandbox, to: list[str]) -> None:
    answer = send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), letter("lost", *to))
    assert code(answer, sandbox) == (400, "ErrorInvalidRecipients")


@pytest.mark.parametrize("to", ["nobody@client.example", "someone@elsewhere.example"])
def test_what_cannot_be_delivered_comes_back(sandbox: Sandbox, to: str) -> None:
    subject = f"to {to}"
    send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), letter(subject, to))
    report = eventually(lambda: sandbox.inbox(ANN, f"Undeliverable: {subject}"))
    assert to in report["text"]


def test_mime_letters_keep_both_parts(sandbox: Sandbox) -> None:
    mime = (
        f"To: Maya <{MAYA}>\nSubject: mime\nx-letterlock-delivery: d-2\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nthe text\n--b\nContent-Type: text/html\n\n<p>html</p>\n--b--\n"
    )
    token = sandbox.graph_token(ANN, "Mail.Send")
    headers = {"Content-Type": "text/plain"}
    raw = base64.b64encode(mime.encode())
    answer = sandbox.graph("POST", "/me/sendMail", token, data=raw, headers=headers)
    judge(answer, f"{sandbox.url}/v1.0")
    assert answer.status_code == 202
    arrived = eventually(lambda: sandbox.inbox(MAYA, "mime"))
    assert (arrived["html"].strip(), arrived["text"].strip()) == ("<p>html</p>", "the text")
    assert ["x-letterlock-delivery", "d-2"] in arrived["headers"]
    bad = sandbox.graph("POST", "/me/sendMail", token, data=b"not base64!", headers=headers)
    assert code(bad, sandbox) == (400, "ErrorMimeContentInvalidBase64String")


def test_a_letter_is_found_by_its_extended_property(sandbox: Sandbox) -> None:
    tag = [{"id": TAG, "value": "it's 7"}]
    body = letter("tagged", MAYA, singleValueExtendedProperties=tag)
    send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), body)
    sent(sandbox, "tagged")
    wanted = "singleValueExtendedProperties/any(ep: ep/id eq '{}' and ep/value eq '{}')"
    query = {"$filter": wanted.format(TAG, "it''s 7"),
             "$expand": f"singleValueExtendedProperties($filter=id eq '{TAG}')"}  # fmt: skip
    (found,) = read(sandbox, "/me/messages", params=query)["value"]
    assert found["singleValueExtendedProperties"] == tag
    none = {"$filter": wanted.format(TAG, "other")}
    assert read(sandbox, "/me/messages", params=none)["value"] == []


def test_lists_come_in_pages_that_lead_to_each_other(sandbox: Sandbox) -> None:
    token = sandbox.graph_token(ANN, "Mail.Send", "Mail.Read")
    for number in range(3):
        send(sandbox, token, letter(f"page {number}", BEN))
        sent(sandbox, f"page {number}")
    query = {
        "$top": "2",
        "$count": "true",
        "$select": "subject,isRead",
        "$orderby": "createdDateTime desc",
    }
    first = read(sandbox, "/me/mailFolders/sentitems/messages", token=token, params=query)
    assert [one["subject"] for one in first["value"]] == ["page 2", "page 1"]
    assert first["value"][0].keys() == {"@odata.etag", "id", "subject", "isRead"}
    assert first["@odata.count"] >= 3
    second = read(sandbox, first["@odata.nextLink"], token=token)
    assert second["value"][0]["subject"] == "page 0"


def test_filters_narrow_and_joined_filters_narrow_more(sandbox: Sandbox) -> None:
    token = sandbox.graph_token(ANN, "Mail.Send", "Mail.Read")
    send(sandbox, token, letter("to myself", ANN))
    arrived = eventually(lambda: sandbox.inbox(ANN, "to myself"))
    del arrived
    wanted = "isRead eq {} and sentDateTime ge 2020-01-01T00:00:00Z and subject eq 'to myself'"
    unread = read(sandbox, "/me/messages", token=token, params={"$filter": wanted.format("false")})
    (item,) = unread["value"]
    by_id = {"$filter": f"internetMessageId eq '{item['internetMessageId']}'"}
    assert len(read(sandbox, "/me/messages", token=token, params=by_id)["value"]) == 2
    talk = {"$filter": f"conversationId eq '{item['conversationId']}'"}
    assert len(read(sandbox, "/me/messages", token=token, params=talk)["value"]) == 2
    later = {"$filter": "sentDateTime gt 2999-01-01T00:00:00Z"}
    assert read(sandbox, "/me/messages", token=token, params=later)["value"] == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"$filter": "isRead eq false", "$orderby": "receivedDateTime desc"}, "InefficientFilter"),
        ({"$filter": "startswith(subject,'a')"}, "BadRequest"),
        ({"$filter": "isRead eq false or isRead eq true"}, "BadRequest"),
        ({"$search": "morning"}, "BadRequest"),
        ({"$top": "1001"}, "BadRequest"),
        ({"$select": "subjekt"}, "RequestBroker--ParseUri"),
    ],
)
def test_what_is_not_served_is_refused_and_not_ignored(
    sandbox: Sandbox, query: dict[str, str], name: str
) -> None:
    token = sandbox.graph_token(ANN, "Mail.Send", "Mail.Read")
    send(sandbox, token, letter("something to list", ANN))
    eventually(lambda: sandbox.inbox(ANN, "something to list"))
    answer = sandbox.graph("GET", "/me/messages", token, params=query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, name)


def test_basic_reading_shows_no_text(sandbox: Sandbox) -> None:
    send(sandbox, sandbox.graph_token(ANN, "Mail.Send"), letter("basic", MAYA))
    sent(sandbox, "basic")
    token = sandbox.graph_token(ANN, "Mail.ReadBasic")
    shown = read(sandbox, "/me/messages", token=token, params={"$filter": "subject eq 'basic'"})
    assert shown["value"][0].keys().isdisjoint({"body", "bodyPreview"})


def test_folders_are_named_and_counted(sandbox: Sandbox) -> None:
    names = [one["displayName"] for one in read(sandbox, "/me/mailFolders")["value"]]
    assert names == ["Inbox", "Sent Items", "Drafts", "Deleted Items"]
    assert read(sandbox, "/me/mailFolders/inbox")["totalItemCount"] >= 0
    token = sandbox.graph_token(ANN, "Mail.Read")
    missing = sandbox.graph("GET", "/me/mailFolders/archive", token)
    assert code(missing, sandbox) == (404, "ErrorItemNotFound")


def test_graph_fails_as_often_as_told(faulty: Sandbox) -> None:
    token = faulty.graph_token(ANN, "Mail.Send")
    faulty.faults(graph={"status": 503, "times": 2, "retry_after": 1, "path": "sendMail"})
    first = send(faulty, token, letter("third time", MAYA))
    assert (code(first, faulty)[0], first.headers["Retry-After"]) == (503, "1")
    assert send(faulty, token, letter("third time", MAYA)).status_code == 503
    assert send(faulty, token, letter("third time", MAYA)).status_code == 202


def test_an_answer_can_be_lost_after_the_letter_was_accepted(faulty: Sandbox) -> None:
    token = faulty.graph_token(ANN, "Mail.Send")
    faulty.faults(graph={"status": 504, "times": 1, "accepted": True, "path": "sendMail"})
    assert send(faulty, token, letter("lost answer", MAYA)).status_code == 504
    assert eventually(lambda: faulty.inbox(MAYA, "lost answer"))


def test_unknown_faults_are_refused(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/sandbox/faults"
    assert requests.post(url, json={"obo": "maybe"}, timeout=5).status_code == 422
    assert requests.post(url, json={"grap": None}, timeout=5).status_code == 422
