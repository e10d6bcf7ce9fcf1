/** A letter is given only if the envelope that came is of the very letter, signed by its sender, and waits for this reader. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { type Lookup, messageKeyOf, newMessageKey, sealEnvelopes } from "@letterlock/crypto"

import { ann, lookupOf, maya, MESSAGE_ID, reader, signGrant, signText, statementText, tom } from "../../crypto/test/people.ts"
import type { Api } from "../src/api.ts"
import { giveLetter, type GrantingDesk, NotReady, OtherLetter } from "../src/waiting/index.ts"

const OWN = { custody: "self-held", level: "self-held" } as const
const key = await newMessageKey()
const text = (to: "pending" | "listed"): string => statementText(
    [{ id: MESSAGE_ID, role: "body", size: 1, sha256: "a".repeat(43) }], key.fingerprint,
    [{ ...reader(ann, "sender"), level: "self-held" }, { ...reader(maya, "to"), level: "self-held", ...(to === "pending" && { key: "pending" }) }],
    { sender: { address: ann.address, firm: "hart", key: ann.signingFingerprint, custody: "self-held" } },
)

interface World { readonly statement?: string; readonly signer?: typeof ann; readonly messageKey?: string; readonly found?: Partial<Lookup> }

/** Ann's browser, and a server that answers as it is told; `posted` are the paths that it was called at. */
async function desk({ statement = text("pending"), signer = ann, messageKey = key.identity, found = OWN }: World = {}) {
    const posted: string[] = []
    const signature = signer === ann ? (await signText(statement)).signature : (await signGrant(statement, signer)).signature
    const looks = new Map([[ann.address, lookupOf(ann, OWN)], [maya.address, lookupOf(maya, found)]])
    const said = (path: string, body: Record<string, unknown>): unknown => {
        posted.push(path.split("/").at(-1) ?? "")
        if (path.endsWith("/open")) return { envelope: "", envelope_key: ann.key, viewer: { address: ann.address, key: ann.key }, sender: { text: "" } }
        return path === "/lookups" ? { lookups: [{ text: "" }] } : path.endsWith("/signature") ? body["signature"] : {}
    }
    const api = { post: (path: string, { body = {} }: { body?: Record<string, unknown> } = {}) => Promise.resolve(said(path, body)) } as unknown as Api
    const made: GrantingDesk = {
        call: (work) => work(api), directoryKey: "", log: { begin: () => ({ since: 0, check: (_, lookup) => Promise.resolve(lookup) }) },
        crypto: {
            messageKey: ({ identity }) => messageKeyOf(identity), sealEnvelopes: (draft) => sealEnvelopes(draft),
            verifyLookup: ({ address }) => Promise.resolve(looks.get(address) ?? lookupOf(tom)),
        },
        own: {
            requireSealed: () => Promise.resolve(), requireMine: () => Promise.resolve(), openDraftKey: () => Promise.reject(new Error("no draft")),
            openLetter: () => Promise.resolve({ message_key: messageKey, statement, signature, grants: [], merge: {} }),
            sign: async (_, [grant = ""]) => ({ signature, grant_signatures: [(await signGrant(grant)).signature] }),
        },
    }
    return { made, posted }
}

const give = (made: GrantingDesk, id = MESSAGE_ID, address = maya.address): Promise<void> => giveLetter(made, id, { address, name: "" })

test("who waits is given it: looked up, granted, sealed, handed over", async () => {
    const { made, posted } = await desk()
    await give(made)
    assert.deepEqual(posted, ["open", "lookups", "signature", "readers"])
})

const REFUSED: Readonly<Record<string, () => Promise<{ readonly made: GrantingDesk; readonly id?: string; readonly address?: string }>>> = {
    "another letter than the one that was asked for": async () => ({ ...await desk(), id: "A".repeat(22) }),
    "a reader for whom it does not wait": async () => ({ ...await desk(), address: tom.address }),
    "a reader who is listed with a key": () => desk({ statement: text("listed") }),
    "another message key than the one that she signed": async () => desk({ messageKey: (await newMessageKey()).identity }),
}

for (const [what, world] of Object.entries(REFUSED)) {
    test(`nothing is signed or handed over for ${what}`, async () => {
        const { made, id, address, posted } = { posted: [] as string[], ...await world() }
        await assert.rejects(give(made, id, address), OtherLetter)
        assert.ok(!posted.includes("signature"))
    })
}

test("nothing is given by a statement that somebody else has signed", async () => {
    const { made, posted } = await desk({ signer: tom })
    await assert.rejects(give(made), (error) => error instanceof Error && error.name === "Refusal")
    assert.deepEqual(posted, ["open"])
})

test("nothing is given to a key that the firm's server keeps", async () => {
    const { made, posted } = await desk({ found: {} })
    await assert.rejects(give(made), NotReady)
    assert.deepEqual(posted, ["open", "lookups"])
})
