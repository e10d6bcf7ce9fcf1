"""An ordinary mail that is sealed into the record: once, and for people of the firm alone."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from server.commands.rotation import rotate
from server.crypto.encoding import b64u
from tests.drafts import Draft, look_up
from tests.house import House, Pane
from tests.messages.notices import ANN, MAYA, got, value
from tests.messages.test_added_readers import granted
from tests.sandbox.running import eventually

BEN = "ben@hart.example"
HASH = b64u(hashlib.sha256(b"letterlock/mail/v1\0<a@client.example>").digest())


def filed(pane: Pane, mail: str = HASH) -> Any:
    return pane.call("POST", "/mails", {"mail": mail})


def draft(pane: Pane, *readers: str, mail: str = HASH) -> Draft:
    """A mail with its object uploaded, for oneself and these."""
    made = filed(pane, mail).json
    found = look_up(pane, readers) if readers else []
    begun = Draft(pane, made["id"], made["thread_id"], found, "From: Maya")
    begun.subject = f"Sealed {begun.id}"
    begun.upload()
    return begun


def test_a_mail_is_sealed_for_oneself_and_its_notice_goes_to_nobody_else(house: House) -> None:
    pane = house.pane()
    mail = draft(pane)
    assert mail.sign().status_code == 200
    assert mail.send().status_code == 202
    house.work()
    eventually(lambda: got(house, mail.subject, ANN) == 1)
    assert pane.call("POST", f"/messages/{mail.id}/open", {}).status_code == 200
    assert house.pane(BEN).call("POST", f"/messages/{mail.id}/open", {}).status_code == 404


def test_a_colleague_reads_it_when_it_was_sealed_for_him_too(house: House) -> None:
    house.pane(BEN)
    mail = draft(house.pane(), BEN)
    assert (mail.sign().status_code, mail.send().status_code) == (200, 202)
    house.work()
    eventually(lambda: (got(house, mail.subject, BEN), got(house, mail.subject, ANN)) == (1, 1))
    assert house.pane(BEN).call("POST", f"/messages/{mail.id}/open", {}).status_code == 200


def test_no_client_reads_it_neither_from_the_start_nor_added_later(house: House) -> None:
    mail = draft(house.pane(), MAYA)
    refused = mail.sign()
    assert (refused.status_code, refused.json["type"][-9:]) == (403, "firm-only")
    mail.readers, mail.hidden = [], look_up(mail.desk, [MAYA])
    assert mail.sign().json["type"][-9:] == "firm-only"
    mail.hidden = []
    assert (mail.sign().status_code, mail.send().status_code) == (200, 202)
    _, late = granted(mail, MAYA)
    assert (late.status_code, late.json["type"][-9:]) == (403, "firm-only")
    _, colleague = granted(mail, BEN)
    assert colleague.status_code == 200


def test_the_same_mail_is_one_message_however_often_it_is_sealed(house: House) -> None:
    pane = house.pane()
    mail = draft(pane)
    assert filed(pane).json["id"] == mail.id
    assert filed(pane).json["sealed_at"] is None
    mail.sign()
    mail.send()
    again = filed(pane).json
    assert again["id"] == mail.id
    assert abs(again["sealed_at"] - time.time()) < 60
    assert mail.sign().json["type"][-12:] == "already-sent"
    assert filed(pane, HASH[:42] + "A").json["id"] != mail.id
    assert filed(house.pane(BEN)).json["id"] != mail.id


def test_the_server_keeps_the_hash_sealed_and_no_two_people_have_the_same_index(
    house: House,
) -> None:
    ann, ben = (filed(house.pane(address)).json["id"] for address in (ANN, BEN))
    sql = "SELECT mail_index FROM entries WHERE id = '{}'"
    indexes = {value(house, sql.format(one)) for one in (ann, ben)}
    assert len(indexes) == 2
    assert HASH not in indexes
    sealed = value(house, f"SELECT mail_sealed FROM entries WHERE id = '{ann}'")
    assert HASH.encode() not in bytes(sealed)


def test_it_is_the_same_message_under_a_new_master_key(house: House) -> None:
    pane = house.pane()
    before = filed(pane).json["id"]
    rotate(house.parts.settings, settle_s=0)
    assert filed(pane).json["id"] == before


def test_eight_windows_at_once_begin_one_message(house: House) -> None:
    token = house.pane().token
    panes = [Pane(house, house.app.test_client(), token) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        begun = {answer.json["id"] for answer in threads.map(filed, panes)}
    assert len(begun) == 1


def test_an_ordinary_letter_still_needs_a_reader(house: House) -> None:
    letter = house.pane().draft([MAYA])
    letter.readers = []
    refused = letter.sign()
    assert (refused.status_code, refused.json["type"][-17:]) == (422, "statement-refused")


def test_a_person_knows_colleagues_and_whom_she_has_written_to(house: House) -> None:
    ann, ben = house.pane(), house.pane(BEN)
    letter = ann.draft([MAYA])
    letter.sign()
    names = {MAYA: "Maya Okafor"}
    assert letter.send(names=names).status_code == 202
    known = ann.call("GET", "/people").json["people"]
    assert known == [
        {"address": BEN, "name": "Ben Carey", "colleague": True},
        {"address": MAYA, "name": "Maya Okafor", "colleague": False},
    ]
    assert [one["address"] for one in ben.call("GET", "/people").json["people"]] == [ANN]
