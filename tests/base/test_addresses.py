"""Addresses: what is one, and what of it a stranger sees."""

import pytest

from server.base.addresses import masks, parse_address
from server.base.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        (" Maya@Client.Example ", "maya@client.example"),
        ("o'brien+tax@client.example", "o'brien+tax@client.example"),
        ("maya@müller.example", "maya@xn--mller-kva.example"),
    ],
)
def test_takes_addresses_that_mail_can_be_sent_to(typed: str, parsed: str) -> None:
    assert parse_address(typed) == parsed


@pytest.mark.parametrize(
    "typed",
    ["\u200bmaya@client.example", "m\u0430ya@client.example", "ma..ya@client.example", "maya"],
)
def test_refuses_what_only_looks_like_one(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_address(typed)


def test_masks_show_one_letter_and_more_only_where_two_look_alike() -> None:
    assert masks(["maya@c.example", "tom@c.example"]) == ["m···@c.example", "t···@c.example"]
    assert masks(["maya@c.example", "mike@c.example"]) == ["ma···@c.example", "mi···@c.example"]
    assert masks(["ma@c.example", "maya@c.example"]) == ["ma···@c.example", "may···@c.example"]
