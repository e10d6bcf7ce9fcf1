/** A person's own identity, through the worker as pages use it. */
import assert from "node:assert/strict"
import { after, describe, it } from "node:test"

import { encryptTo } from "../src/age.ts"
import { encodeText, fromBase64url, randomBytes, sha256, toBase64url } from "../src/bytes.ts"
import { canonical } from "../src/canonical.ts"
import { sealDraft } from "../src/draft.ts"
import { sealEnvelope } from "../src/envelope.ts"
import {
    buildGrant, buildStatement, CryptoClient, fingerprint, newMessageKey, statementHash, verify, type OwnKey, type SlotSecret,
    type SlotWay, type Statement,
} from "../src/index.ts"
import { fromWire, toWire } from "../src/protocol.ts"
import { KEYSLOT_REFUSALS, KeyslotRefused, type KeyslotRefusal } from "../src/keyslotrefusals.ts"
import { OWN_REFUSALS, OwnKeyRefused, type OwnRefusal } from "../src/ownrefusals.ts"
import { newPasswordKdf } from "../src/stretch.ts"
import { hold, withSecrets } from "../src/own.ts"
import { ann, MESSAGE_ID, maya, NOW, reader, seed, signText, statementText, THREAD_ID, tom } from "./people.ts"
import { vectors } from "./vectors.ts"
import { startWorker } from "./worker.ts"

const client = new CryptoClient(() => startWorker().worker)
after(() => { client.close() })

const PERSON = "3f0c".repeat(8)
const RP = "portal.hart.example"
const own = await client.newIdentity({ person: PERSON })
const owner = { person: PERSON, key: own.key, rp: RP }
const prf = randomBytes(32)
const passkey: SlotWay = { kind: "passkey", prf, rp: RP, credential: toBase64url(randomBytes(20)), salt: toBase64url(randomBytes(32)) }
const password: SlotWay = { kind: "password", secret: randomBytes(32), kdf: newPasswordKdf() }
const refused = (code: OwnRefusal) => (error: Error): boolean => error instanceof OwnKeyRefused && error.code === code
const slotRefused = (code: KeyslotRefusal) => (error: Error): boolean => error instanceof KeyslotRefused && error.code === code

/** An identity as the server seals it to another; `named` is the fingerprint it says. */
async function wrapped(to: OwnKey, who: { identity: string; key: string }, named = who.key) {
    return { key: named, age: await encryptTo(to.recipient, encodeText(canonical({ v: 1, identity: who.identity }))) }
}

/** Both seeds, as bytes: only a test looks. */
const seedsOf = (key: OwnKey): Promise<string> =>
    withSecrets(key, ({ encryption, signing, old }) => Promise.resolve([encryption, signing, ...old].map(toBase64url).join()))

describe("an own identity", () => {
    it("is made at random, named truly, and leaves the worker sealed", async () => {
        const other = await client.newIdentity({ person: PERSON })
        assert.notEqual(other.key, own.key)
        assert.equal(own.signing_key.length, 43)
        assert.equal(own.sealed.length, 64 + 16)
        assert.equal(own.wrapping.extractable, false)
        assert.ok(!JSON.stringify(own).includes("SECRET"))
        await assert.rejects(crypto.subtle.exportKey("raw", own.wrapping))
    })

    it("does not open once a name, a byte or the key is another", async () => {
        const other = await client.newIdentity({ person: PERSON })
        const flipped = own.sealed.map((byte, at) => at === 0 ? byte ^ 1 : byte)
        const changed: Partial<OwnKey>[] = [
            { person: "0".repeat(32) }, { key: other.key }, { recipient: other.recipient }, { signing_key: other.signing_key },
            { old: [maya.key] }, { sealed: flipped }, { nonce: other.nonce }, { wrapping: other.wrapping },
        ]
        for (const change of changed) {
            await assert.rejects(client.signEnrolment({ own: { ...own, ...change }, slots: [] }), refused("own-key-closed"))
        }
    })

    it("wipes the seeds that it was given", async () => {
        const given = { encryption: seed(7), signing: seed(8), old: [seed(9)] }
        const held = await hold(PERSON, given, [maya.key])
        assert.deepEqual([given.encryption, given.signing, ...given.old], [seed(0), seed(0), seed(0)])
        assert.equal(await seedsOf(held), [seed(7), seed(8), seed(9)].map(toBase64url).join())
    })
})

describe("keyslots in the worker", () => {
    it("are sealed in every way, and each opens the same identity", async () => {
        const { code } = await client.newRecoveryCode()
        const ways: SlotWay[] = [passkey, password, { kind: "recovery-code", code }]
        const slots = await client.sealSlots({ own, ways })
        const heads = await client.readSlots({ texts: slots.map(({ text }) => text), owner })
        assert.deepEqual(heads.map((head) => head.refused === null && head.kind), ["passkey", "password", "recovery-code"])
        const givens: SlotSecret[] = [{ kind: "passkey", prf }, password, { kind: "recovery-code", code: code.toLowerCase().replaceAll("-", " ") }]
        for (const [at, given] of givens.entries()) {
            const opened = await client.openSlot({ text: slots[at]?.text ?? "", given, owner })
            assert.deepEqual([opened.key, opened.signing_key, opened.person], [own.key, own.signing_key, PERSON])
            assert.equal(await seedsOf(opened), await seedsOf(own))
        }
        assert.equal(new Set(slots.map(({ slot }) => slot)).size, 3)
    })

    it("do not open with another secret, or with one of another kind", async () => {
        const [slot] = await client.sealSlots({ own, ways: [passkey] })
        const text = slot?.text ?? ""
        await assert.rejects(client.openSlot({ text, given: { kind: "passkey", prf: randomBytes(32) }, owner }), slotRefused("keyslot-secret"))
        await assert.rejects(client.openSlot({ text, given: { kind: "password", secret: prf }, owner }), slotRefused("keyslot-secret"))
        await assert.rejects(client.openSlot({ text, given: { kind: "passkey", prf: new Uint8Array(32) }, owner }), slotRefused("keyslot-prf"))
    })

    it("are not made of a passkey's empty secret, or of a code with a typing error", async () => {
        await assert.rejects(client.sealSlots({ own, ways: [{ ...passkey, prf: new Uint8Array(32) }] }), slotRefused("keyslot-prf"))
        await assert.rejects(client.sealSlots({ own, ways: [{ kind: "recovery-code", code: "AAAS" }] }), slotRefused("recovery-code"))
    })

    it("of another person, key or site are named before a secret is asked for", async () => {
        const [slot] = await client.sealSlots({ own, ways: [passkey] })
        const text = slot?.text ?? ""
        for (const changed of [{ ...owner, person: "0".repeat(32) }, { ...owner, key: maya.key }, { ...owner, rp: "other.example" }]) {
            assert.deepEqual(await client.readSlots({ texts: [text], owner: changed }), [{ text, refused: "keyslot-foreign" }])
            await assert.rejects(client.openSlot({ text, given: { kind: "passkey", prf }, owner: changed }), slotRefused("keyslot-foreign"))
        }
        assert.deepEqual(await client.readSlots({ texts: ["{}"], owner }), [{ text: "{}", refused: "keyslot-malformed" }])
    })

    it("open as those of the vectors", async () => {
        const { slots, owner: whose } = vectors("keyslots.json")
        const found = slots.find(({ name }) => name === "passkey")
        assert.ok(found)
        const opened = await client.openSlot({ text: found.text, given: { kind: "passkey", prf: Buffer.from(found.secret, "hex") }, owner: whose })
        assert.equal(opened.key, whose.key)
    })
})

describe("the server's question", () => {
    it("is answered by the key that it was sealed to, and by no other", async () => {
        const bytes = randomBytes(32)
        const challenge = await encryptTo(own.recipient, bytes)
        assert.deepEqual((await client.openChallenge({ own, challenge })).bytes, bytes)
        const other = await client.newIdentity({ person: PERSON })
        await assert.rejects(client.openChallenge({ own: other, challenge }), refused("own-key-challenge"))
        await assert.rejects(client.openChallenge({ own, challenge: await encryptTo(own.recipient, bytes.subarray(1)) }), refused("own-key-challenge"))
    })
})

describe("earlier identities", () => {
    it("are taken in when each is the one that is named", async () => {
        const full = await client.unwrapOld({ own, old: [await wrapped(own, maya), await wrapped(own, tom)] })
        assert.deepEqual([full.key, full.old], [own.key, [maya.key, tom.key]])
        const again = await client.unwrapOld({ own: full, old: [await wrapped(own, maya)] })
        assert.deepEqual(again.old, [maya.key], "what the server names now, and nothing twice")
    })

    it("are refused when one is another, is sealed to another, or is no identity", async () => {
        const bad = [
            await wrapped(own, maya, tom.key),
            { key: maya.key, age: await encryptTo(tom.recipient, encodeText(canonical({ v: 1, identity: maya.identity }))) },
            { key: maya.key, age: await encryptTo(own.recipient, encodeText(canonical({ identity: maya.identity }))) },
            { key: maya.key, age: await encryptTo(own.recipient, encodeText(`{"v":1,"identity":"${maya.identity}"}`)) },
        ]
        for (const each of bad) {
            await assert.rejects(client.unwrapOld({ own, old: [await wrapped(own, tom), each] }), refused("own-key-other"))
        }
    })
})

describe("identities that are handed on", () => {
    it("are all of hers, each sealed to the new one, which takes them in", async () => {
        const full = await client.unwrapOld({ own, old: [await wrapped(own, maya), await wrapped(own, tom)] })
        const next = await client.newIdentity({ person: PERSON })
        const handed = await client.wrapOld({ own: full, to: next })
        assert.deepEqual(handed.map(({ key }) => key), [own.key, maya.key, tom.key])
        assert.deepEqual((await client.unwrapOld({ own: next, old: handed })).old, [own.key, maya.key, tom.key])
        await assert.rejects(client.unwrapOld({ own: full, old: handed }), refused("own-key-other"), "the old one opens none of them")
    })

    it("go to nobody else, and to no recipient that a page puts in the place of hers", async () => {
        const other = await client.newIdentity({ person: "0".repeat(32) })
        await assert.rejects(client.wrapOld({ own, to: other }), refused("own-key-other"))
        const next = await client.newIdentity({ person: PERSON })
        await assert.rejects(client.wrapOld({ own, to: { ...next, recipient: tom.recipient } }), refused("own-key-closed"))
        await assert.rejects(client.wrapOld({ own, to: { ...other, person: PERSON } }), refused("own-key-closed"))
    })
})

describe("letters", () => {
    const text = (async () => {
        const key = await newMessageKey()
        const body = { id: MESSAGE_ID, role: "body" as const, size: 3, sha256: await sha256(seed(1)) }
        return { key, body, statement: statementText([body], key.fingerprint) }
    })()

    async function envelopeFor(recipient: string): Promise<Uint8Array> {
        const { key, statement } = await text
        return sealEnvelope({ message_key: key.identity, ...(await signText(statement)), grants: [], merge: {} }, recipient)
    }

    it("open by the present identity and by an earlier one", async () => {
        const full = await client.unwrapOld({ own, old: [await wrapped(own, maya)] })
        const { statement } = await text
        const present = await client.openOwnEnvelope({ own: full, key: own.key, envelope: await envelopeFor(own.recipient) })
        const earlier = await client.openOwnEnvelope({ own: full, key: maya.key, envelope: await envelopeFor(maya.recipient) })
        assert.deepEqual([present.statement, earlier.statement], [statement, statement])
    })

    it("do not open by a key that is not hers, nor by another than the named one", async () => {
        await assert.rejects(client.openOwnEnvelope({ own, key: maya.key, envelope: await envelopeFor(maya.recipient) }), refused("own-key-unknown"))
        const crossed = client.openOwnEnvelope({ own, key: own.key, envelope: await envelopeFor(maya.recipient) })
        await assert.rejects(crossed, { name: "Refusal", code: "envelope-malformed" })
    })

    it("in the making open by whichever identity they were saved with", async () => {
        const full = await client.unwrapOld({ own, old: [await wrapped(own, tom), await wrapped(own, maya)] })
        const { identity: messageKey } = await newMessageKey()
        const draft = { v: 1 as const, to: [], cc: [], hidden: [], subject: "", html: "", files: [], saved: NOW }
        for (const recipient of [own.recipient, tom.recipient, maya.recipient]) {
            const { envelope } = await sealDraft({ draft, messageKey, recipient })
            assert.deepEqual(await client.openOwnDraftKey({ own: full, envelope }), { draftKey: messageKey })
        }
        const { envelope } = await sealDraft({ draft, messageKey, recipient: ann.recipient })
        await assert.rejects(client.openOwnDraftKey({ own: full, envelope }), { name: "DraftDamaged" })
    })
})

describe("signatures", () => {
    const signing = fromBase64url(own.signing_key)

    async function letter(sender: Partial<Statement["sender"]> = {}): Promise<string> {
        const body = { id: MESSAGE_ID, role: "body" as const, size: 3, sha256: await sha256(seed(1)) }
        const by = { address: ann.address, firm: "hart", key: await fingerprint(signing), custody: "self-held" as const }
        return buildStatement({
            message_id: MESSAGE_ID, thread_id: THREAD_ID, parents: [], sender: { ...by, ...sender }, created: NOW, expires: null,
            readers: [{ ...reader(ann, "sender"), key: own.key }, reader(maya, "to")], message_key: maya.key, objects: [body],
        })
    }

    it("of an enrolment are over what the contract says, whatever the order of the slots", async () => {
        const slots = ["b", "a", "c"]
        const signature = await client.signEnrolment({ own, slots })
        const hashes = (await Promise.all(slots.map((each) => sha256(encodeText(each))))).sort()
        const said = canonical({ v: 1, key: own.key, person: PERSON, signing_key: own.signing_key, slots: hashes })
        assert.ok(await verify("letterlock/enrolment/v1", said, signature, signing))
        assert.deepEqual(await client.signEnrolment({ own, slots: slots.toReversed() }), signature)
        assert.ok(!(await verify("letterlock/statement/v1", said, signature, signing)))
    })

    it("of letters and grants are by the own key", async () => {
        const statement = await letter()
        assert.ok(await verify("letterlock/statement/v1", statement, await client.signStatement({ own, text: statement }), signing))
        const by = { address: ann.address, key: await fingerprint(signing), custody: "self-held" as const }
        const grant = await buildGrant({
            statement: await statementHash(statement), address: tom.address, role: "late", level: "managed", key: tom.key, granted_by: by, created: NOW,
        })
        assert.ok(await verify("letterlock/grant/v1", grant, await client.signGrant({ own, text: grant }), signing))
    })

    it("are not given for a letter or grant that names another key, or the server's custody", async () => {
        for (const sender of [{ key: ann.signingFingerprint }, { custody: "managed" as const }]) {
            const statement = await letter(sender)
            await assert.rejects(client.signStatement({ own, text: statement }), { name: "SealError" })
            const by = { address: ann.address, key: await fingerprint(signing), custody: "self-held" as const, ...sender }
            const grant = await buildGrant({
                statement: await statementHash(statement), address: tom.address, role: "late", level: "managed", key: tom.key, granted_by: by, created: NOW,
            })
            await assert.rejects(client.signGrant({ own, text: grant }), { name: "SealError" })
        }
        await assert.rejects(client.signStatement({ own, text: "{}" }), { name: "Refusal" })
    })
})

it("the refusals come out of the worker as they are", () => {
    for (const code of Object.keys(OWN_REFUSALS) as OwnRefusal[]) {
        const other = fromWire(structuredClone(toWire(new OwnKeyRefused(code))))
        assert.deepEqual([other.constructor, other.code, other.message], [OwnKeyRefused, code, OWN_REFUSALS[code]])
    }
    for (const code of Object.keys(KEYSLOT_REFUSALS) as KeyslotRefusal[]) {
        assert.ok(slotRefused(code)(fromWire(structuredClone(toWire(new KeyslotRefused(code))))))
    }
})
