import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { after, describe, it } from "node:test"

import { decryptWith, encryptTo } from "../src/age.ts"
import { encodeText, fromBase64url, toBase64url, wipe } from "../src/bytes.ts"
import { CryptoClient, OwnKeyRefused, PAIRING_REFUSALS, PairingRefused, type OwnKey, type PairingAsked, type PairingRefusal } from "../src/index.ts"
import { decodeIdentity, encodeIdentity, recipientFingerprint, recipientOf } from "../src/keys.ts"
import { hold, withSecrets } from "../src/own.ts"
import {
    checkPaneTag, MAX_ANSWER, MAX_OLD, newCode, openAnswer, pairingId, pairingKeys, paneTag, readCode, readK, sealAnswer,
} from "../src/pairing.ts"
import { newHalf, reopenOwn, type KeptOwn } from "../src/pane.ts"
import { fromWire, toWire } from "../src/protocol.ts"
import { maya, seed, tom } from "./people.ts"
import { fromBase64, fromHex, vectors, type KeptVector } from "./vectors.ts"
import { startWorker } from "./worker.ts"

const { refusals, one_time, person, derived, unasked, links, codes, answer, contents, kept } = vectors("pairing.json")
const [first] = derived
assert.ok(first)
const page = fromHex(first.keys.page)
const refused = (code: PairingRefusal) => (error: Error): boolean => error instanceof PairingRefused && error.code === code
const closed = (error: Error): boolean => error instanceof OwnKeyRefused && error.code === "own-key-closed"
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const client = new CryptoClient(() => startWorker().worker)
after(() => { client.close() })

/** Seeds as hex: only a test looks. */
const seedsOf = (own: OwnKey): Promise<string> =>
    withSecrets(own, ({ encryption, signing, old }) => Promise.resolve([encryption, signing, ...old].map(hex).join("")))

describe("k and the code", () => {
    for (const { k, link, code, person: whose, id, keys, asked } of derived) {
        it(`vouch for a pane: ${code}`, async () => {
            assert.deepEqual(readK(link), fromHex(k))
            assert.equal(await pairingId(fromHex(k)), id)
            const found = await pairingKeys(fromHex(k), code, whose)
            assert.deepEqual({ pane: hex(found.pane), page: hex(found.page) }, keys)
            assert.equal(toBase64url(await paneTag(found.pane, asked)), asked.tag)
            await checkPaneTag(found.pane, asked)
        })
    }

    for (const { name, k, code, person: whose, asked } of unasked) {
        it(`do not vouch for ${name}`, async () => {
            const keys = await pairingKeys(readK(k), code, whose)
            await assert.rejects(checkPaneTag(keys.pane, asked), refused("pairing-code"))
        })
    }

    it("are read as people type and copy them, or not at all", () => {
        for (const { typed, code } of codes.read) assert.equal(readCode(typed), code)
        for (const typed of codes.refuse) assert.throws(() => readCode(typed), refused("pairing-code"), JSON.stringify(typed))
        for (const link of links) assert.throws(() => readK(link), refused("pairing-link"), link)
    })

    it("are of characters that are read out easily, none more likely than another", () => {
        const made = Array.from({ length: 400 }, newCode)
        for (const code of made) assert.equal(readCode(code), code)
        assert.equal(new Set(made.join("")).size, 32)
        assert.equal(new Set(made).size, made.length)
    })
})

describe("an answer", () => {
    it("gives the identity, and those before it", async () => {
        assert.equal(new TextDecoder().decode(await decryptWith(one_time.identity, fromBase64(answer.file))), answer.content)
        const { secrets, old } = await openAnswer(page, one_time.identity, fromBase64(answer.file))
        assert.deepEqual([hex(secrets.encryption), hex(secrets.signing)], [answer.identity.encryption, answer.identity.signing])
        assert.deepEqual(old.map((key, at) => ({ key, seed: toBase64url(secrets.old[at] ?? seed(0)) })), answer.old)
    })

    it("is made as the vectors say", async () => {
        const brought = await openAnswer(page, one_time.identity, fromBase64(answer.file))
        const file = await sealAnswer(page, one_time.recipient, brought)
        assert.equal(new TextDecoder().decode(await decryptWith(one_time.identity, file)), answer.content)
        assert.notDeepEqual(file, fromBase64(answer.file))
    })

    it("of somebody with very many keys before has the newest of them, and fits", async () => {
        const seeds = Array.from({ length: MAX_OLD + 1 }, () => crypto.getRandomValues(new Uint8Array(32)))
        const old = await Promise.all(seeds.map(async (each) => recipientFingerprint(await recipientOf(encodeIdentity(each)))))
        const file = await sealAnswer(page, one_time.recipient, { secrets: { encryption: seed(1), signing: seed(2), old: seeds }, old })
        assert.ok(file.length < MAX_ANSWER)
        assert.deepEqual((await openAnswer(page, one_time.identity, file)).old, old.slice(1))
    })

    for (const { name, code, content } of contents.filter((each) => each.code === "pairing-answer")) {
        it(`is not taken in: ${name}`, async () => {
            const file = await encryptTo(one_time.recipient, encodeText(content))
            await assert.rejects(openAnswer(page, one_time.identity, file), refused(code))
        })
    }

    it("that is too large is not even looked at", async () => {
        const looked: string[] = []
        const large = Object.defineProperties(new Uint8Array(MAX_ANSWER + 1), Object.fromEntries(["subarray", "slice", "set"].map((name) =>
            [name, { value: () => { looked.push(name) } }])))
        await assert.rejects(openAnswer(page, one_time.identity, large), refused("pairing-answer"))
        assert.deepEqual(looked, [])
    })

    it("is not taken in when it is no file, cut, changed, sealed to another pairing, or too large", async () => {
        const file = fromBase64(answer.file)
        const changed = file.map((byte, at) => at === file.length - 1 ? byte ^ 1 : byte)
        const replayed = await encryptTo(await recipientOf(encodeIdentity(seed(9))), encodeText(answer.content))
        const large = await encryptTo(one_time.recipient, encodeText(`${answer.content}${" ".repeat(MAX_ANSWER)}`))
        for (const each of [new Uint8Array(0), file.subarray(0, -1), changed, replayed, large]) {
            await assert.rejects(openAnswer(page, one_time.identity, each), refused("pairing-answer"))
        }
    })
})

describe("a pane and a page, each with its worker", async () => {
    const pages = new CryptoClient(() => startWorker().worker)
    after(() => { pages.close() })
    const asker = { program: "word", platform: "mac" } as const
    const own = await hold(person, { encryption: seed(0x21), signing: seed(0x22), old: [decodeIdentity(maya.identity)] }, [maya.key])
    const other = await hold(person, { encryption: seed(0x31), signing: seed(0x32), old: [] })
    const begun = await client.newPairing({ person, ...asker })
    const { k, code, tag, pairing } = begun
    const asked: PairingAsked = { ...asker, recipient: pairing.recipient, tag }

    it("bring the identity over, with those before it", async () => {
        assert.deepEqual(await pages.linkedPairing({ k }), { id: pairing.id })
        await pages.checkPairing({ person, k, code, asked })
        const { bytes } = await pages.answerPairing({ own, k, code: `${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`, asked })
        const opened = await client.openPairing({ pairing, answer: bytes, lookup: own })
        assert.deepEqual([opened.person, opened.key, opened.signing_key, opened.old], [person, own.key, own.signing_key, [maya.key]])
        assert.equal(await seedsOf(opened), await seedsOf(own))
        assert.equal(opened.wrapping.extractable, false)
    })

    it("make each pairing anew, and the pane's page never has its one-time secret", async () => {
        const again = await client.newPairing({ person, ...asker })
        assert.equal(new Set([again.k, k, again.code, code, again.pairing.recipient, pairing.recipient, again.pairing.id, pairing.id]).size, 8)
        assert.equal(pairing.sealed.length, 64 + 16)
        await assert.rejects(crypto.subtle.exportKey("raw", pairing.wrapping))
    })

    it("seal nothing to a recipient that somebody put in the place of the pane's", async () => {
        const swapped = { ...asked, recipient: maya.recipient }
        await assert.rejects(pages.answerPairing({ own, k, code, asked: swapped }), refused("pairing-code"))
        await assert.rejects(pages.checkPairing({ person, k, code, asked: swapped }), refused("pairing-code"))
    })

    it("seal nothing with another code, another person's key, or a link that is not whole", async () => {
        const wrong = code.startsWith("A") ? `B${code.slice(1)}` : `A${code.slice(1)}`
        for (const each of [wrong, "", "7KQ2"]) await assert.rejects(pages.answerPairing({ own, k, code: each, asked }), refused("pairing-code"))
        const toms = await hold("0".repeat(32), { encryption: seed(0x21), signing: seed(0x22), old: [] })
        await assert.rejects(pages.answerPairing({ own: toms, k, code, asked }), refused("pairing-code"))
        await assert.rejects(pages.linkedPairing({ k: k.slice(1) }), refused("pairing-link"))
        await assert.rejects(pages.answerPairing({ own, k: "", code, asked }), refused("pairing-link"))
    })

    it("take in nothing that a server without k has made, though it knows the recipient and has an identity", async () => {
        const file = await sealAnswer(seed(1), pairing.recipient, await withSecrets(other, (secrets) => Promise.resolve({ secrets: structuredClone(secrets), old: [] })))
        await assert.rejects(client.openPairing({ pairing, answer: file, lookup: other }), refused("pairing-answer"))
    })

    it("take in no answer of another pairing, nor the same one under another pairing's name", async () => {
        const again = await client.newPairing({ person, ...asker })
        const { bytes } = await pages.answerPairing({ own, k, code, asked })
        await assert.rejects(client.openPairing({ pairing: again.pairing, answer: bytes, lookup: own }), refused("pairing-answer"))
        const renamed = { ...again.pairing, id: pairing.id, recipient: pairing.recipient }
        await assert.rejects(client.openPairing({ pairing: renamed, answer: bytes, lookup: own }), closed)
    })

    it("take in no key but that of the person's own look-up", async () => {
        const { bytes } = await pages.answerPairing({ own: other, k, code, asked })
        await assert.rejects(client.openPairing({ pairing, answer: bytes, lookup: own }), refused("pairing-other-key"))
        const signing = await pages.answerPairing({ own, k, code, asked })
        const lookup = { key: own.key, signing_key: other.signing_key }
        await assert.rejects(client.openPairing({ pairing, answer: signing.bytes, lookup }), refused("pairing-other-key"))
    })

    for (const { name, code: why, content } of contents.filter((each) => each.code === "pairing-other-key")) {
        it(`take in no ${name}, though the tag is right`, async () => {
            const made = await openAnswer(page, one_time.identity, await encryptTo(one_time.recipient, encodeText(content)))
            const { pane, page: hers } = await pairingKeys(readK(k), code, person)
            const file = await sealAnswer(hers, pairing.recipient, made)
            await assert.rejects(client.openPairing({ pairing, answer: file, lookup: answer.lookup }), refused(why))
            wipe(pane)
        })
    }
})

describe("what a pane keeps", async () => {
    const own = await hold(person, { encryption: seed(0x21), signing: seed(0x22), old: [decodeIdentity(tom.identity)] }, [tom.key])
    const share = toBase64url(seed(0x33))
    const stored = await client.keepOwn({ own, pane: "p".repeat(22), share })

    async function keptOf({ names: named, pane, nonce, sealed, half }: KeptVector): Promise<KeptOwn> {
        return { ...named, pane, nonce: fromHex(nonce), sealed: fromHex(sealed), half: await newHalf(fromHex(half)) }
    }

    it("opens with the server's share, as the same identity", async () => {
        const opened = await client.reopenOwn({ kept: stored, share })
        assert.equal(await seedsOf(opened), await seedsOf(own))
        assert.deepEqual([opened.person, opened.key, opened.old], [person, own.key, [tom.key]])
    })

    it("opens as the vectors say", async () => {
        assert.equal(await seedsOf(await reopenOwn(await keptOf(kept), toBase64url(fromHex(kept.share)))), kept.content)
    })

    for (const { name, with: changed } of kept.refuse) {
        it(`does not open: ${name}`, async () => {
            const given = { ...kept, ...changed }
            await assert.rejects(reopenOwn(await keptOf(given), toBase64url(fromHex(given.share))), closed)
        })
    }

    it("does not open for who copied the disk: neither without the share, nor with that of another pane", async () => {
        const disk = structuredClone(stored)
        const another = await client.keepOwn({ own, pane: "q".repeat(22), share: toBase64url(seed(0x34)) })
        for (const wrong of ["", share.slice(1), toBase64url(seed(0x34)), "=".repeat(43)]) {
            await assert.rejects(client.reopenOwn({ kept: disk, share: wrong }), closed)
        }
        await assert.rejects(client.reopenOwn({ kept: { ...disk, half: another.half }, share }), closed)
        await assert.rejects(crypto.subtle.exportKey("raw", disk.half))
        assert.ok(!JSON.stringify(disk).includes(share))
    })

    it("has a fresh half each time, so that an old copy and a new share open nothing", async () => {
        const again = await client.keepOwn({ own, pane: stored.pane, share })
        await assert.rejects(client.reopenOwn({ kept: { ...again, half: stored.half }, share }), closed)
        assert.notDeepEqual(again.nonce, stored.nonce)
    })

    it("is not made with a share that is none", async () => {
        await assert.rejects(client.keepOwn({ own, pane: "p".repeat(22), share: toBase64url(fromBase64url(share).subarray(1)) }), closed)
    })
})

describe("the refusals", () => {
    it("come out of the worker as they are, with the sentences of the specification", () => {
        assert.deepEqual(PAIRING_REFUSALS, refusals)
        const spec = readFileSync(new URL("../../../docs/spec/pairing.md", import.meta.url), "utf8")
        for (const code of Object.keys(PAIRING_REFUSALS) as PairingRefusal[]) {
            const other = fromWire(structuredClone(toWire(new PairingRefused(code))))
            assert.deepEqual([other.constructor, other.code, other.message], [PairingRefused, code, PAIRING_REFUSALS[code]])
            assert.ok(spec.includes(`| \`${code}\` | ${PAIRING_REFUSALS[code]} |`), code)
        }
    })
})
