/** Vectors of pairing (docs/spec/pairing.md sections 2 and 4). */

import { createCipheriv, hkdfSync } from "node:crypto"

import { canonical, encodeIdentity, recipientOf, toBase64url } from "../../src/index.ts"
import { concat, encodeText } from "../../src/bytes.ts"
import { decodeIdentity } from "../../src/keytext.ts"
import { namesOf, publicHalves } from "../../src/own.ts"
import { pageTag, paneTag, pairingId, pairingKeys, type Asker, type PairingAsked } from "../../src/pairing.ts"
import { PAIRING_REFUSALS, type PairingRefusal } from "../../src/pairingrefusals.ts"
import { ann, ben, maya, seed, tom } from "../../test/people.ts"
import { base64, type Store } from "./store.ts"
import type { Json } from "./common.ts"

const PERSON = "3f0c9a5e7b1d4c62a8e0f1b2c3d4e5f6"
const OTHER_PERSON = "00000000000000000000000000000001"
const ONE_TIME = encodeIdentity(seed(0x5a))
const RECIPIENT = await recipientOf(ONE_TIME)
const K = Uint8Array.from({ length: 32 }, (_, at) => at)
const CODE = "7KQ2MXPA"
const ASKER: Asker = { program: "outlook", platform: "windows" }
const SECRETS = { encryption: decodeIdentity(ann.identity), signing: Uint8Array.from(ann.signingSeed) }
const OLD = [maya, tom].map(({ key, identity }) => ({ key, seed: toBase64url(decodeIdentity(identity)) }))

const hex = (given: Uint8Array): string => Buffer.from(given).toString("hex")
const { pane, page } = await pairingKeys(K, CODE, PERSON)
const { recipient, key, signing_key } = await publicHalves(SECRETS)

/** What both implementations derive, take and refuse. */
export async function pairingVectors(store: Store): Promise<Json> {
    const content = await contentOf({})
    return {
        about: "docs/spec/pairing.md. `derived`: of k (hex), code and person. `answer`: its `content`, sealed to `one_time`; `contents` are "
            + "sealed there by the test and end in `code`. `kept`: section 4, all bytes hex; `refuse` change members of it.",
        refusals: PAIRING_REFUSALS,
        one_time: { identity: ONE_TIME, recipient: RECIPIENT },
        person: PERSON,
        derived: [await derived(K, CODE, PERSON, ASKER), await derived(seed(0xff), "AAAAAAAA", OTHER_PERSON, { program: "excel", platform: "other" })],
        unasked: await unasked(),
        links: ["", toBase64url(K).slice(1), `${toBase64url(K)}A`, `${toBase64url(K).slice(0, -1)}9`, `${toBase64url(K).slice(0, -1)}=`, `#${toBase64url(K)}`],
        codes: {
            read: [CODE, "7kq2-mxpa", " 7KQ2 MXPA "].map((typed) => ({ typed, code: CODE })),
            refuse: ["", "7KQ2-MXP", "7KQ2-MXPAA", "7KQ2-MXP0", "7KQ2-MXPI", "7KQ2-MXP\u0131", "7KQ2_MXPA", "7KQ2-MXPA\n"],
        },
        answer: {
            lookup: { key, signing_key }, content, old: OLD, identity: { encryption: hex(SECRETS.encryption), signing: hex(SECRETS.signing) },
            file: base64(await store.file("pairing: answer", ONE_TIME, encodeText(content))),
        },
        contents: [...(await malformed(content)), ...(await untrue()), ...(await others())],
        kept: kept(),
    }
}

async function derived(k: Uint8Array<ArrayBuffer>, code: string, person: string, asker: Asker): Promise<Json> {
    const keys = await pairingKeys(k, code, person)
    return {
        k: hex(k), link: toBase64url(k), code, person, id: await pairingId(k), keys: { pane: hex(keys.pane), page: hex(keys.page) },
        asked: await asked(keys.pane, asker),
    }
}

async function asked(by: Uint8Array<ArrayBuffer>, asker: Asker, to = RECIPIENT): Promise<PairingAsked> {
    return { ...asker, recipient: to, tag: toBase64url(await paneTag(by, { ...asker, recipient: to })) }
}

/** Recipients that a page seals nothing to: all are `pairing-code`, for nobody can say which it is. */
async function unasked(): Promise<Json[]> {
    const right = { k: toBase64url(K), code: CODE, person: PERSON, asked: await asked(pane, ASKER) }
    const other = (changes: Partial<PairingAsked>): Json => ({ ...right, asked: { ...right.asked, ...changes } })
    const by = async (k: Uint8Array<ArrayBuffer>, code: string, person: string): Promise<Json> =>
        ({ ...right, asked: await asked((await pairingKeys(k, code, person)).pane, ASKER) })
    return [
        { name: "another recipient", ...other({ recipient: ben.recipient }) },
        { name: "another recipient, with the tag of a server that has no k", ...right, asked: await asked(seed(1), ASKER, ben.recipient) },
        { name: "another program", ...other({ program: "word" }) }, { name: "another platform", ...other({ platform: "web" }) },
        { name: "no tag", ...other({ tag: "" }) }, { name: "a tag that is no base64url", ...other({ tag: "=".repeat(43) }) },
        { name: "the page's tag key", ...right, asked: await asked(page, ASKER) },
        { name: "another code", ...(await by(K, "7KQ2MXPB", PERSON)) }, { name: "another person", ...(await by(K, CODE, OTHER_PERSON)) },
        { name: "another k", ...(await by(seed(2), CODE, PERSON)) },
    ]
}

interface Saying {
    readonly by?: Uint8Array<ArrayBuffer>
    readonly identity?: string
    readonly old?: readonly { readonly key: string; readonly seed: string }[]
}

const identityOf = (encryption: Uint8Array, signing: Uint8Array): string => toBase64url(concat(encryption, signing))
const IDENTITY = identityOf(SECRETS.encryption, SECRETS.signing)

async function valueOf({ by = page, identity = IDENTITY, old = OLD }: Saying): Promise<Json> {
    return { identity, old, tag: toBase64url(await pageTag(by, { identity, old })), v: 1 }
}

const contentOf = async (saying: Saying): Promise<string> => canonical(await valueOf(saying))

const refused = (name: string, given: string | Json, code: PairingRefusal = "pairing-answer"): Json =>
    ({ name, code, content: typeof given === "string" ? given : canonical(given) })

async function malformed(content: string): Promise<Json[]> {
    const value = await valueOf({})
    const { tag: _, ...short } = value
    const many = Array.from({ length: 51 }, () => OLD[0] ?? { key: "", seed: "" })
    return [
        refused("no JSON", "answer"), refused("null", "null"), refused("white space", `${content}\n`), refused("a byte order mark", `\ufeff${content}`),
        refused("another order", JSON.stringify({ v: 1, ...value })), refused("an unknown version", { ...value, v: 2 }),
        refused("an unknown member", { ...value, note: "" }), refused("a missing member", short),
        refused("a short identity", { ...value, identity: IDENTITY.slice(0, -1) }), refused("bits left over", { ...value, identity: `${IDENTITY.slice(0, -1)}9` }),
        refused("old that is no list", { ...value, old: {} }), refused("an old one without a seed", { ...value, old: [{ key: maya.key }] }),
        refused("an old one with a short seed", { ...value, old: [{ key: maya.key, seed: "AAAA" }] }),
        refused("more old ones than there may be", await contentOf({ old: many })),
    ]
}

async function untrue(): Promise<Json[]> {
    const value = await valueOf({})
    const by = async (name: string, k: Uint8Array<ArrayBuffer>, code: string, person: string): Promise<Json> =>
        refused(name, await contentOf({ by: (await pairingKeys(k, code, person)).page }))
    return [
        refused("made without k", await contentOf({ by: seed(1) })), refused("the pane's tag key", await contentOf({ by: pane })),
        await by("another k", seed(2), CODE, PERSON), await by("another code", K, "7KQ2MXPB", PERSON), await by("another person", K, CODE, OTHER_PERSON),
        refused("another identity under the tag of hers", { ...value, identity: identityOf(decodeIdentity(ben.identity), SECRETS.signing) }),
        refused("another signing seed under her tag", { ...value, identity: identityOf(SECRETS.encryption, ben.signingSeed) }),
        refused("an old one less", { ...value, old: OLD.slice(1) }), refused("the old ones in another order", { ...value, old: OLD.toReversed() }),
        refused("an old identity under another name", await contentOf({ old: [{ key: ben.key, seed: OLD[0]?.seed ?? "" }] })),
    ]
}

async function others(): Promise<Json[]> {
    return [
        refused("another identity", await contentOf({ identity: identityOf(decodeIdentity(ben.identity), ben.signingSeed) }), "pairing-other-key"),
        refused("another encryption key", await contentOf({ identity: identityOf(decodeIdentity(ben.identity), SECRETS.signing) }), "pairing-other-key"),
        refused("another signing key", await contentOf({ identity: identityOf(SECRETS.encryption, ben.signingSeed) }), "pairing-other-key"),
    ]
}

/** What a pane keeps: computed here with node's own crypto, beside the package. */
function kept(): Json {
    const [half, share, nonce, id] = [seed(0x41), seed(0x42), seed(0x43).subarray(0, 12), toBase64url(seed(0x44).subarray(0, 16))]
    const names = { person: PERSON, recipient, key, signing_key, old: OLD.map((one) => one.key) }
    const sealing = new Uint8Array(hkdfSync("sha256", half, share, ["letterlock/pane/v1", id, PERSON].join("\0"), 32))
    const cipher = createCipheriv("aes-256-gcm", sealing, nonce)
    cipher.setAAD(encodeText(canonical(namesOf(names))))
    const content = concat(SECRETS.encryption, SECRETS.signing, ...[maya, tom].map(({ identity }) => decodeIdentity(identity)))
    const sealed = concat(cipher.update(content), cipher.final(), cipher.getAuthTag())
    return {
        pane: id, names, half: hex(half), share: hex(share), nonce: hex(nonce), key: hex(sealing), sealed: hex(sealed), content: hex(content),
        refuse: [
            { name: "another share", with: { share: hex(seed(0x45)) } }, { name: "a share that is too short", with: { share: hex(share.subarray(1)) } },
            { name: "another half", with: { half: hex(seed(0x45)) } }, { name: "another pane", with: { pane: toBase64url(seed(0x46).subarray(0, 16)) } },
            { name: "another person", with: { names: { ...names, person: OTHER_PERSON } } },
            { name: "another key", with: { names: { ...names, key: ben.key } } },
            { name: "another signing key", with: { names: { ...names, signing_key: ben.signingKey } } },
            { name: "an old one less", with: { names: { ...names, old: names.old.slice(1) } } },
            { name: "another ciphertext", with: { sealed: hex(sealed.map((byte, at) => at === 0 ? byte ^ 1 : byte)) } },
        ],
    }
}
