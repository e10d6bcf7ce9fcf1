/** Vectors of drafts (docs/spec/envelope.md section 3). */

import { canonical, pad, type Draft } from "../../src/index.ts"
import { encodeText } from "../../src/bytes.ts"
import { ann, maya, NOW, tom } from "../../test/people.ts"
import { FILE_ID, MESSAGE_KEY, type Json } from "./common.ts"
import { base64, type Kind, type Store } from "./store.ts"

export const DRAFT: Draft = {
    v: 1,
    to: [{ address: maya.address, name: "Maya Okafor" }],
    cc: [],
    hidden: [{ address: tom.address, name: "" }, { address: "half an addr", name: "" }],
    subject: "Your year-end",
    html: "<p>Dear Maya,</p><p>12,650 €</p>",
    files: [{ object: FILE_ID, name: "Accounts 2026.pdf", type: "application/pdf", size: 48_211, sha256: maya.key }],
    saved: NOW,
}

/** The draft that opens, and what must be refused. */
export async function draftVectors(store: Store): Promise<Json> {
    const make = async (name: string, identity: string, content: Uint8Array | object, kind?: Kind): Promise<Uint8Array> =>
        store.file(`draft: ${name}`, identity, content instanceof Uint8Array ? content : pad(encodeText(canonical(content))), kind)
    const object = async (name: string, content: Uint8Array | object, kind?: Kind): Promise<Json> =>
        ({ name, object: base64(await make(name, MESSAGE_KEY, content, kind)) })
    const envelope = async (name: string, content: Uint8Array | object, kind?: Kind): Promise<Json> =>
        ({ name, envelope: base64(await make(`envelope, ${name}`, ann.identity, content, kind)) })
    const { subject: _, ...short } = DRAFT
    const [file] = DRAFT.files
    const text = encodeText(canonical(DRAFT))
    return {
        about: "docs/spec/envelope.md section 3. `envelope` is Ann's, whose identity is `identity`; all files are base64.",
        identity: ann.identity,
        draft_key: MESSAGE_KEY,
        draft: DRAFT,
        object: base64(await make("object", MESSAGE_KEY, DRAFT)),
        envelope: base64(await make("envelope", ann.identity, { v: 1, draft_key: MESSAGE_KEY })),
        refuse: [
            await object("an unknown version", { ...DRAFT, v: 2 }),
            await object("an unknown member", { ...DRAFT, note: "" }),
            await object("a missing member", short),
            await object("a reader without a name", { ...DRAFT, to: [{ address: maya.address }] }),
            await object("a file with a path", { ...DRAFT, files: [{ ...file, name: "../a.pdf" }] }),
            await object("a file of no type", { ...DRAFT, files: [{ ...file, type: "PDF" }] }),
            await object("an empty file", { ...DRAFT, files: [{ ...file, size: 0 }] }),
            await object("no JSON", pad(encodeText("Dear Maya,"))),
            await object("no padding", text),
            await object("too much padding", Uint8Array.from([...pad(text), ...new Uint8Array(500)])),
            await object("nothing", new Uint8Array()),
            await object("a second, classical stanza", DRAFT, "mixed"),
            { name: "made for another key", object: base64(await make("made for another key", maya.identity, DRAFT)) },
        ],
        refuse_envelopes: [
            await envelope("an unknown version", { v: 2, draft_key: MESSAGE_KEY }),
            await envelope("an unknown member", { v: 1, draft_key: MESSAGE_KEY, note: "" }),
            await envelope("no key", { v: 1 }),
            await envelope("a key that is none", { v: 1, draft_key: maya.recipient }),
            await envelope("a second, classical stanza", { v: 1, draft_key: MESSAGE_KEY }, "mixed"),
        ],
    }
}
