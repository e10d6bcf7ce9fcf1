"""What the server refuses to sign and to send; nothing is lost, nothing is kept."""

import base64
import json
import time
from typing import Any

import pytest
from sqlalchemy import text

from server.crypto.identity import Identity
from server.messages.uploading.service import MAX_OBJECT
from tests.drafts import Draft
from tests.house import House, Pane

TOM = "tom@client.example"


@pytest.fixture
def pane(house: House) -> Pane:
    return house.pane()


@pytest.fixture
def draft(pane: Pane) -> Draft:
    return pane.draft()


def problem(answer: Any) -> str:
    assert answer.mimetype == "application/problem+json"
    return str(answer.json["type"]).removeprefix("urn:letterlock:problem:")


def changed_reader(draft: Draft, **changes: str) -> list[dict[str, str]]:
    readers: list[dict[str, str]] = json.loads(draft.statement())["readers"]
    return [reader | changes if reader["role"] == "to" else reader for reader in readers]


def changed_sender(draft: Draft, **changes: str) -> dict[str, str]:
    sender: dict[str, str] = json.loads(draft.statement())["sender"]
    return sender | changes


def changed_object(draft: Draft, **changes: Any) -> list[dict[str, Any]]:
    return [json.loads(draft.statement())["objects"][0] | changes]


@pytest.mark.parametrize(
    "change",
    [
        lambda _: {"message_id": "a" * 22},
        lambda _: {"thread_id": "a" * 22},
        lambda _: {"parents": ["a" * 43]},
        lambda _: {"expires": 1},
        lambda d: {"sender": changed_sender(d, address="ben@hart.example")},
        lambda d: {"sender": changed_sender(d, firm="another")},
        lambda d: {"sender": changed_sender(d, key="a" * 43)},
        lambda d: {"sender": changed_sender(d, custody="self-held")},
        lambda d: {"objects": changed_object(d, sha256="a" * 43)},
        lambda d: {"objects": changed_object(d, id="a" * 22)},
        lambda _: {"level": "self-held"},
    ],
    ids=[
        "message", "thread", "parents", "expiry", "sender", "firm", "key", "custody", "hash",
        "object", "level",
    ],
)  # fmt: skip
def test_signs_only_what_it_sees(draft: Draft, change: Any) -> None:
    assert problem(draft.sign(**change(draft))) == "statement-refused"


@pytest.mark.parametrize(
    "changes", [{"key": "a" * 43}, {"level": "self-held"}, {"address": "else@client.example"}]
)
def test_signs_only_for_keys_that_the_directory_holds(
    draft: Draft, changes: dict[str, str]
) -> None:
    if changes.get("level"):
        changes = changes | {"role": "to"}
    answer = draft.sign(
        readers=sorted(changed_reader(draft, **changes), key=lambda r: r["address"])
    )
    assert problem(answer) == "stale-keys"


def test_an_object_that_was_never_uploaded_is_not_signed(draft: Draft) -> None:
    draft.object_id = "b" * 22
    assert problem(draft.sign()) == "statement-refused"


def test_a_statement_that_is_not_canonical_is_not_signed(draft: Draft, pane: Pane) -> None:
    spaced = draft.statement().replace(",", ", ", 1)
    answer = pane.post(f"/messages/{draft.id}/signature", {"statement": spaced})
    assert answer.json["refusal"] == "statement-malformed"


def test_a_colleague_can_neither_sign_nor_send_nor_see_it(house: House, draft: Draft) -> None:
    draft.sign()
    body = {"subject": "", "statement_hash": "a" * 43, "envelopes": draft.envelopes()}
    ben = house.pane("ben@hart.example")
    answers = [
        ben.post(f"/messages/{draft.id}/signature", {"statement": draft.statement()}),
        ben.post(f"/messages/{draft.id}/send", body),
        ben.call("GET", f"/messages/{draft.id}"),
        ben.call("GET", f"/messages/{'z' * 22}"),
        ben.call("PUT", f"/messages/{draft.id}/objects/{'c' * 22}", data=b"x",
                 content_type="application/octet-stream"),
    ]  # fmt: skip
    assert {a.status_code for a in answers} == {404}
    assert len({a.data for a in answers}) == 1


def test_envelopes_must_be_one_for_each_reader(draft: Draft) -> None:
    draft.sign()
    envelopes = draft.envelopes()
    extra = {"key": "a" * 43, "age": envelopes[0]["age"]}
    assert draft.send(envelopes=envelopes[:1]).status_code == 422
    assert draft.send(envelopes=[*envelopes, extra]).status_code == 422
    assert draft.send().status_code == 202


@pytest.mark.parametrize(
    "file",
    [b"text", b"age-encryption.org/v1\n-> X25519 abc\nabc\n--- x\n", b"x" * 70_000],
    ids=["no age file", "classical", "too large"],
)
def test_an_envelope_must_be_a_post_quantum_age_file(draft: Draft, file: bytes) -> None:
    draft.sign()
    envelopes = [item | {"age": base64.b64encode(file).decode()} for item in draft.envelopes()]
    assert draft.send(envelopes=envelopes).status_code == 422


def test_an_unsigned_message_is_not_sent(draft: Draft) -> None:
    draft.sign()
    draft.pane.post(
        f"/messages/{draft.id}/signature",
        {"statement": draft.statement(created=int(time.time()) - 9)},
    )
    assert problem(draft.send()) == "statement-refused"


def test_a_sent_message_cannot_be_changed(draft: Draft) -> None:
    draft.sign()
    draft.send()
    late = draft.pane.call(
        "PUT",
        f"/messages/{draft.id}/objects/{'d' * 22}",
        data=b"late",
        content_type="application/octet-stream",
    )
    assert problem(late) == "already-sent"
    assert problem(draft.sign()) == "already-sent"


def test_an_object_over_the_limit_is_refused_and_nothing_is_kept(
    house: House, draft: Draft
) -> None:
    too_long = draft.pane.call(
        "PUT",
        f"/messages/{draft.id}/objects/{'e' * 22}",
        data=bytes(MAX_OBJECT + 1),
        content_type="application/octet-stream",
    )
    assert too_long.status_code == 413
    with house.parts.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM objects")).scalar_one() == 1


def test_a_large_body_is_kept_as_a_blob_and_read_back(house: House, pane: Pane) -> None:
    message = pane.send(text="word " * 60_000)
    house.work()
    assert any((house.parts.settings.data / "blobs").rglob("*"))
    maya = house.visitor()
    maya.sign_in(message)
    assert maya.read(message)["text"] == "word " * 60_000


def test_the_same_object_again_is_fine_and_other_bytes_are_not(draft: Draft) -> None:
    assert draft.upload().status_code == 201
    draft.file += b"x"
    assert problem(draft.upload()) == "conflict"


def test_a_reader_cannot_open_somebody_elses_message(house: House, pane: Pane) -> None:
    mine, hers = pane.send(), pane.send(to=[TOM])
    maya = house.visitor()
    maya.sign_in(mine)
    answers = [
        maya.open(hers),
        maya.open("z" * 22),
        maya.call("GET", f"/api/v1/messages/{hers}/objects/{'f' * 22}"),
    ]
    assert {a.status_code for a in answers} == {404}
    assert len({a.data for a in answers}) == 1


def test_an_unknown_letter_and_an_unsent_one_have_the_same_page(house: House, draft: Draft) -> None:
    visitor = house.visitor()
    pages = [visitor.call("GET", f"/m/{message_id}") for message_id in (draft.id, "z" * 22)]
    assert [p.status_code for p in pages] == [404, 404]
    assert pages[0].data == pages[1].data


def test_a_code_for_an_unknown_letter_and_for_an_unsent_one_is_the_same_answer(
    house: House, draft: Draft
) -> None:
    visitor, body = house.visitor(), {"address": "maya@client.example"}
    answers = [visitor.post(f"/messages/{i}/codes", body) for i in (draft.id, "z" * 22)]
    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].data == answers[1].data


def test_a_tampered_envelope_in_the_store_is_refused(house: House, pane: Pane) -> None:
    message = pane.send()
    maya = house.visitor()
    maya.sign_in(message)
    with house.parts.database.write() as connection:
        connection.execute(text("UPDATE envelopes SET file = :file"), {"file": b"gone"})
    answer = maya.open(message)
    assert answer.status_code == 422
    assert answer.json["refusal"] == "envelope-malformed"


def test_moving_a_sealed_key_to_another_person_does_not_open_it(house: House, pane: Pane) -> None:
    message = pane.send(to=["maya@client.example", TOM])
    maya = house.visitor()
    maya.sign_in(message)
    with house.parts.database.write() as connection:
        connection.execute(
            text(
                "UPDATE keys SET secret_sealed = (SELECT secret_sealed FROM keys WHERE purpose='signing')"
            )
        )
    assert maya.open(message).status_code == 500


@pytest.mark.parametrize("subject", ["x" * 201, "two\nlines", "NUL\x00"])
def test_a_subject_must_be_one_short_line(draft: Draft, subject: str) -> None:
    draft.sign()
    assert draft.send(subject=subject).status_code == 422
    assert draft.send().status_code == 202


@pytest.mark.parametrize(
    "address",
    [
        "maya",
        "maya@",
        "@client.example",
        "a b@client.example",
        "maya@client",
        "x" * 300 + "@a.example",
    ],
)
def test_what_is_no_address_is_not_looked_up(pane: Pane, address: str) -> None:
    answer = pane.post("/lookups", {"readers": [{"address": address}]})
    assert answer.status_code == 422
    assert "zoe" not in answer.text


def test_a_name_with_a_line_break_is_refused(draft: Draft) -> None:
    draft.sign()
    names = {"maya@client.example": "Maya\r\nBcc: eve@evil.example"}
    assert draft.send(names=names).status_code == 422
    assert draft.send().status_code == 202


def test_addresses_are_matched_in_any_case(pane: Pane) -> None:
    readers = [{"address": "Maya@Client.Example"}, {"address": "maya@client.example"}]
    found = [
        json.loads(i["text"]) for i in pane.post("/lookups", {"readers": readers}).json["lookups"]
    ]
    assert found[0]["key"] == found[1]["key"]
    assert found[0]["address"] == "maya@client.example"


def test_a_stranger_has_no_key_to_open_with(house: House, pane: Pane) -> None:
    draft = pane.draft()
    draft.readers[0]["recipient"] = Identity.new().recipient.text
    draft.sign()
    assert draft.send().status_code == 202
    maya = house.visitor()
    maya.sign_in(draft.id)
    assert maya.open(draft.id).json["refusal"] == "envelope-malformed"


def test_a_letter_that_was_edited_after_a_failed_send_can_be_sent(house: House, pane: Pane) -> None:
    draft = pane.draft(text="First thoughts")
    draft.sign()
    second = Draft(pane, draft.id, draft.thread_id, draft.readers, "Second thoughts")
    assert second.upload().status_code == 201
    assert second.sign().status_code == 200
    assert second.send().status_code == 202
    house.work()
    with house.parts.database.read() as connection:
        kept = connection.execute(text("SELECT id FROM objects")).scalars().all()
    assert list(kept) == [second.object_id]
    maya = house.visitor()
    maya.sign_in(draft.id)
    assert maya.read(draft.id)["text"] == "Second thoughts"


def test_a_statement_without_a_reader_is_not_signed(draft: Draft) -> None:
    own = [r for r in json.loads(draft.statement())["readers"] if r["role"] == "sender"]
    assert problem(draft.sign(readers=own)) == "statement-refused"


@pytest.mark.parametrize("kind", ["text/html", "application/json", "multipart/form-data"])
def test_an_upload_must_say_that_it_is_octets(draft: Draft, kind: str) -> None:
    answer = draft.pane.call(
        "PUT", f"/messages/{draft.id}/objects/{'g' * 22}", data=b"x", content_type=kind
    )
    assert answer.status_code == 415


def test_an_empty_upload_is_refused(draft: Draft) -> None:
    answer = draft.pane.call(
        "PUT",
        f"/messages/{draft.id}/objects/{'h' * 22}",
        data=b"",
        content_type="application/octet-stream",
    )
    assert answer.status_code == 422


def test_a_path_with_anything_but_an_id_is_not_found(pane: Pane) -> None:
    for odd in ("%00" + "a" * 21, "a" * 21, "a" * 23, "é" * 22, "a/../" + "a" * 17):
        assert pane.call("GET", f"/messages/{odd}").status_code == 404


def test_a_deeply_nested_statement_is_refused(draft: Draft, pane: Pane) -> None:
    for depth in (64, 600, 900, 20_000):
        nested = "[" * depth + "]" * depth
        answer = pane.post(f"/messages/{draft.id}/signature", {"statement": nested})
        assert answer.json["refusal"] == "statement-malformed"


def test_an_object_is_given_to_readers_only(house: House, pane: Pane) -> None:
    hers = pane.draft(to=[TOM])
    hers.sign()
    hers.send()
    maya = house.visitor()
    maya.sign_in(pane.send())
    answer = maya.call("GET", f"/api/v1/messages/{hers.id}/objects/{hers.object_id}")
    assert answer.status_code == 404


def test_custody_opens_an_envelope_for_the_owner_of_its_key_only(house: House, pane: Pane) -> None:
    mine, hers = pane.send(), pane.send(to=[TOM])
    maya = house.visitor()
    maya.sign_in(mine)
    with house.parts.database.write() as connection:
        connection.execute(
            text(
                "UPDATE readers SET person_id = (SELECT person_id FROM sessions LIMIT 1) "
                "WHERE entry_id = :hers AND role = 'to'"
            ),
            {"hers": hers},
        )
    assert maya.open(hers).status_code == 404
