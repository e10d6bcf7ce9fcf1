import assert from "node:assert/strict"
import { describe, it } from "node:test"

import {
    ClassicalRecipient, decodeIdentity, decodeRecipient, encodeIdentity, encodeRecipient, fingerprint, fromBase64url,
    MalformedKey, newMessageKey, recipientFingerprint, recipientOf,
} from "../src/index.ts"
import { publicKeyOf } from "../src/ed25519.ts"
import { fromHex, vectors } from "./vectors.ts"

const { identities, signing, refused_recipients, refused_identities } = vectors("keys.json")

describe("keys", () => {
    for (const vector of identities) {
        it(`of seed ${vector.seed.slice(0, 4)}… have the text and fingerprint of the vectors`, async () => {
            assert.equal(encodeIdentity(fromHex(vector.seed)), vector.identity)
            assert.deepEqual(decodeIdentity(vector.identity), fromHex(vector.seed))
            assert.equal(await recipientOf(vector.identity), vector.recipient)
            const raw = decodeRecipient(vector.recipient)
            assert.equal(raw.length, 1216)
            assert.equal(encodeRecipient(raw), vector.recipient)
            assert.equal(await fingerprint(raw), vector.fingerprint)
        })
    }

    for (const vector of signing) {
        it(`for signing, of seed ${vector.seed.slice(0, 4)}…, have the fingerprint of the vectors`, async () => {
            assert.deepEqual(publicKeyOf(fromHex(vector.seed)), fromBase64url(vector.public_key))
            assert.equal(await fingerprint(fromBase64url(vector.public_key)), vector.fingerprint)
        })
    }

    for (const { name, text, reason } of refused_recipients) {
        it(`refuse ${name} as a recipient`, () => {
            assert.throws(() => decodeRecipient(text), reason === "classical" ? ClassicalRecipient : MalformedKey)
        })
    }

    for (const { name, text } of refused_identities) {
        it(`refuse ${name} as an identity, without quoting it`, async () => {
            const silent = (error: Error): boolean =>
                error instanceof MalformedKey && error.cause === undefined && !error.stack?.includes(text.slice(20, 40))
            assert.throws(() => decodeIdentity(text), silent)
            await assert.rejects(recipientOf(text), silent)
        })
    }

    it("have no fingerprint at any other length", async () => {
        for (const size of [0, 31, 33, 1215, 1217]) await assert.rejects(fingerprint(new Uint8Array(size)), MalformedKey)
        assert.throws(() => encodeRecipient(new Uint8Array(32)), MalformedKey)
        assert.throws(() => encodeIdentity(new Uint8Array(31)), MalformedKey)
    })

    it("of a message are new each time, and fit together", async () => {
        const [first, second] = [await newMessageKey(), await newMessageKey()]
        assert.notEqual(first.identity, second.identity)
        assert.equal(await recipientOf(first.identity), first.recipient)
        assert.equal(await recipientFingerprint(first.recipient), first.fingerprint)
    })
})
