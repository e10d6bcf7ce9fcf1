"""Files of a letter: streamed in, kept sealed, streamed out, and gone with the draft."""

import base64
import os
import tracemalloc
import uuid
from pathlib import Path

import pytest

from server.crypto import age
from server.crypto.identity import Identity
from server.crypto.padding import unpad
from server.crypto.statement import parse_statement
from server.messages.uploading.service import MAX_OBJECT
from tests.drafts import Draft
from tests.house import House

SMALL, LARGE = b"%PDF-1.7 small", os.urandom(600_000)


def blobs(house: House) -> list[Path]:
    return [path for path in (house.parts.settings.data / "blobs").rglob("*") if path.is_file()]


def test_files_are_read_back_by_the_reader_byte_for_byte(house: House) -> None:
    files = {"Accounts 2026.pdf": SMALL, "Scan.bin": LARGE}
    message = house.pane().send(files=files)
    maya = house.visitor()
    maya.sign_in(message)
    opened = maya.open(message).json
    found = []
    for item in parse_statement(opened["statement"]).objects[1:]:
        answer = maya.call("GET", f"/api/v1/messages/{message}/objects/{item.id}")
        assert answer.headers["Content-Length"] == str(len(answer.data))
        identity = Identity.parse(opened["message_key"])
        found.append(unpad(age.decrypt(identity, answer.data), item.size))
    assert found == [SMALL, LARGE]


def test_a_file_of_somebody_elses_letter_is_not_found(house: House) -> None:
    pane = house.pane()
    draft = pane.draft(files={"a.bin": LARGE})
    draft.sign()
    draft.send()
    other = house.pane("ben@hart.example")
    path = f"/messages/{draft.id}/objects/{next(iter(draft.uploads))}"
    assert pane.call("GET", path).status_code == 200
    assert other.call("GET", path).status_code == 404


def test_a_file_of_a_draft_is_read_back_by_its_writer_alone(house: House) -> None:
    pane = house.pane()
    draft = pane.draft(files={"a.bin": LARGE, "b.pdf": SMALL})
    ben = house.pane("ben@hart.example")
    for object_id, file in draft.uploads.items():
        path = f"/messages/{draft.id}/objects/{object_id}"
        assert pane.call("GET", path).data == file
        answer = ben.call("GET", path)
        unknown = ben.call("GET", f"/messages/{draft.id[::-1]}/objects/{object_id}")
        assert answer.status_code == 404
        assert answer.json == unknown.json
    pane.call("DELETE", f"/messages/{draft.id}")
    assert pane.call("GET", path).status_code == 404


def test_an_upload_of_the_largest_file_does_not_stand_in_memory(house: House) -> None:
    draft = house.pane().draft()
    largest = bytes(MAX_OBJECT)
    tracemalloc.start()
    answer = draft.put("e" * 22, largest)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 201
    assert peak < 8 * 1024 * 1024
    assert draft.put("f" * 22, largest + b"x").status_code == 413


def test_what_the_statement_does_not_name_is_gone_after_sending(house: House) -> None:
    draft = house.pane().draft(files={"kept.bin": LARGE})
    draft.put("e" * 22, os.urandom(500_000))
    assert len(blobs(house)) == 2
    draft.sign()
    assert draft.send().status_code == 202
    assert len(blobs(house)) == 1


def test_a_discarded_draft_leaves_nothing(house: House) -> None:
    pane = house.pane()
    draft = pane.draft(files={"a.bin": LARGE})
    draft.keep()
    assert pane.call("DELETE", f"/messages/{draft.id}").status_code == 204
    assert blobs(house) == []
    assert pane.call("GET", f"/messages/{draft.id}").status_code == 404
    assert pane.call("GET", "/drafts").json == {"drafts": []}


def test_a_sent_letter_cannot_be_discarded(house: House) -> None:
    pane = house.pane()
    message = pane.send()
    answer = pane.call("DELETE", f"/messages/{message}")
    assert answer.json["type"] == "urn:letterlock:problem:already-sent"
    assert pane.call("GET", f"/messages/{message}").json["state"] == "sealed"


def test_a_refused_upload_leaves_nothing_on_the_disk(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    monkeypatch.setattr("server.messages.uploading.service.MAX_TOTAL", 1)
    assert draft.put("e" * 22, LARGE).status_code == 413
    assert blobs(house) == []


def test_a_file_that_loses_its_row_leaves_nothing_on_the_disk(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    monkeypatch.setattr("server.messages.store.insert_object", _fail)
    assert draft.put("e" * 22, LARGE).status_code == 500
    assert blobs(house) == []


def _fail(*_: object) -> None:
    raise OSError


def test_a_letter_full_of_files_can_still_be_kept_and_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.messages.uploading.service.MAX_OBJECTS", 13)
    monkeypatch.setattr("server.messages.uploading.service.MAX_BODY", 1000)
    draft = house.pane().draft()
    assert draft.put("a" * 22, LARGE).status_code == 201
    assert draft.put("b" * 22, os.urandom(2000)).status_code == 201
    assert draft.put("e" * 22, LARGE).status_code == 413
    assert draft.keep().status_code == 200
    assert draft.put("f" * 22, b"a body").status_code == 201


def test_a_file_that_is_taken_out_makes_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.messages.uploading.service.MAX_OBJECTS", 12)
    pane = house.pane()
    draft = pane.draft()
    draft.put("a" * 22, os.urandom(5_000_000))
    assert draft.put("b" * 22, os.urandom(5_000_000)).status_code == 413
    path = f"/messages/{draft.id}/objects/{'a' * 22}"
    assert house.pane("ben@hart.example").call("DELETE", path).status_code == 404
    assert [pane.call("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert blobs(house) == []
    assert draft.put("b" * 22, os.urandom(5_000_000)).status_code == 201


def test_a_window_that_does_not_know_the_last_draft_overwrites_nothing(house: House) -> None:
    pane = house.pane()
    draft = pane.draft()
    assert draft.keep("first", before=None).status_code == 200
    refused = draft.keep("second", before=None)
    assert refused.json["type"] == "urn:letterlock:problem:draft-changed"
    opened = pane.post(f"/messages/{draft.id}/draft/open", {}).json
    content = age.decrypt(Identity.parse(opened["draft_key"]), base64.b64decode(opened["object"]))
    assert b"first" in content
    (listed,) = pane.call("GET", "/drafts").json["drafts"]
    assert draft.keep("second", before=listed["saved"]).status_code == 200


def test_a_draft_comes_back_to_its_writer_alone(house: House) -> None:
    pane = house.pane()
    draft = pane.draft()
    draft.keep("first")
    saved = draft.keep("second").json["saved"]
    (listed,) = pane.call("GET", "/drafts").json["drafts"]
    assert (listed["id"], listed["saved"], listed["reply_to"]) == (draft.id, saved, None)
    opened = pane.post(f"/messages/{draft.id}/draft/open", {}).json
    content = age.decrypt(Identity.parse(opened["draft_key"]), base64.b64decode(opened["object"]))
    assert b"second" in content
    ben = house.pane("ben@hart.example")
    assert ben.call("GET", "/drafts").json == {"drafts": []}
    assert ben.post(f"/messages/{draft.id}/draft/open", {}).status_code == 404


def test_a_draft_is_no_part_of_the_letter_and_ends_with_it(house: House) -> None:
    pane = house.pane()
    draft: Draft = pane.draft()
    draft.keep("x" * 700_000)
    assert len(blobs(house)) == 1
    draft.sign()
    assert draft.send().status_code == 202
    assert blobs(house) == []
    assert pane.call("GET", "/drafts").json == {"drafts": []}
    assert draft.keep().json["type"] == "urn:letterlock:problem:already-sent"


def test_a_draft_that_is_no_age_file_to_a_post_quantum_key_is_refused(house: House) -> None:
    pane = house.pane()
    draft = pane.draft()
    plain = base64.b64encode(b"age-encryption.org/v1\n-> X25519 x\n").decode()
    body = {"object": plain, "envelope": plain}
    assert pane.put(f"/messages/{draft.id}/draft", body).status_code == 422
    assert pane.call("GET", "/drafts").json == {"drafts": []}


def test_nobody_begins_letters_without_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.messages.service.MAX_UNSENT", 2)
    pane = house.pane()
    for _ in range(2):
        begun = pane.post("/messages", {"draft_id": str(uuid.uuid4())})
        assert begun.status_code == 201
    refused = pane.post("/messages", {"draft_id": str(uuid.uuid4())})
    assert refused.json["type"] == "urn:letterlock:problem:too-many-drafts"
    pane.call("DELETE", f"/messages/{begun.json['id']}")
    assert pane.post("/messages", {"draft_id": str(uuid.uuid4())}).status_code == 201


def test_a_file_that_the_disk_lost_is_said_as_such_and_the_letter_opens(house: House) -> None:
    pane = house.pane()
    draft = pane.draft(files={"a.bin": LARGE})
    draft.sign()
    draft.send()
    blobs(house)[0].unlink()
    lost = pane.call("GET", f"/messages/{draft.id}/objects/{next(iter(draft.uploads))}")
    assert lost.json["type"] == "urn:letterlock:problem:file-lost"
    assert "backup" in lost.json["detail"]
    assert pane.post(f"/messages/{draft.id}/open", {}).status_code == 200
