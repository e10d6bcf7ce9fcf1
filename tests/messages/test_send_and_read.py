"""A confidential message from the pane to the reader, on both databases."""

from tests.house import House, mailbox
from tests.sandbox.running import eventually

MAYA = "maya@client.example"


def test_a_sent_message_is_read_by_its_reader(house: House) -> None:
    message_id = house.pane().send(text="The kiln has paid for itself.")
    house.work()
    maya = house.visitor()
    assert maya.sign_in(message_id).status_code == 201
    assert maya.read(message_id)["text"] == "The kiln has paid for itself."


def test_sent_items_holds_one_notice_and_nothing_of_the_text(house: House) -> None:
    pane = house.pane()
    draft = pane.draft(text="Profit is up by a fifth.")
    draft.subject = "Subject " + draft.id
    draft.sign()
    draft.send()
    house.work()
    sent = eventually(lambda: house.sandbox.message("ann@hart.example", "sentitems", draft.subject))
    assert f"/m/{draft.id}" in str(sent)
    assert "fifth" not in str(sent)
    titles = [m["subject"] for m in mailbox(house.sandbox, "ann@hart.example", "sentitems")]
    assert titles.count(draft.subject) == 1


def test_the_sender_sees_when_the_notice_has_left(house: House) -> None:
    pane = house.pane()
    message_id = pane.send()
    assert pane.call("GET", f"/messages/{message_id}").json["notice"]["state"] == "queued"
    house.work()
    status = pane.call("GET", f"/messages/{message_id}").json
    assert (status["state"], status["notice"]["state"]) == ("delivered", "sent")


def test_a_draft_that_is_sent_twice_gives_one_notice(house: House) -> None:
    draft = house.pane().draft()
    draft.subject = "Once " + draft.id
    draft.sign()
    assert draft.send().status_code == 202
    assert draft.send().status_code == 202
    house.work()
    eventually(lambda: house.sandbox.message(MAYA, "inbox", draft.subject))
    titles = [m["subject"] for m in mailbox(house.sandbox, MAYA)]
    assert titles.count(draft.subject) == 1
