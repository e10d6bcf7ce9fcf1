/** Vectors of keyslots (docs/spec/keyslots.md). */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js"

import { canonical, encodeIdentity, recipientFingerprint, recipientOf, toBase64url } from "../../src/index.ts"
import { concat, encodeText } from "../../src/bytes.ts"
import { KEYSLOT_REFUSALS, type KeyslotRefusal } from "../../src/keyslotrefusals.ts"
import { sealKeyslot, slotKeys, type Owner, type SlotDraft } from "../../src/keyslots.ts"
import { writeRecoveryCode } from "../../src/keysecrets.ts"
import { decodeIdentity } from "../../src/keytext.ts"
import { maya, seed, tom } from "../../test/people.ts"
import type { Json } from "./common.ts"
import type { Store } from "./store.ts"

const PERSON = "3f0c9a5e7b1d4c62a8e0f1b2c3d4e5f6"
const OTHER_PERSON = "00000000000000000000000000000001"
const RP = "letters.hart.example"
/** Argon2id of PASSWORD, 16 bytes of 0x61, 65536 KiB, 3 passes: noble, PyNaCl and cryptography agree. */
const PASSWORD = "\ufb01ve plain words \u2013 A\u030angstr\u00f6m"
const STRETCHED = "f897e469ba8a5d48ed8646b3f2b4c5cf4ba24610731253f8ca5c631cdc049600"
const RECOVERY = encodeIdentity(seed(0x51))

const bytes = (byte: number, size: number): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(byte)
const hex = (given: Uint8Array): string => Buffer.from(given).toString("hex")
const text = (byte: number, size: number): string => toBase64url(bytes(byte, size))

const secrets = {
    "passkey": bytes(0x71, 32),
    "password": Uint8Array.from(Buffer.from(STRETCHED, "hex")),
    "recovery-code": Uint8Array.from({ length: 16 }, (_, at) => at),
    "firm-recovery": bytes(0x74, 32),
}
const password = { lanes: 1, memory: 65_536, name: "argon2id", passes: 3, salt: text(0x61, 16) } as const
const seeds = { encryption: decodeIdentity(maya.identity), signing: maya.signingSeed.slice() }
const OWNER: Owner = { person: PERSON, key: maya.key, rp: RP, recovery: await recipientFingerprint(await recipientOf(RECOVERY)) }

/** Slots that open, and everything that must be refused. */
export async function keyslotVectors(store: Store): Promise<Json> {
    const drafts = await allDrafts(store)
    const slots = await Promise.all(drafts.map(good))
    return {
        about: "docs/spec/keyslots.md. `slots` open with `secret` (hex) for `owner`; `refuse` end in `code`. "
            + "`password` is stretched to the secret of the slot of that kind; `recovery` opens the one for firm recovery.",
        refusals: KEYSLOT_REFUSALS,
        identity: { encryption: hex(seeds.encryption), signing: hex(seeds.signing) },
        owner: OWNER,
        password: { text: PASSWORD, kdf: password, secret: STRETCHED },
        recovery: { identity: RECOVERY, wrong: tom.identity },
        slots,
        refuse: [...malformed(slots), ...foreign(slots), ...costs(slots), ...(await unopened(drafts, slots))],
        costs: COSTS.map(([memory, passes, code]) => ({ memory, passes, code })),
        prf: [
            { result: hex(secrets.passkey), code: null }, { result: hex(bytes(0, 32)), code: "keyslot-prf" },
            { result: "", code: "keyslot-prf" }, { result: hex(bytes(1, 31)), code: "keyslot-prf" }, { result: hex(bytes(1, 33)), code: "keyslot-prf" },
        ],
        codes: await codes(),
        bodies,
    }
}

interface Slot {
    readonly name: string
    readonly text: string
    readonly secret: string
}

async function allDrafts(store: Store): Promise<SlotDraft[]> {
    const named = (byte: number): { slot: string; person: string } => ({ slot: text(byte, 16), person: PERSON })
    const file = await store.file("keyslot: firm recovery", RECOVERY, secrets["firm-recovery"])
    const recipient = OWNER.recovery ?? ""
    return [
        { ...named(0xc1), kind: "passkey", kdf: { credential: text(0x81, 20), name: "prf", rp: RP, salt: text(0x82, 32) } },
        { ...named(0xc2), kind: "password", kdf: password },
        { ...named(0xc3), kind: "recovery-code", kdf: { name: "hkdf" } },
        { ...named(0xc4), kind: "firm-recovery", kdf: { name: "age", recipient, secret: toBase64url(file) } },
    ]
}

async function good(draft: SlotDraft): Promise<Slot & Json> {
    const secret = secrets[draft.kind]
    const { wrapping, check, authenticator } = await slotKeys(draft, secret)
    const keys = { wrapping: hex(wrapping), check: hex(check), authenticator: authenticator === null ? null : hex(authenticator) }
    return { name: draft.kind, text: await sealKeyslot(draft, secret, seeds, bytes(0x90, 24)), secret: hex(secret), keys }
}

const members = (slot: Slot | undefined): Json => JSON.parse(slot?.text ?? "{}") as Json

function refused(name: string, code: KeyslotRefusal, given: Json | string, from?: Slot, more: Json = {}): Json {
    const written = typeof given === "string" ? given : canonical(given)
    return { name, code, text: written, secret: from?.secret ?? "", owner: OWNER, ...more }
}

function malformed([passkey, password, code, firm]: readonly Slot[]): Json[] {
    const key = members(passkey)
    const { check: _, ...short } = key
    const kdf = (from: Slot | undefined): Json => members(from)["kdf"] as Json
    const bad = (name: string, given: Json | string): Json => refused(name, "keyslot-malformed", given, passkey)
    return [
        bad("no JSON", "keyslot"), bad("null", "null"), bad("a list", "[]"), bad("white space", `${passkey?.text ?? ""} `),
        bad("another order", JSON.stringify({ v: 1, ...key })), bad("too long", canonical({ ...key, sealed: "A".repeat(8192) })),
        bad("an unknown version", { ...key, v: 2 }), bad("an unknown member", { ...key, note: "" }), bad("a missing member", short),
        bad("an unknown kind", { ...key, kind: "sms" }), bad("a kind that is a member of every object", { ...key, kind: "constructor" }),
        bad("the KDF of another kind", { ...key, kdf: kdf(password) }),
        bad("a KDF with one member more", { ...members(code), kdf: { name: "hkdf", salt: "" } }),
        bad("a short id", { ...key, slot: "AAAA" }), bad("a person that is no id", { ...key, person: "maya" }),
        bad("a short nonce", { ...key, nonce: text(1, 23) }), bad("a long ciphertext", { ...key, sealed: text(1, 81) }),
        bad("padded base64url", { ...key, check: `${String(key["check"])}=` }),
        bad("bits left over", { ...key, check: `${String(key["check"]).slice(0, -1)}B` }),
        bad("an RP ID with a port", { ...key, kdf: { ...kdf(passkey), rp: `${RP}:443` } }),
        bad("an empty credential", { ...key, kdf: { ...kdf(passkey), credential: "" } }),
        bad("two lanes", { ...members(password), kdf: { ...kdf(password), lanes: 2 } }),
        bad("Argon2i", { ...members(password), kdf: { ...kdf(password), name: "argon2i" } }),
        bad("memory below zero", { ...members(password), kdf: { ...kdf(password), memory: -1 } }),
        bad("memory as text", { ...members(password), kdf: { ...kdf(password), memory: "65536" } }),
        bad("a short salt", { ...members(password), kdf: { ...kdf(password), salt: text(1, 15) } }),
        bad("a short age file", { ...members(firm), kdf: { ...kdf(firm), secret: text(1, 1690) } }),
    ]
}

function foreign([passkey, , , firm]: readonly Slot[]): Json[] {
    const bad = (name: string, slot: Slot | undefined, owner: Partial<Owner>): Json =>
        refused(name, "keyslot-foreign", slot?.text ?? "", slot, { owner: { ...OWNER, ...owner } })
    return [
        bad("of another person", passkey, { person: OTHER_PERSON }), bad("of another key", passkey, { key: tom.key }),
        bad("of another site", passkey, { rp: "hart.example" }), bad("for another firm's recovery", firm, { recovery: tom.key }),
    ]
}

const COSTS: readonly (readonly [number, number, KeyslotRefusal | null])[] = [
    [65_536, 3, null], [32_768, 4, null], [65_536, 16, null], [262_144, 4, null],
    [65_535, 3, "keyslot-weak"], [65_536, 2, "keyslot-weak"], [32_767, 16, "keyslot-weak"], [32_768, 3, "keyslot-weak"],
    [262_144, 1, "keyslot-weak"], [0, 0, "keyslot-weak"], [262_145, 3, "keyslot-costly"], [65_536, 17, "keyslot-costly"],
    [262_144, 5, "keyslot-costly"], [8, 9_007_199_254_740_991, "keyslot-costly"], [9_007_199_254_740_991, 3, "keyslot-costly"],
]

function costs([, slot]: readonly Slot[]): Json[] {
    const given = members(slot)
    const bad = (name: string, code: KeyslotRefusal, kdf: Json): Json => refused(name, code, { ...given, kdf: { ...password, ...kdf } }, slot)
    return [
        bad("a password that is stretched too little", "keyslot-weak", { memory: 8, passes: 1 }),
        bad("a password that would hang a browser", "keyslot-costly", { memory: 4_194_304, passes: 100 }),
    ]
}

async function unopened([draft]: readonly SlotDraft[], [passkey, password, code, firm]: readonly Slot[]): Promise<Json[]> {
    const key = members(passkey)
    const changed = (name: string, more: Json): Json => refused(name, "keyslot-damaged", { ...key, ...more }, passkey)
    const wrong = (name: string, slot: Slot | undefined, secret: string): Json => refused(name, "keyslot-secret", slot?.text ?? "", slot, { secret })
    const kdf = key["kdf"] as Json
    const check = text(0x77, 32)
    return [
        wrong("another passkey", passkey, hex(bytes(0x72, 32))), wrong("another password", password, hex(bytes(0x72, 32))),
        wrong("another code", code, hex(bytes(0x72, 16))), wrong("another recovery identity", firm, hex(bytes(0x72, 32))),
        wrong("a secret that is too short", passkey, hex(bytes(0x71, 31))), wrong("a secret of 32 bytes for a code", code, hex(bytes(0, 32))),
        refused("another slot id", "keyslot-secret", { ...key, slot: text(0xc9, 16) }, passkey),
        refused("given to another person", "keyslot-secret", { ...key, person: OTHER_PERSON }, passkey, { owner: { ...OWNER, person: OTHER_PERSON } }),
        refused("another check value", "keyslot-secret", { ...key, check }, passkey),
        refused("another check value, sealed with it: it would open", "keyslot-secret", await forged(draft, { check }), passkey),
        changed("another ciphertext", { sealed: text(0x77, 80) }), changed("another nonce", { nonce: text(0x77, 24) }),
        changed("another signing key", { signing_key: tom.signingKey }), changed("another salt", { kdf: { ...kdf, salt: text(0x77, 32) } }),
        refused("another key", "keyslot-damaged", { ...key, key: tom.key }, passkey, { owner: { ...OWNER, key: tom.key } }),
        refused("more passes, within the limits", "keyslot-damaged", { ...members(password), kdf: { ...members(password)["kdf"] as Json, passes: 4 } }, password),
        refused("another signing key, sealed with it", "keyslot-identity", await forged(draft, { signing_key: tom.signingKey }), passkey),
        refused("another key, sealed with it", "keyslot-identity", await forged(draft, { key: tom.key }), passkey, { owner: { ...OWNER, key: tom.key } }),
    ]
}

/** What a server could make that knows the secret, or a client that errs. */
async function forged(draft: SlotDraft | undefined, changes: Json): Promise<Json> {
    if (draft === undefined) throw new Error("no draft")
    const { wrapping, check } = await slotKeys(draft, secrets[draft.kind])
    const nonce = bytes(0x91, 24)
    const named = {
        ...draft, v: 1, key: maya.key, signing_key: maya.signingKey, check: toBase64url(check), nonce: toBase64url(nonce), ...changes,
    }
    const cipher = xchacha20poly1305(wrapping, nonce, encodeText(canonical(named)))
    return { ...named, sealed: toBase64url(cipher.encrypt(concat(seeds.encryption, seeds.signing))) }
}

async function codes(): Promise<Json> {
    const samples = [secrets["recovery-code"], bytes(0, 16), bytes(0xff, 16)]
    const write = await Promise.all(samples.map(async (secret) => ({ secret: hex(secret), code: await writeRecoveryCode(secret) })))
    const code = write[0]?.code ?? ""
    const [first, second, ...rest] = code.split("-")
    return {
        write,
        read: [
            { typed: code.toLowerCase(), secret: write[0]?.secret }, { typed: code.replaceAll("-", ""), secret: write[0]?.secret },
            { typed: ` ${code.replaceAll("-", " - ")} `, secret: write[0]?.secret },
        ],
        refuse: [
            "", "A", code.slice(0, -1), `${code}A`, `B${code.slice(1)}`, `${code.slice(0, -1)}A`, [second, first, ...rest].join("-"),
            `0${code.slice(1)}`, `I${code.slice(1)}`, `\u0131${code.slice(1)}`, `\u00df${code.slice(1)}`, code.replaceAll("-", "_"), `${code}\n`,
        ],
    }
}

const results = { first: text(0x71, 32) }

const bodies: Json[] = [
    { name: "null", body: null, holds: false },
    { name: "text", body: "prf", holds: false },
    { name: "a credential without extensions", body: { id: "AAAA", clientExtensionResults: {} }, holds: false },
    { name: "a credential that can have one", body: { id: "AAAA", clientExtensionResults: { prf: { enabled: true } } }, holds: false },
    { name: "results that are null", body: { clientExtensionResults: { prf: { results: null } } }, holds: false },
    { name: "a member results of something else", body: { results: [1] }, holds: false },
    { name: "prf that is text", body: { prf: "results" }, holds: false },
    { name: "what toJSON() gives", body: { id: "AAAA", clientExtensionResults: { prf: { enabled: true, results } } }, holds: true },
    { name: "empty results", body: { clientExtensionResults: { prf: { results: {} } } }, holds: true },
    { name: "within a list, deeper", body: { credentials: [{}, { credential: { clientExtensionResults: { prf: { results } } } }] }, holds: true },
    { name: "under another name", body: { extensions: { prf: { results } } }, holds: true },
    { name: "the older extension", body: { clientExtensionResults: { hmacGetSecret: { output1: "AAAA" } } }, holds: true },
    { name: "64 deep", body: nested(64), holds: false },
    { name: "deeper than anybody looks", body: nested(65), holds: true },
]

function nested(depth: number): unknown {
    return depth === 0 ? "" : [nested(depth - 1)]
}
