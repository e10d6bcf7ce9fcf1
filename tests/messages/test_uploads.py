"""Uploads in parts: they go on where they stopped, and nothing is left of what was given up."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from server.messages.ports import BlobsAway
from server.messages.uploading import service as uploading
from server.messages.uploading import store as parts
from server.messages.uploading.service import MAX_OBJECT, MAX_PART
from tests.drafts import Draft, begin
from tests.house import House

PARTIAL = "application/partial-upload"
FILE = os.urandom(700_000)
OBJECT = "e" * 22


def blobs(house: House) -> list[Path]:
    return [path for path in (house.parts.settings.data / "blobs").rglob("*") if path.is_file()]


def path_of(draft: Draft, object_id: str = OBJECT) -> str:
    return f"/messages/{draft.id}/uploads/{object_id}"


def patch(
    draft: Draft, start: int, part: bytes, *, length: int = len(FILE), object_id: str = OBJECT
) -> Any:
    headers = {
        "Upload-Offset": str(start),
        "Upload-Length": str(length),
        "Upload-Complete": "?1" if start + len(part) == length else "?0",
    }
    path = path_of(draft, object_id)
    return draft.desk.api("PATCH", path, data=part, content_type=PARTIAL, headers=headers)


def put_parts(draft: Draft, edges: Sequence[int], object_id: str = OBJECT) -> list[int]:
    starts = [0, *edges]
    ends = [*edges, len(FILE)]
    return [
        patch(draft, start, FILE[start:end], object_id=object_id).status_code
        for start, end in zip(starts, ends, strict=True)
    ]


def standing(draft: Draft) -> tuple[str, str]:
    answer = draft.desk.api("HEAD", path_of(draft))
    assert answer.status_code == 204
    return answer.headers["Upload-Offset"], answer.headers["Upload-Complete"]


def test_parts_become_the_object_that_the_statement_names(house: House) -> None:
    draft = house.pane().draft(files={"scan.bin": b"first of all"})
    ((object_id, file),) = draft.uploads.items()
    draft.desk.api("DELETE", f"/messages/{draft.id}/objects/{object_id}")
    half = len(file) // 2
    for start, part in ((0, file[:half]), (half, file[half:])):
        answer = patch(draft, start, part, length=len(file), object_id=object_id)
    assert answer.status_code == 201
    assert answer.json["size"] == len(file)
    assert answer.headers["Upload-Complete"] == "?1"
    assert draft.sign().status_code == 200
    assert draft.send().status_code == 202
    found = draft.desk.api("GET", f"/messages/{draft.id}/objects/{object_id}")
    assert found.data == file
    assert blobs(house) == []


def test_the_server_says_where_to_go_on(house: House) -> None:
    draft = house.pane().draft()
    assert standing(draft) == ("0", "?0")
    answer = patch(draft, 0, FILE[:300_000])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "300000")
    assert standing(draft) == ("300000", "?0")
    wrong = patch(draft, 200_000, FILE[200_000:])
    assert wrong.json["type"] == "urn:letterlock:problem:upload-offset"
    assert wrong.json["offset"] == 300_000
    assert patch(draft, 300_000, FILE[300_000:]).status_code == 201
    assert standing(draft) == (str(len(FILE)), "?1")
    assert len(blobs(house)) == 1


def test_the_last_part_again_is_told_that_all_has_come(house: House) -> None:
    draft = house.pane().draft()
    assert put_parts(draft, [400_000]) == [204, 201]
    again = patch(draft, 400_000, FILE[400_000:])
    assert (again.status_code, again.json["offset"]) == (409, len(FILE))


def test_of_two_that_go_on_at_once_one_does(house: House) -> None:
    draft = house.pane().draft()
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: patch(draft, 0, FILE[:300_000]), range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    assert len(blobs(house)) == 1
    assert standing(draft) == ("300000", "?0")


def test_all_parts_without_their_object_are_joined_by_an_empty_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    with monkeypatch.context() as broken:
        broken.setattr("server.messages.store.insert_object", _fail)
        assert put_parts(draft, [400_000]) == [204, 500]
    assert standing(draft) == (str(len(FILE)), "?0")
    assert patch(draft, len(FILE), b"").status_code == 201
    assert standing(draft) == (str(len(FILE)), "?1")
    assert len(blobs(house)) == 1


def test_an_upload_of_which_bytes_are_gone_begins_anew(house: House) -> None:
    draft = house.pane().draft()
    for spoil in (Path.unlink, lambda part: part.write_bytes(FILE[:399_999])):
        patch(draft, 0, FILE[:400_000])
        spoil(next(path for path in blobs(house) if path.stat().st_size == 400_000))
        lost = patch(draft, 400_000, FILE[400_000:])
        assert (lost.status_code, lost.json["offset"]) == (409, 0)
        assert standing(draft) == ("0", "?0")
    assert put_parts(draft, [400_000]) == [204, 201]


def test_parts_that_are_given_up_before_they_are_joined_make_no_object(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    patch(draft, 0, FILE[:400_000])
    joined = uploading._joined

    def joined_late(database: Any, *others: Any, **more: Any) -> Any:
        with database.write() as connection:
            parts.delete_parts(connection, draft.id, OBJECT)
        return joined(database, *others, **more)

    with monkeypatch.context() as slow:
        slow.setattr(uploading, "_joined", joined_late)
        late = patch(draft, 400_000, FILE[400_000:])
    assert (late.status_code, late.json["offset"]) == (409, 0)
    assert standing(draft) == ("0", "?0")
    assert put_parts(draft, [400_000]) == [204, 201]


def test_a_part_that_loses_its_row_leaves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    monkeypatch.setattr("server.messages.uploading.store.insert_part", _fail)
    assert patch(draft, 0, FILE[:400_000]).status_code == 500
    assert blobs(house) == []


def test_what_is_given_up_or_thrown_away_leaves_nothing(house: House) -> None:
    pane = house.pane()
    draft = pane.draft()
    patch(draft, 0, FILE[:300_000])
    assert pane.call("DELETE", path_of(draft)).status_code == 204
    assert standing(draft) == ("0", "?0")
    assert blobs(house) == []
    patch(draft, 0, FILE[:300_000])
    assert pane.call("DELETE", f"/messages/{draft.id}").status_code == 204
    assert blobs(house) == []


def test_an_upload_of_somebody_else_is_like_one_of_nobody(house: House) -> None:
    draft = house.pane().draft()
    patch(draft, 0, FILE[:300_000])
    ben = house.pane("ben@hart.example")
    for method in ("HEAD", "PATCH", "DELETE"):
        headers = {"Upload-Offset": "300000", "Upload-Length": "700000", "Upload-Complete": "?0"}
        more = {"data": b"x", "content_type": PARTIAL} if method == "PATCH" else {}
        theirs = ben.call(method, path_of(draft), headers=headers, **more)
        nobodys = ben.call(
            method, f"/messages/{'z' * 22}/uploads/{OBJECT}", headers=headers, **more
        )
        assert (theirs.status_code, theirs.data) == (nobodys.status_code, nobodys.data)
        assert theirs.status_code == 404
    assert standing(draft) == ("300000", "?0")


def test_uploads_that_are_under_way_take_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    monkeypatch.setattr("server.messages.uploading.service.MAX_TOTAL", 1_000_000)
    assert patch(draft, 0, FILE, length=MAX_OBJECT).status_code == 413
    assert patch(draft, 0, FILE[:500_000]).status_code == 204
    other = patch(draft, 0, FILE[:1], object_id="f" * 22)
    assert other.json["type"] == "urn:letterlock:problem:too-large"


def test_the_unsent_letters_of_a_person_hold_so_much_and_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane, ben = house.pane(), house.pane("ben@hart.example")
    one, other, bens = pane.draft(), pane.draft(), ben.draft()
    for kind in ("staff", "client"):
        monkeypatch.setitem(uploading.MAX_UNSENT, kind, 1_000_000)
    monkeypatch.setattr(uploading, "MAX_BODY", 100_000)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda draft: draft.put(OBJECT, FILE), (one, other)))
    kept, refused = sorted(answers, key=lambda answer: int(answer.status_code))
    assert (kept.status_code, refused.status_code) == (201, 413)
    assert refused.json["type"] == "urn:letterlock:problem:too-much-unsent"
    assert refused.json["limit"] == 1_000_000
    assert 700_000 < refused.json["unsent"] < 800_000
    assert "send some of them or throw them away" in refused.json["detail"]
    assert {
        patch(draft, 0, FILE[:400_000], object_id="f" * 22).status_code for draft in (one, other)
    } == {413}
    assert patch(bens, 0, FILE[:400_000]).status_code == 204
    full = one if answers[0] is kept else other
    assert full.put("b" * 22, FILE[:90_000]).status_code == 201  # as large as a text: always room
    assert full.keep().status_code == 200
    assert full.sign().status_code == 200
    assert full.send().status_code == 202
    rest = other if full is one else one
    assert patch(rest, 0, FILE[:400_000]).status_code == 204
    maya = house.visitor()
    maya.sign_in(full.id)
    maya.me = maya.api("PUT", "/me", {}).json
    answer = begin(maya, to=["ann@hart.example"], reply_to=full.id)
    assert answer.put(OBJECT, FILE).status_code == 201
    assert answer.put("f" * 22, FILE).json["limit"] == 1_000_000


def test_a_part_or_an_upload_that_is_too_large_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()
    assert patch(draft, 0, b"x", length=MAX_OBJECT + 1).status_code == 413
    assert patch(draft, 0, bytes(MAX_PART + 1), length=MAX_OBJECT).status_code == 413
    monkeypatch.setattr("server.messages.uploading.service.MAX_PARTS", 2)
    patch(draft, 0, b"x")
    patch(draft, 1, b"x")
    assert patch(draft, 2, b"x").status_code == 413
    assert standing(draft) == ("2", "?0")


def test_a_part_that_does_not_say_where_it_belongs_is_refused(house: House) -> None:
    draft = house.pane().draft()
    for start, length, is_last in (
        ("0", "10", ""), ("0", "", "?0"), ("-1", "10", "?0"), ("0", "10", "?1"), ("0", "5", "?0"),
        ("0", "4", "?0"), ("", "10", "?0"),
    ):  # fmt: skip
        told = {"Upload-Offset": start, "Upload-Length": length, "Upload-Complete": is_last}
        headers = {name: value for name, value in told.items() if value}
        answer = draft.desk.api(
            "PATCH", path_of(draft), data=b"12345", content_type=PARTIAL, headers=headers
        )
        assert answer.status_code == 422, told
    assert standing(draft) == ("0", "?0")


def test_a_sent_letter_takes_no_more_parts(house: House) -> None:
    draft = house.pane().draft()
    patch(draft, 0, FILE[:300_000])
    draft.sign()
    draft.send()
    late = patch(draft, 300_000, FILE[300_000:])
    assert late.json["type"] == "urn:letterlock:problem:already-sent"


def test_bytes_that_went_with_another_upload_are_not_promised(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its bytes and its row another upload of the same bytes is taken back."""
    draft = house.pane().draft()
    put = house.parts.blobs.put

    def put_and_lose(key: str, file: Any) -> None:
        put(key, file)
        house.parts.blobs.delete([key])

    monkeypatch.setattr(house.parts.blobs, "put", put_and_lose)
    refused = draft.put(OBJECT, FILE)
    assert refused.status_code == 503
    monkeypatch.undo()
    assert draft.put(OBJECT, FILE).status_code == 201
    assert [path.read_bytes() for path in blobs(house)] == [FILE]


def test_a_blob_store_that_is_away_is_a_503_and_nothing_half_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.pane().draft()

    def away(*_: object) -> None:
        raise BlobsAway

    monkeypatch.setattr(house.parts.blobs, "put", away)
    for answer in (draft.put(OBJECT, FILE), patch(draft, 0, FILE[:300_000])):
        assert answer.status_code == 503
        assert "Nothing was lost" in answer.json["detail"]
        assert answer.headers["Retry-After"] == "5"
    monkeypatch.undo()
    assert standing(draft) == ("0", "?0")
    assert put_parts(draft, [400_000]) == [204, 201]


def _fail(*_: object) -> None:
    raise OSError
