"""Staff sign in at the portal by Entra: what makes a session, and everything that does not."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from server.base import housekeeping
from server.base.ids import new_token
from server.crypto.encoding import b64u, unb64u
from server.people.sign_ins import service as sign_ins
from tests.house import House
from tests.people.staff_desk import (
    ANN,
    BEN,
    StaffDesk,
    begun,
    chosen,
    desk,
    posted,
    signed_in,
    silent,
)
from tests.people.test_passkeys import firm_id, run, told
from tests.people.test_passkeys import signed_in as client_signed_in

REFUSED = (403, "urn:letterlock:problem:sign-in-refused")
NOBODY = (401, "urn:letterlock:problem:sign-in")
HELD = "__Host-staff"
BINDS = "__Host-staff-sign-in"


def who(visitor: Any) -> Any:
    return visitor.api("GET", "/staff/sessions/current")


def count(house: House, statement: str) -> int:
    with house.parts.database.read() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def cookie(visitor: Any, name: str) -> str:
    found = visitor.http.get_cookie(name, domain="localhost")
    assert found is not None
    value: str = found.value
    return value


def test_a_sign_in_at_microsoft_makes_a_session_of_the_person_of_the_pane(house: House) -> None:
    pane = house.pane(BEN)
    ben = desk(house)
    assert told(who(ben)) == NOBODY
    answer = posted(ben, chosen(begun(ben)))
    assert (answer.status_code, answer.json) == (201, {"signed_in": True})
    [made] = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(f"{HELD}=")]
    wanted = {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"}
    assert wanted <= set(made.split("; "))
    shown = who(ben).json
    assert (shown["address"], shown["name"]) == (BEN, "Ben Carey")
    assert ben.api("GET", "/keys/own").json["key"] in pane.me["lookup"]["text"]
    assert count(house, "SELECT count(*) FROM events WHERE kind = 'staff.signed-in'") == 1


def test_what_goes_to_microsoft_has_pkce_a_state_and_a_nonce_and_asks_for_no_refresh_token(
    house: House,
) -> None:
    visitor = desk(house)
    answer = visitor.post("/staff/sign-ins", {})
    address = urlsplit(answer.json["address"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == house.parts.settings.authority
    assert asked["redirect_uri"] == "http://localhost:8399/staff/signed-in"
    assert (asked["code_challenge_method"], asked["response_mode"]) == ("S256", "fragment")
    assert set(asked["scope"].split()) == {"openid", "profile"}
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 16
    made = answer.headers["Set-Cookie"]
    wanted = {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"}
    assert made.startswith(f"{BINDS}=")
    assert wanted <= set(made.split("; "))
    assert asked["state"] not in cookie(visitor, BINDS)


def test_opening_the_page_that_microsoft_leads_to_signs_nobody_in(house: House) -> None:
    ben = desk(house)
    came = chosen(begun(ben))
    for path in ("/staff/signed-in", f"/staff/signed-in?code={came['code']}&state={came['state']}"):
        page = ben.call("GET", path)
        assert (page.status_code, "Set-Cookie" in page.headers) == (200, False)
        assert came["code"] not in page.text
    assert told(who(ben)) == NOBODY
    assert posted(ben, came).status_code == 201


def test_a_sign_in_that_another_browser_began_is_refused(house: House) -> None:
    came = chosen(begun(desk(house)))
    for victim in (desk(house), desk(house)):
        assert told(posted(victim, came)) == REFUSED
        begun(victim)
        assert told(posted(victim, came)) == REFUSED
        assert told(who(victim)) == NOBODY


def test_a_sign_in_works_once_and_by_the_same_request_again(house: House) -> None:
    ben = desk(house)
    came = chosen(begun(ben))
    key = {"Idempotency-Key": new_token()}
    first = posted(ben, came, **key)
    again = posted(ben, came, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.headers["Set-Cookie"] == again.headers["Set-Cookie"]
    assert told(posted(ben, came)) == REFUSED
    assert who(ben).status_code == 200
    assert count(house, "SELECT count(*) FROM sessions WHERE kind = 'staff'") == 1


def test_a_code_that_was_used_is_refused_by_microsoft_and_so_by_us(house: House) -> None:
    ben = desk(house)
    address = begun(ben)
    came = chosen(address)
    assert posted(ben, came).status_code == 201
    run(house, "DELETE FROM staff_sign_ins")
    assert told(posted(ben, came)) == REFUSED


@pytest.mark.parametrize(
    "changed",
    [{"state": "another"}, {"code": "another"}, {"error": "access_denied"}, {"code": None}],
)
def test_what_microsoft_did_not_send_is_refused(
    sqlite_house: House, changed: dict[str, Any]
) -> None:
    ben = desk(sqlite_house)
    came = chosen(begun(ben)) | changed
    answer = posted(ben, {name: value for name, value in came.items() if value is not None})
    assert told(answer) == REFUSED
    assert "nothing was changed" in answer.json["detail"]
    assert told(who(ben)) == NOBODY


def test_a_sign_in_ends_after_ten_minutes(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = desk(sqlite_house)
    came = chosen(begun(ben))
    from server.people.sign_ins.staff import service as staff

    real = staff.now_ms
    monkeypatch.setattr(staff, "now_ms", lambda connection: real(connection) + 601_000)
    assert told(posted(ben, came)) == REFUSED
    monkeypatch.undo()
    assert posted(ben, came).status_code == 201


def _shown_wrong(house: House, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sign in where the ID token says something else than it should."""
    tokens = house.parts.tokens
    real = tokens._decoded  # type: ignore[attr-defined]
    monkeypatch.setattr(tokens, "_decoded", lambda *given: real(*given) | wrong)
    ben = desk(house)
    return posted(ben, chosen(begun(ben)))


@pytest.mark.parametrize(
    "wrong",
    [{"nonce": "another"}, {"iss": "https://evil.example/v2.0"}, {"ver": "1.0"}],
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    sqlite_house: House, wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(_shown_wrong(sqlite_house, wrong, monkeypatch)) == REFUSED
    monkeypatch.undo()
    assert signed_in(sqlite_house)


def test_an_id_token_by_another_key_or_for_another_application_is_refused(
    sqlite_house: House,
) -> None:
    tokens, sandbox = sqlite_house.parts.tokens, sqlite_house.sandbox
    result = sandbox.sign_in(BEN, [])
    nonce = result["id_token_claims"]["nonce"]
    claims = tokens.verify_id(result["id_token"], nonce=nonce)  # type: ignore[attr-defined]
    assert claims["preferred_username"] == BEN
    head, body, signature = result["id_token"].split(".")
    changed = json.loads(unb64u(body)) | {"preferred_username": ANN}
    forged = ".".join([head, b64u(json.dumps(changed).encode()), signature])
    from server.people.sign_ins.refusals import SignInRefused

    for token in (forged, f"{head}.{body}.{b64u(b'x' * 256)}", "x", ""):
        with pytest.raises(SignInRefused):
            tokens.verify_id(token, nonce=nonce)  # type: ignore[attr-defined]
    tokens._client_id = "another"  # type: ignore[attr-defined]
    with pytest.raises(SignInRefused):
        tokens.verify_id(result["id_token"], nonce=nonce)  # type: ignore[attr-defined]


def test_another_organisations_person_is_refused(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.graph.door import EntraDoor

    real = EntraDoor.finish

    def foreign(self: EntraDoor, **given: Any) -> Any:
        proved = real(self, **given)
        return replace(proved, claims=replace(proved.claims, tenant_id="another"))

    monkeypatch.setattr(EntraDoor, "finish", foreign)
    ben = desk(sqlite_house)
    answer = posted(ben, chosen(begun(ben)))
    assert told(answer) == (403, "urn:letterlock:problem:other-tenant")
    assert told(who(ben)) == NOBODY


def test_who_never_opened_the_pane_becomes_a_person_as_there(house: House) -> None:
    assert count(house, "SELECT count(*) FROM persons WHERE kind = 'staff'") == 0
    ben = signed_in(house)
    assert count(house, "SELECT count(*) FROM persons WHERE kind = 'staff'") == 1
    assert ben.api("GET", "/keys/own").json["key"] is None
    pane = house.pane(BEN)
    assert count(house, "SELECT count(*) FROM persons WHERE kind = 'staff'") == 1
    assert ben.api("GET", "/keys/own").json["key"] in pane.me["lookup"]["text"]


def test_whose_access_was_ended_is_neither_let_in_nor_goes_on(house: House) -> None:
    ben = signed_in(house)
    run(house, "UPDATE persons SET state = 'suspended'")
    assert told(who(ben)) == NOBODY
    again = desk(house)
    answer = posted(again, chosen(begun(again)))
    assert told(answer) == (403, "urn:letterlock:problem:suspended")
    assert told(who(again)) == NOBODY


def test_each_session_opens_the_calls_of_its_kind_alone(house: House) -> None:
    ben, maya = signed_in(house), client_signed_in(house, "maya@client.example")
    assert maya.api("GET", "/keys/own").status_code == 200
    assert maya.api("GET", "/drafts").status_code == 200
    assert told(who(maya)) == NOBODY
    as_staff = {"headers": {"Letterlock-Sign-In": "staff"}}
    assert told(maya.api("GET", "/keys/own", **as_staff)) == NOBODY
    assert told(ben.api("GET", "/drafts")) == NOBODY
    as_client = {"headers": {"Letterlock-Sign-In": "client"}}
    assert told(ben.api("GET", "/keys/own", **as_client)) == NOBODY
    # Nor does it help to carry one session in the other's cookie.
    swapped = house.visitor()
    swapped.http.set_cookie("__Host-session", cookie(ben, HELD), domain="localhost")
    swapped.http.set_cookie(HELD, cookie(maya, "__Host-session"), domain="localhost")
    for answer in (
        who(swapped),
        swapped.api("GET", "/drafts"),
        swapped.api("GET", "/keys/own"),
        swapped.api("GET", "/keys/own", **as_staff),
    ):
        assert told(answer) == NOBODY


def test_a_browser_with_both_sign_ins_says_which_it_means(house: House) -> None:
    ben = signed_in(house)
    maya = client_signed_in(house, "maya@client.example")
    maya.http.set_cookie(HELD, cookie(ben, HELD), domain="localhost")
    hers = maya.api("GET", "/keys/own").json["person"]
    his = maya.api("GET", "/keys/own", headers={"Letterlock-Sign-In": "staff"}).json["person"]
    assert hers != his == ben.api("GET", "/keys/own").json["person"]


def test_a_session_ends_by_signing_out_by_the_next_and_by_time(house: House) -> None:
    ben = signed_in(house)
    first = cookie(ben, HELD)
    assert posted(ben, chosen(begun(ben))).status_code == 201
    second = cookie(ben, HELD)
    assert ben.api("DELETE", "/staff/sessions/current").status_code == 200
    assert ben.http.get_cookie(HELD, domain="localhost") is None
    for token in (first, second):
        ben.http.set_cookie(HELD, token, domain="localhost")
        assert told(who(ben)) == NOBODY
    assert ben.api("DELETE", "/staff/sessions/current").status_code == 200
    for ago in (f"seen = seen - {sign_ins.IDLE_MS + 1}", f"created = 0, seen = {10**15}"):
        ben = signed_in(house)
        run(house, f"UPDATE sessions SET {ago} WHERE kind = 'staff'")
        answer = who(ben)
        assert told(answer) == NOBODY
        assert "Sign in again" in answer.json["detail"]


def test_a_sign_in_that_microsoft_asked_for_a_moment_ago_is_fresh(house: House) -> None:
    ben = signed_in(house)
    assert who(ben).json["fresh_until"] > 0
    assert ben.post("/passkeys/options", {}).status_code == 201
    run(house, "UPDATE sessions SET proved = proved - 601000")
    _expect_stale(ben)
    address = begun(ben, again=True)
    assert {"prompt=login", "max_age=600"} <= set(urlsplit(address).query.split("&"))
    assert posted(ben, chosen(address)).status_code == 201
    assert ben.post("/passkeys/options", {}).status_code == 201


def test_a_sign_in_without_a_page_is_no_fresh_one(house: House) -> None:
    ben = desk(house)
    assert posted(ben, silent(begun(ben))).status_code == 201
    _expect_stale(ben)
    refused = silent(
        begun(ben, again=True).replace("prompt=login&", "").replace("prompt=login", "")
    )
    assert refused["error"] == "login_required"


def test_where_microsoft_does_not_say_when_nobody_is_fresh(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = desk(sqlite_house)
    tokens = sqlite_house.parts.tokens
    real = tokens._decoded  # type: ignore[attr-defined]
    silent_on_time = {"auth_time": None}
    monkeypatch.setattr(tokens, "_decoded", lambda *given: real(*given) | silent_on_time)
    assert posted(ben, chosen(begun(ben))).status_code == 201
    _expect_stale(ben)


def _expect_stale(ben: StaffDesk) -> None:
    assert who(ben).json["fresh_until"] == 0
    wanted = (403, "urn:letterlock:problem:fresh-sign-in-needed")
    assert told(ben.post("/passkeys/options", {})) == wanted


def test_microsoft_away_is_said_and_nothing_is_lost(house: House) -> None:
    ben = desk(house)
    came = chosen(begun(ben))
    house.sandbox.faults(entra={"status": 503, "times": 1})
    answer = posted(ben, came)
    assert told(answer) == (503, "urn:letterlock:problem:away")
    assert "Nothing was changed" in answer.json["detail"]


def test_what_is_over_is_swept_a_day_later(house: House) -> None:
    signed_in(house)
    assert count(house, "SELECT count(*) FROM staff_sign_ins") == 1
    _sweep(house)
    assert count(house, "SELECT count(*) FROM staff_sign_ins") == 1
    run(house, f"UPDATE staff_sign_ins SET expires = expires - {25 * 3_600_000}")
    _sweep(house)
    assert count(house, "SELECT count(*) FROM staff_sign_ins") == 0


def _sweep(house: House) -> None:
    housekeeping.plant(house.parts.database, [firm_id(house)], {"sweep-sign-ins": 0})
    house.work()
