"""Passkeys in a real browser with a virtual authenticator: made, signing in, giving their secret.

No page has them yet: the wrapper of web/kit is put into the reader's page, which is on the portal.
"""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from tests.e2e.pair import Pair
from tests.e2e.people import MAYA, TOM, Profile, send, sign_in
from tests.sandbox.running import ROOT

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
SALT, OTHER_SALT = [1] * 32, [2] * 32
CALLS = """
const call = async (method, path, body) => {
    const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() }
    const answer = await fetch("/api/v1" + path, { method, headers, body: JSON.stringify(body) })
    return { status: answer.status, body: answer.status === 204 ? null : await answer.json() }
}
const refusal = (thrown) => ({ refused: thrown.code, sentence: thrown.sentence })
globalThis.tries = {
    call,
    use: () => webauthn.canUse(),
    async make(name) {
        const { body } = await call("POST", "/passkeys/options", {})
        try {
            const { credential, opens, prf } = await webauthn.create(body.options)
            const kept = await call("POST", "/passkeys", { credential, name })
            return { id: credential.id, text: JSON.stringify(credential), opens, prf, kept }
        } catch (thrown) { return refusal(thrown) }
    },
    async enter(salts) {
        const { body } = await call("POST", "/passkeys/challenges", {})
        const known = Object.entries(salts).map(([id, salt]) => [id, Uint8Array.from(salt)])
        try {
            const signed = await webauthn.get(body.options, Object.fromEntries(known))
            const entered = await call("POST", "/sessions/passkey", { credential: signed.credential })
            let secret = "none"
            try { secret = Array.from(webauthn.secretOf(signed)) } catch (thrown) { secret = thrown.code }
            return { text: JSON.stringify(signed.credential), secret, entered }
        } catch (thrown) { return refusal(thrown) }
    },
    async carelessly(id, salt) {
        const { body } = await call("POST", "/passkeys/challenges", {})
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
            { ...body.options, allowCredentials: [{ id, type: "public-key" }] })
        publicKey.extensions = { prf: { eval: { first: Uint8Array.from(salt) } } }
        const credential = await navigator.credentials.get({ publicKey })
        return call("POST", "/sessions/passkey", { credential: credential.toJSON() })
    },
}
"""


@pytest.fixture(scope="module")
def wrapper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wrapper as a script that makes it a global."""
    built = tmp_path_factory.mktemp("wrapper") / "webauthn.js"
    command = [
        ROOT / "node_modules/.bin/esbuild", ROOT / "web/kit/src/webauthn.ts", "--bundle",
        "--format=iife", "--global-name=webauthn", "--target=es2023", f"--outfile={built}",
        "--log-level=warning",
    ]  # fmt: skip
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)
    built.write_text(f"{built.read_text()}\nglobalThis.webauthn = webauthn\n{CALLS}")
    return built


def authenticator(page: Page, *, prf: bool) -> tuple[CDPSession, dict[str, str]]:
    """A virtual one that asks nobody; returns where to speak to it, and its name there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": prf,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, {"authenticatorId": added["authenticatorId"]}


def ask(page: Page, name: str, *args: object) -> Any:
    """What one of the tries gives."""
    return page.evaluate(f"(args) => tries.{name}(...args)", list(args))


@pytest.fixture(scope="module")
def sent() -> list[str]:
    """Letters of this module: one is enough."""
    return []


@pytest.fixture
def letter(sent: list[str], profile: Profiles) -> str:
    if not sent:
        sent.append(send(profile(), (MAYA, TOM), "The heron is back."))
    return sent[0]


def entered(profile: Profiles, wrapper: Path, address: str, letter: str) -> tuple[Profile, Page]:
    person = profile()
    person.context.add_init_script(path=wrapper)
    return person, sign_in(person, address, letter)


def test_a_passkey_signs_in_and_gives_its_secret_in_one_touch(
    pair: Pair, profile: Profiles, wrapper: Path, letter: str
) -> None:
    assert pair.url.startswith("http://localhost:")
    maya, page = entered(profile, wrapper, MAYA, letter)
    session, virtual = authenticator(page, prf=True)
    assert ask(page, "use") == "yes"

    made = ask(page, "make", "My laptop")
    assert (made["kept"]["status"], made["opens"], made["prf"]) == (201, "yes", None)
    assert made["kept"]["body"]["id"] == made["id"]
    assert ask(page, "make", "Once more")["refused"] == "known"

    assert ask(page, "call", "DELETE", "/sessions/current")["status"] == 200
    with maya.refusal(401):
        assert ask(page, "call", "GET", "/passkeys")["status"] == 401
    first = ask(page, "enter", {made["id"]: SALT})
    assert first["entered"] == {"status": 201, "body": {"signed_in": True}}
    assert len(first["secret"]) == 32
    assert ask(page, "call", "GET", "/passkeys")["body"]["passkeys"][0]["used"]
    again, other = (ask(page, "enter", {made["id"]: salt}) for salt in (SALT, OTHER_SALT))
    assert first["secret"] == again["secret"] != other["secret"]

    for posted in (made["text"], first["text"]):
        assert json.loads(posted)["clientExtensionResults"] == {}
    with maya.refusal(422):
        careless = ask(page, "carelessly", made["id"], SALT)
    assert careless["body"]["type"] == "urn:letterlock:problem:prf-in-body"

    anybody = ask(page, "enter", {})
    assert (anybody["entered"]["status"], anybody["secret"]) == (201, "no-prf")
    session.send("WebAuthn.setUserVerified", virtual | {"isUserVerified": False})
    refused = ask(page, "enter", {})
    assert refused["refused"] == "cancelled"
    assert refused["sentence"].startswith("Nothing happened")


def test_a_passkey_without_the_extension_signs_in_and_says_that_it_opens_nothing(
    profile: Profiles, wrapper: Path, letter: str
) -> None:
    _, page = entered(profile, wrapper, TOM, letter)
    authenticator(page, prf=False)
    made = ask(page, "make", "My old key")
    assert (made["kept"]["status"], made["opens"]) == (201, "no")
    tried = ask(page, "enter", {made["id"]: SALT})
    assert (tried["entered"]["status"], tried["secret"]) == (201, "no-prf")
