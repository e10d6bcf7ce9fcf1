import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { canUse, create, type Credentials, fromBase64Url, get, ownOptions, PasskeyRefused, secretOf, toBase64Url } from "../src/webauthn.ts"

const SECRET = new Uint8Array(32).fill(7)
const ID = new Uint8Array(16).fill(1)
const MAKE = {
    challenge: "Y2hhbGxlbmdl", rp: { id: "localhost", name: "Hart & Co" }, attestation: "none",
    user: { id: "dXNlcg", name: "maya@client.example", displayName: "Maya" },
    pubKeyCredParams: [{ type: "public-key" as const, alg: -8 }], extensions: { prf: {} },
    excludeCredentials: [{ type: "public-key", id: "aWQ", transports: ["internal"] }],
}
const GET = { challenge: "Y2hhbGxlbmdl", rpId: "localhost", userVerification: "required", allowCredentials: [] }

const buffer = (text: string): ArrayBuffer => fromBase64Url(text).buffer

/** A credential whose `toJSON` nobody may call. */
function credential(prf: unknown, response: Record<string, unknown>): Credential {
    return {
        id: toBase64Url(ID), rawId: ID.buffer, type: "public-key", authenticatorAttachment: "platform",
        response: { clientDataJSON: buffer("e30"), ...response },
        getClientExtensionResults: () => ({ prf }),
        toJSON: () => { throw new Error("the secret would be a string") },
    } as unknown as Credential
}

const made = (prf: unknown): Credential => credential(prf, { attestationObject: buffer("oA"), getTransports: () => ["internal"] })
const signed = (prf: unknown, userHandle: ArrayBuffer | null = buffer("dXNlcg")): Credential =>
    credential(prf, { authenticatorData: buffer("AA"), signature: buffer("AQ"), userHandle })

interface Asked {
    readonly mediation?: string
    readonly publicKey: PublicKeyCredentialRequestOptions & PublicKeyCredentialCreationOptions & { readonly read?: boolean }
}

/** Credentials that answer in turn, and what they were asked. */
function fake(...answers: (Credential | string | null)[]): Credentials & { asked: Asked[] } {
    const asked: Asked[] = []
    const answer = (options?: unknown): Promise<Credential | null> => {
        asked.push(options as Asked)
        const next = answers.shift() ?? null
        return typeof next === "string" ? Promise.reject(new DOMException("no", next)) : Promise.resolve(next)
    }
    return { asked, create: answer, get: answer }
}

/** Nothing in it is called as a secret is, and none is in it. */
function assertPostable(json: unknown): void {
    const text = JSON.stringify(json)
    assert.doesNotMatch(text, /prf|results|hmacGetSecret/u)
    assert.equal(text.includes(toBase64Url(SECRET)), false)
}

/** A browser of this age. */
function browser(platform: object | null, isSecureContext = true): void {
    Object.assign(globalThis, { isSecureContext })
    if (platform === null) Reflect.deleteProperty(globalThis, "PublicKeyCredential")
    else Object.assign(globalThis, { PublicKeyCredential: platform })
}

beforeEach(() => { browser({}) })

test("what is posted of a new passkey holds no secret, whatever the authenticator gave", async () => {
    const credentials = fake(made({ enabled: true, results: { first: SECRET.buffer } }))
    const { credential: json, prf, opens } = await create(MAKE, { credentials })
    assertPostable(json)
    assert.deepEqual([prf, opens], [null, "yes"])
    assert.deepEqual(json.response, { clientDataJSON: "e30", attestationObject: "oA", transports: ["internal"] })
    assert.deepEqual(credentials.asked[0]?.publicKey.extensions, { prf: {} })
})

test("whether it opens keyslots is said as far as it is known", async () => {
    for (const [prf, opens] of [[{ enabled: false }, "no"], [{}, "perhaps"], [undefined, "perhaps"]]) {
        assert.equal((await create(MAKE, { credentials: fake(made(prf)) })).opens, opens)
    }
})

test("an old browser gets bytes, and so does a new one by its own reading", async () => {
    const credentials = fake(made({}), made({}))
    await create(MAKE, { credentials })
    const { publicKey } = credentials.asked[0] as Asked
    assert.deepEqual(publicKey.user.id, fromBase64Url("dXNlcg"))
    assert.deepEqual(publicKey.excludeCredentials, [{ type: "public-key", id: fromBase64Url("aWQ"), transports: ["internal"] }])
    browser({ parseCreationOptionsFromJSON: (json: object) => ({ ...json, read: true }) })
    await create(MAKE, { credentials })
    assert.equal(credentials.asked[1]?.publicKey.read, true)
})

test("where making fails by the extension it is made without", async () => {
    const credentials = fake("NotSupportedError", made(undefined))
    assert.equal((await create(MAKE, { credentials })).opens, "perhaps")
    assert.deepEqual(credentials.asked.map((one) => one.publicKey.extensions), [{ prf: {} }, {}])
})

for (const [name, code] of [["NotAllowedError", "cancelled"], ["AbortError", "cancelled"], ["InvalidStateError", "known"], ["SecurityError", "place"]] as const) {
    test(`${name} is "${code}" and is not tried again`, async () => {
        const credentials = fake(name)
        await assert.rejects(create(MAKE, { credentials }), (thrown) => thrown instanceof PasskeyRefused && thrown.code === code && thrown.sentence.length > 40)
        assert.equal(credentials.asked.length, 1)
    })
}

test("a signature and its secret come in one touch, apart from one another", async () => {
    const salt = new Uint8Array(32).fill(9)
    const credentials = fake(signed({ results: { first: SECRET } }))
    const answer = await get(GET, { [toBase64Url(ID)]: salt }, { credentials })
    assert.deepEqual(secretOf(answer), SECRET)
    assertPostable(answer.credential)
    assert.deepEqual(answer.credential.response, { clientDataJSON: "e30", authenticatorData: "AA", signature: "AQ", userHandle: "dXNlcg" })
    const { publicKey } = credentials.asked[0] as Asked
    assert.deepEqual(publicKey.allowCredentials?.map(({ id }) => id), [ID])
    assert.deepEqual(publicKey.extensions, { prf: { evalByCredential: { [toBase64Url(ID)]: { first: salt } } } })
})

test("without salts nobody is named and no secret is asked for", async () => {
    const credentials = fake(signed(undefined, null))
    const answer = await get(GET, {}, { credentials, mediation: "conditional" })
    assert.deepEqual(credentials.asked[0]?.publicKey.extensions, {})
    assert.deepEqual(credentials.asked[0].publicKey.allowCredentials, [])
    assert.equal(credentials.asked[0].mediation, "conditional")
    assert.equal("userHandle" in answer.credential.response, false)
    assert.throws(() => secretOf(answer), { code: "no-prf" })
})

test("a secret of zeros, or of another length, is none", async () => {
    for (const first of [new Uint8Array(32), SECRET.slice(1)]) {
        const answer = await get(GET, { [toBase64Url(ID)]: SECRET }, { credentials: fake(signed({ results: { first } })) })
        assert.throws(() => secretOf(answer), { code: "no-prf" })
    }
})

test("a browser that gives nothing has failed", async () => {
    await assert.rejects(get(GET, {}, { credentials: fake(null) }), { code: "failed" })
})

test("a page's own options name the site and a challenge of nobody", () => {
    const [one, other] = [ownOptions("localhost"), ownOptions("localhost")]
    assert.equal(one.rpId, "localhost")
    assert.notEqual(one.challenge, other.challenge)
    assert.equal(fromBase64Url(one.challenge).length, 24)
})

test("whether passkeys work here is said as far as the browser knows", async () => {
    const knowing = (prf?: boolean) => ({ getClientCapabilities: () => Promise.resolve({ "extension:prf": prf }) })
    for (const [platform, secure, answer] of [
        [null, true, "no"], [{}, false, "no"], [{}, true, "perhaps"],
        [knowing(true), true, "yes"], [knowing(false), true, "no"], [knowing(), true, "perhaps"],
    ] as const) {
        browser(platform, secure)
        assert.equal(await canUse(), answer)
    }
    browser(null)
    await assert.rejects(get(GET), { code: "unsupported" })
})
