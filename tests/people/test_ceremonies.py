"""What counts as a passkey made here, and as one that signed here: without any house around it."""

from typing import Any

import pytest

from server.crypto.encoding import b64u
from server.people.passkeys.ceremonies import NotGenuine, Site, made, options_to_make, signed
from tests.house import ORIGIN
from tests.people.authenticator import FLAG, KINDS, Authenticator

SITE = Site(origin=ORIGIN, name="Hart & Co")
CHALLENGE, OTHER = b64u(b"c" * 32), b64u(b"o" * 32)
USER = {"id": b64u(b"u" * 32), "name": "maya@client.example", "displayName": "Maya"}
OPTIONS = options_to_make(SITE, challenge=CHALLENGE, user=USER, known=[])
WRONG: list[dict[str, Any]] = [
    {"origin": "http://localhost:1"},
    {"origin": f"{ORIGIN}/"},
    {"origin": "https://evil.example"},
    {"rp": "evil.example"},
    {"flags": FLAG.UP},
    {"flags": FLAG.UV},
    {"cross_origin": True},
]


def signature(authenticator: Authenticator) -> dict[str, Any]:
    return authenticator.get({"challenge": CHALLENGE})


def known(authenticator: Authenticator) -> bytes:
    return made(SITE, authenticator.make(OPTIONS), challenge=CHALLENGE).public_key


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_key_is_taken_and_signs(kind: str) -> None:
    authenticator = Authenticator(kind)
    kept = made(SITE, authenticator.make(OPTIONS), challenge=CHALLENGE)
    assert (kept.credential, kept.counter) == (b64u(authenticator.id), 0)
    assert kept.transports == ["hybrid", "internal"]
    authenticator.counter = 3
    answer = signature(authenticator)
    found = signed(SITE, answer, challenge=CHALLENGE, public_key=kept.public_key)
    assert found == (3, USER["id"])


def test_a_key_of_a_kind_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(NotGenuine):
        made(SITE, Authenticator("ES384").make(OPTIONS), challenge=CHALLENGE)


@pytest.mark.parametrize("wrong", [*WRONG, {"id": b"i" * 15}, {"id": b"i" * 1024}])
def test_what_was_made_elsewhere_or_by_nobody_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotGenuine):
        made(SITE, Authenticator(**wrong).make(OPTIONS), challenge=CHALLENGE)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_was_signed_elsewhere_or_by_nobody_is_refused(wrong: dict[str, Any]) -> None:
    authenticator = Authenticator()
    key = known(authenticator)
    for name, value in wrong.items():
        setattr(authenticator, name, value)
    with pytest.raises(NotGenuine):
        signed(SITE, signature(authenticator), challenge=CHALLENGE, public_key=key)


@pytest.mark.parametrize("challenge", [OTHER, "", CHALLENGE[:-1]])
def test_another_challenge_is_not_answered(challenge: str) -> None:
    authenticator = Authenticator()
    key = known(authenticator)
    with pytest.raises(NotGenuine):
        made(SITE, authenticator.make(OPTIONS), challenge=challenge)
    with pytest.raises(NotGenuine):
        signed(SITE, signature(authenticator), challenge=challenge, public_key=key)


def test_an_empty_challenge_is_answered_by_nobody() -> None:
    authenticator = Authenticator()
    key = known(authenticator)
    empty = {"challenge": ""}
    with pytest.raises(NotGenuine):
        made(SITE, authenticator.make(OPTIONS | empty), challenge="")
    with pytest.raises(NotGenuine):
        signed(SITE, authenticator.get(empty), challenge="", public_key=key)


def test_what_was_made_is_no_signature_and_the_other_way_round() -> None:
    authenticator = Authenticator()
    key = known(authenticator)
    with pytest.raises(NotGenuine):
        signed(SITE, authenticator.make(OPTIONS), challenge=CHALLENGE, public_key=key)
    with pytest.raises(NotGenuine):
        made(SITE, signature(authenticator), challenge=CHALLENGE)


def test_another_key_did_not_sign_this() -> None:
    keys = [known(Authenticator(kind)) for kind in KINDS]
    for key in (*keys, None):
        with pytest.raises(NotGenuine):
            signed(SITE, signature(Authenticator()), challenge=CHALLENGE, public_key=key)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.clear(),
        lambda one: one.update(rawId=7),
        lambda one: one.update(rawId=b64u(b"another")),
        lambda one: one.update(dict.fromkeys(("id", "rawId"), b64u(b"another credential"))),
        lambda one: one.update(response=None),
        lambda one: one["response"].update(attestationObject=b64u(b"\x81" * 9000)),
        lambda one: one["response"].update(attestationObject=b64u(b"\xa0")),
        lambda one: one["response"].update(attestationObject="!"),
        lambda one: one["response"].update(clientDataJSON=b64u(b"[]")),
        lambda one: one["response"].update(clientDataJSON=b64u(b"[" * 30_000)),
        lambda one: one["response"].update(clientDataJSON=b64u(b"\xff")),
    ],
)
def test_what_is_no_credential_is_refused(spoil: Any) -> None:
    credential = Authenticator().make(OPTIONS)
    spoil(credential)
    with pytest.raises(NotGenuine):
        made(SITE, credential, challenge=CHALLENGE)


@pytest.mark.parametrize("cut", range(0, 180, 9))
def test_a_cut_attestation_is_refused(cut: int) -> None:
    credential = Authenticator().make(OPTIONS)
    whole = credential["response"]["attestationObject"]
    credential["response"]["attestationObject"] = whole[:cut]
    with pytest.raises(NotGenuine):
        made(SITE, credential, challenge=CHALLENGE)


def test_ways_that_nobody_has_heard_of_are_left_out() -> None:
    credential = Authenticator().make(OPTIONS)
    for named in (["usb", "pigeon", 7], "usb", None):
        credential["response"]["transports"] = named
        kept = made(SITE, credential, challenge=CHALLENGE)
        assert kept.transports == (["usb"] if isinstance(named, list) else [])
