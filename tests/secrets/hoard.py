"""The secrets of a house in which something has happened, and the search for them.

A secret is looked for by its `needle`: 22 characters that stand in every form in which it is
handed over, so that it fits into a path too.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from sqlalchemy import text

from server.base.http import CODE_COOKIE, SESSION_COOKIE, SETUP_COOKIE, STAFF_COOKIE
from server.base.tenancy import all_firms
from server.crypto.encoding import b64u
from server.crypto.identity import Identity
from server.firms.first_run import service as first_run
from server.keys.custody import service as custody
from server.keys.models import keys
from server.people.sign_ins.service import SealedTokenCaches
from tests.drafts import Draft
from tests.e2e.canary import ENCODINGS, find_all, new_word
from tests.house import House, Pane, Visitor
from tests.keys.conftest import signed_in
from tests.keys.holding import opened_old
from tests.keys.pairing import of_firm, paired
from tests.people.staff_desk import BEN
from tests.sandbox.running import SECRET, TENANT

SETUP_ORIGIN: Final = "http://localhost:8397"
SETUP_ADDIN_ORIGIN: Final = "http://127.0.0.1:8397"
TITLE, TEXT, FILE, CONTENT = "public subject", "text", "file name", "content of a file"
_FITTING: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Loot:
    """What is looked for: secrets by what they are. `seeds` are those that are bytes."""

    secrets: dict[str, str]
    seeds: dict[str, bytes]

    @cached_property
    def needles(self) -> dict[str, str]:
        """What is looked for, by what it is."""
        return {kind: needle(secret) for kind, secret in self.secrets.items()}

    @cached_property
    def everything(self) -> str:
        """All of them in one line."""
        return " ".join(self.needles.values())

    def found_in(self, data: bytes, *, depth: int = 3) -> dict[str, set[str]]:
        """The secrets that are in it, with the forms in which they are."""
        kinds = {word: kind for kind, word in self.needles.items()}
        found = {
            kinds[word]: forms
            for word, forms in find_all(data, kinds, depth=depth).items()
            if forms
        }
        for kind, seed in self.seeds.items():
            encodings = {name: encode for name, encode in ENCODINGS.items() if name != "UTF-16"}
            forms = {
                name
                for name, encode in encodings.items()
                if any(map(data.__contains__, encode(seed)))
            }
            if forms:
                found[f"{kind} in bytes"] = forms
        return found


@dataclass(frozen=True)
class Hoard(Loot):
    """The secrets of a house, and the doors that hold them. Of `seeds`, `secrets` has the text."""

    pane: Pane
    visitor: Visitor
    letter: str
    draft: Draft
    object_id: str
    cookies: dict[str, str]


def needle(secret: str) -> str:
    """The last 22 characters in a row that fit into a path; of a code, all of it."""
    fitting = _FITTING.findall(secret[::-1])
    return fitting[0][::-1] if fitting else secret


def fitted(word: str) -> str:
    """A needle as 22 characters; a code is filled up."""
    return (word + "A" * 22)[:22]


def collect(house: House) -> Hoard:
    """Have letters written, sent and read; what a thief would want of it."""
    words = {kind: new_word()[:22] for kind in (TITLE, TEXT, FILE, CONTENT, "smtp password")}
    pane = house.pane()
    files = {f"{words[FILE]}.pdf": words[CONTENT].encode() + b"." * 300_000}
    sent = pane.draft(text=words[TEXT], files=files)
    sent.subject = words[TITLE]
    assert sent.sign().status_code == 200
    assert sent.send().status_code == 202
    house.work()
    visitor = house.visitor()
    session = visitor.sign_in(sent.id)
    assert session.status_code == 201
    opened = visitor.open(sent.id).json
    spare = house.visitor()
    code = spare.ask_code(sent.id)
    draft = pane.draft(text=words[TEXT])
    assert draft.keep(words[TEXT]).status_code == 200
    seeds = _seeds(house) | {"master key": house.parts.settings.master_key.read_bytes()}
    made = {
        "code": code.replace("-", ""),
        "code as written": code,
        "bearer token": pane.token,
        "session cookie": _cookie(visitor, SESSION_COOKIE),
        "code cookie": _cookie(spare, CODE_COOKIE),
        "message key": opened["message_key"],
        "draft key": draft.identity.text,
        "client secret": SECRET,
        **{kind: b64u(seed) for kind, seed in seeds.items()},
        "master key in hex": seeds["master key"].hex(),
        "managed identity": Identity(seeds["encryption key"]).text,
        **_kept_tokens(house),
        **_set_up(house),
        **_own_key(house),
        **_paired(house),
    }
    cookies = {
        SESSION_COOKIE: made["session cookie"],
        CODE_COOKIE: made["code cookie"],
        SETUP_COOKIE: made["set-up cookie"],
    }
    return Hoard(words | made, seeds, pane, visitor, sent.id, draft, sent.object_id, cookies)


def with_more(hoard: Hoard, **secrets: str) -> Hoard:
    """The same, and secrets that a test adds."""
    return replace(hoard, secrets=hoard.secrets | secrets)


def _cookie(visitor: Visitor, name: str) -> str:
    cookie = visitor.http.get_cookie(name)
    assert cookie is not None
    return cookie.value


def _seeds(house: House) -> dict[str, bytes]:
    """The keys in custody, unsealed, the newest of each purpose, and what wraps them."""
    made = {}
    with all_firms("a test looks"), house.parts.database.read() as connection:
        for row in connection.execute(keys.select().order_by(keys.c.created)).mappings():
            if row["secret_sealed"] is not None:
                vault, owner = house.parts.vault, (row["firm_id"], row["owner_id"])
                made[f"{row['purpose']} key"] = custody.unwrap(connection, vault, row)
                made["wrapping key"] = custody._wrapping_key(connection, vault, *owner)
    return made


def _kept_tokens(house: House) -> dict[str, str]:
    """What MSAL keeps for the worker."""
    with all_firms("a test looks"), house.parts.database.read() as connection:
        person = connection.execute(text("SELECT person_id FROM token_caches")).scalar_one()
    kept = SealedTokenCaches(house.parts.database, house.parts.vault).load(person)
    cache: dict[str, Any] = json.loads(kept or "")
    (refresh,), (access,) = cache["RefreshToken"].values(), cache["AccessToken"].values()
    return {"refresh token": refresh["secret"], "access token": access["secret"]}


def _own_key(house: House) -> dict[str, str]:
    """What somebody keeps to herself who has taken her key out of the firm's custody."""
    nora = signed_in(house, "nora@client.example")
    name, slots = new_word()[:22], nora.slots()
    begun = nora.begin(slots=[{**slot, "name": name} for slot in slots]).json
    answer = nora.answer(begun["challenge"])
    former = opened_old(nora.identity, begun["old"][0]["age"])
    assert nora.complete(begun["id"], answer).status_code == 200
    house.work()
    return {
        "name of a keyslot": name,
        "answer to a challenge": answer,
        "own identity": nora.identity.text,
        "former identity": former.text,
        "sealed part of a keyslot": json.loads(slots[1]["text"])["sealed"],
    }


def _paired(house: House) -> dict[str, str]:
    """What a pane and its person have between them, once it was paired."""
    pane, ben = of_firm(house, BEN)
    made = paired(pane, ben)
    assert pane.post(f"/panes/{made['pane']}/share", {}).json == {"share": made["share"]}
    house.work()
    return {
        "share of a pane": made["share"],
        "own identity of staff": ben.identity.text,
        "session cookie of staff": _cookie(ben.visitor, STAFF_COOKIE),
    }


def _set_up(house: House) -> dict[str, str]:
    """A link to a first run, and the cookie of the browser that used it."""
    with all_firms("a test"), house.parts.database.write() as connection:
        firm = first_run.begin(
            connection,
            tenant_id=TENANT[::-1],
            origin=SETUP_ORIGIN,
            addin_origin=SETUP_ADDIN_ORIGIN,
            domains=("field.example",),
            admin="eve@field.example",
            name="field.example",
        )
        link = first_run.new_link(connection, firm).rpartition("/")[2]
    browser = house.visitor()
    headers = {"Sec-Fetch-Site": "same-origin", "Idempotency-Key": new_word()}
    entered = browser.http.post(
        "/api/v1/set-up/browsers", base_url=SETUP_ORIGIN, json={"key": link}, headers=headers
    )
    assert entered.status_code == 201, entered.json
    return {"set-up link": link, "set-up cookie": _cookie(browser, SETUP_COOKIE)}
