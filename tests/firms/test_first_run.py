"""A firm's first run: who gets in, what is kept, what keeps the firm from opening."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.base.outbox import lease
from server.base.tenancy import all_firms, for_firm
from server.firms import service as firms
from server.firms import store
from server.firms.first_run import service as first_run
from server.firms.first_run import tasks
from server.firms.first_run.ports import TrialFailed
from server.firms.service import Firm
from tests.house import ORIGIN, House, key

PORTAL = "http://localhost:8397"
ADDIN = "http://127.0.0.1:8397"
LOOKS = {
    "name": "Field & Vane", "line": "Solicitors", "telephone": "+44 117 496 0199",
    "address": "2 Mill Lane, Bristol", "zone": "Europe/London",
    "firm_1": "#ffd400", "firm_2": "#224466",
}  # fmt: skip


@dataclass
class Admin:
    """The admin's browser at the new firm's portal."""

    house: House
    firm: Firm
    link: str
    http: FlaskClient
    portal: str = PORTAL

    def call(self, method: str, path: str = "", **body: Any) -> TestResponse:
        headers = {"Sec-Fetch-Site": "same-origin", "Idempotency-Key": key()}
        sent = {} if method == "GET" else {"json": body}
        url = f"/api/v1/set-up{path}"
        return self.http.open(url, method=method, base_url=self.portal, headers=headers, **sent)

    def enter(self) -> TestResponse:
        return self.call("POST", "/browsers", key=self.link.rpartition("/")[2])

    def answers(self) -> Any:
        return self.call("GET").json

    def trial(self, outcome: str = "") -> None:
        """What the worker does with the trial mails."""
        for lane in ("codes", "notices"):
            with all_firms("a test"), self.house.parts.database.write() as connection:
                job = lease(connection, lane)
            if job is not None:
                with for_firm(job.firm_id):
                    tasks.send_trial(self.house.parts.database, job, Post(outcome))

    def answer_all(self) -> None:
        self.enter()
        assert self.call("PUT", "/record", choice="archive").status_code == 200
        assert self.call("PUT", "/brand", **LOOKS).status_code == 200
        assert self.call("PUT", "/hosts").status_code == 200
        assert self.call("POST", "/trials", mailbox="portal@field.example").status_code == 201
        self.trial()
        assert self.call("PUT", "/mailbox").status_code == 200
        assert self.call("PUT", "/look-up", granted=True).status_code == 200


@dataclass
class Post:
    """Takes every trial mail, or fails with a reason."""

    outcome: str

    def send_trial(self, **_mail: Any) -> None:
        if self.outcome:
            raise TrialFailed(self.outcome)


@pytest.fixture
def admin(house: House) -> Admin:
    with all_firms("a test"), house.parts.database.write() as connection:
        firm = first_run.begin(
            connection,
            tenant_id="0b7f7a0e-54f5-4a6f-8a35-0a1f6b7a9c01",
            origin=PORTAL,
            addin_origin=ADDIN,
            domains=("field.example",),
            admin="eve@field.example",
            name="field.example",
        )
        link = first_run.new_link(connection, firm)
    return Admin(house, firm, link, house.app.test_client())


def kind_of(answer: TestResponse) -> str:
    return str(answer.json["type"]).rpartition(":")[2]


def test_the_link_works_once_and_only_by_pressing_its_button(admin: Admin) -> None:
    path = admin.link.removeprefix(PORTAL)
    for _ in range(2):  # a mail program that looks at links uses nothing up
        assert admin.http.get(path, base_url=PORTAL).status_code == 200
    assert admin.enter().status_code == 201
    other = Admin(admin.house, admin.firm, admin.link, admin.house.app.test_client())
    assert kind_of(other.enter()) == "link-gone"
    assert kind_of(other.call("GET")) == "sign-in"


def test_a_lost_answer_is_given_again_to_the_very_request_that_used_the_link(admin: Admin) -> None:
    body, headers = {"key": admin.link.rpartition("/")[2]}, {"Sec-Fetch-Site": "same-origin"}
    url, cookies = "/api/v1/set-up/browsers", []
    for request in ("a" * 22, "a" * 22, "b" * 22):
        answer = admin.http.post(
            url, base_url=PORTAL, json=body, headers={**headers, "Idempotency-Key": request}
        )
        cookies.append((answer.status_code, answer.headers.get("Set-Cookie", "").split(";")[0]))
    assert cookies == [cookies[0], cookies[0], (403, "")]


def test_no_page_tells_a_good_link_from_a_bad_one(admin: Admin) -> None:
    good = admin.http.get(admin.link.removeprefix(PORTAL), base_url=PORTAL).data
    bad = admin.http.get(f"/set-up/{'A' * 43}", base_url=PORTAL).data
    assert good.replace(admin.link.rpartition("/")[2].encode(), b"A" * 43) == bad


def test_a_link_of_another_firm_an_old_one_and_none_are_refused_alike(admin: Admin) -> None:
    elsewhere = Admin(
        admin.house, admin.firm, admin.link, admin.house.app.test_client(), portal=ORIGIN
    )
    answers = [elsewhere.enter()]
    with all_firms("a test"), admin.house.parts.database.write() as connection:
        connection.execute(text("UPDATE setup_keys SET expires = 1"))
    answers.append(admin.enter())
    admin.link = f"{PORTAL}/set-up/{'A' * 43}"
    answers.append(admin.enter())
    assert {(answer.status_code, answer.data) for answer in answers} == {(403, answers[0].data)}


def test_a_new_link_ends_the_old_one_and_the_browser_it_let_in(admin: Admin) -> None:
    admin.enter()
    assert admin.call("GET").status_code == 200
    with for_firm(admin.firm.id), admin.house.parts.database.write() as connection:
        first_run.new_link(connection, admin.firm)
    assert kind_of(admin.call("GET")) == "sign-in"


def test_the_cookie_of_one_firm_opens_no_other(admin: Admin) -> None:
    admin.enter()
    cookie = admin.http.get_cookie("__Host-set-up", domain="localhost")
    assert cookie is not None
    answer = admin.http.get(
        "/api/v1/set-up", base_url=ORIGIN, headers={"Cookie": f"__Host-set-up={cookie.value}"}
    )
    assert answer.status_code == 401


def test_the_database_holds_no_secret_that_lets_anybody_in(admin: Admin) -> None:
    admin.enter()
    cookie = admin.http.get_cookie("__Host-set-up", domain="localhost")
    assert cookie is not None
    with all_firms("a test"), admin.house.parts.database.read() as connection:
        kept = str(connection.execute(text("SELECT * FROM setup_keys")).all())
    assert len(kept) > 64
    assert cookie.value not in kept
    assert admin.link.rpartition("/")[2] not in kept


def test_answers_are_there_when_one_comes_back(admin: Admin) -> None:
    admin.answer_all()
    answers = admin.answers()
    assert answers["done"] == ["record", "brand", "hosts", "mailbox", "look-up"]
    assert answers["looks"] == LOOKS
    assert (answers["record"], answers["mailbox"]) == ("archive", "portal@field.example")
    assert answers["look_up"] is True


def test_a_firm_opens_only_when_every_question_has_its_answer(admin: Admin) -> None:
    admin.enter()
    for step, path, body in (
        ("record", "/record", {"choice": "none"}),
        ("brand", "/brand", LOOKS),
        ("hosts", "/hosts", {}),
    ):
        refused = admin.call("POST", "/open")
        assert (refused.status_code, refused.json["step"]) == (409, step)
        admin.call("PUT", path, **body)
    assert admin.call("POST", "/open").json["step"] == "mailbox"
    admin.answer_all()
    assert admin.call("POST", "/open").json["open"] is True
    assert admin.call("POST", "/open").status_code == 201  # a lost answer, asked again


def test_until_it_opens_nobody_of_the_firm_writes_and_the_portal_says_so(house: House) -> None:
    pane = house.pane()
    with house.parts.database.write() as connection:
        firm = firms.of_origin(connection, ORIGIN)
        store.update(connection, firm.id, {"opened": None})
    refused = pane.put("/me", {})
    assert (refused.status_code, kind_of(refused)) == (403, "not-open")
    front = house.app.test_client().get("/", base_url=ORIGIN)
    assert "not open yet" in front.text


def test_the_record_choice_stays_once_the_firm_is_open(admin: Admin) -> None:
    admin.answer_all()
    assert admin.call("PUT", "/record", choice="none").json["record"] == "none"
    admin.call("POST", "/open")
    assert kind_of(admin.call("PUT", "/record", choice="archive")) == "record-fixed"
    assert admin.call("PUT", "/record", choice="none").status_code == 200
    assert admin.answers()["record"] == "none"


def test_what_cannot_be_shown_is_named_and_changes_nothing(admin: Admin) -> None:
    admin.enter()
    admin.call("PUT", "/brand", **LOOKS)
    for field, value in (
        ("name", " "), ("telephone", "ring us"), ("telephone", ""), ("address", ""),
        ("zone", "Mars/Olympus"), ("name", "Field\u0000Vane"),
    ):  # fmt: skip
        refused = admin.call("PUT", "/brand", **{**LOOKS, field: value})
        assert (refused.status_code, refused.json["field"]) == (422, field)
        assert admin.answers()["looks"] == LOOKS


def test_a_colour_too_light_for_words_gets_shades_that_can_be_read(admin: Admin) -> None:
    admin.enter()
    admin.call("PUT", "/brand", **LOOKS)
    css = admin.http.get("/brand.css", base_url=PORTAL).text
    assert "--firm-1:#ffd400;" in css
    assert "--firm-text:#ffd400" not in css


def test_the_mailbox_is_the_firms_own_and_the_systems_only_once_it_was_tried(admin: Admin) -> None:
    admin.enter()
    assert admin.call("POST", "/trials", mailbox="portal@field.example").json["step"] == "brand"
    admin.call("PUT", "/brand", **LOOKS)
    assert admin.call("POST", "/trials", mailbox="x@evil.example").json["field"] == "mailbox"
    assert admin.call("POST", "/trials", mailbox="nonsense").status_code == 422
    admin.call("POST", "/trials", mailbox="Portal@field.example")
    assert admin.call("PUT", "/mailbox").status_code == 409
    admin.trial("ErrorAccessDenied")
    assert admin.answers()["trials"]["codes"]["reason"] == "ErrorAccessDenied"
    assert admin.call("PUT", "/mailbox").status_code == 409
    assert mailbox_of(admin) == ""
    admin.call("POST", "/trials", mailbox="portal@field.example")
    admin.trial()
    admin.call("PUT", "/mailbox")
    assert mailbox_of(admin) == "portal@field.example"


def test_asked_twice_one_trial_mail_goes_out(admin: Admin) -> None:
    admin.enter()
    admin.call("PUT", "/brand", **LOOKS)
    for _ in range(2):
        admin.call("POST", "/trials", mailbox="portal@field.example")
    with all_firms("a test"), admin.house.parts.database.read() as connection:
        jobs = connection.execute(text("SELECT count(*) FROM outbox WHERE kind = 'trial'"))
        assert jobs.scalar_one() == 1


def mailbox_of(admin: Admin) -> str:
    with all_firms("a test"), admin.house.parts.database.read() as connection:
        found = connection.execute(
            text("SELECT mailbox FROM firms WHERE id = :id"), {"id": admin.firm.id}
        )
        return str(found.scalar_one())
