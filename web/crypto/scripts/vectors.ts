/**
 * Write tests/vectors/*.json, which both implementations read: `npm run vectors -w @letterlock/crypto`.
 *
 * Running it again changes nothing, unless a case changed: ciphertexts once made are kept.
 */

import { readFile, writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"

import { canonicalVectors, keyVectors, lookupVectors, padmeVectors } from "./vectors/basics.ts"
import { draftVectors } from "./vectors/drafts.ts"
import { Files, nameVectors, typeVectors } from "./vectors/files.ts"
import { grantVectors } from "./vectors/grants.ts"
import { keyslotVectors } from "./vectors/keyslots.ts"
import { levelVectors } from "./vectors/levels.ts"
import { Messages } from "./vectors/messages.ts"
import { safetyNumberVectors } from "./vectors/safetynumbers.ts"
import { pairingVectors } from "./vectors/pairing.ts"
import { Store, type StoredFile } from "./vectors/store.ts"

const FOLDER = new URL("../../../tests/vectors/", import.meta.url)

/** All files by name, with the ciphertexts of those that are there. */
export async function vectors(): Promise<Record<string, string>> {
    const old = (await stored("age.json")) as { files?: StoredFile[] }
    const keys = (await stored("keys.json")) as { refused_recipients?: { text: string }[] }
    const store = new Store(old.files ?? [])
    const messages = new Messages(store)
    const sealed = {
        "messages.json": await messages.all(),
        "grants.json": await grantVectors(await messages.body()),
        "files.json": await new Files(store).all(),
        "drafts.json": await draftVectors(store),
        "keyslots.json": await keyslotVectors(store),
        "pairing.json": await pairingVectors(store),
    }
    const age = {
        about: "docs/spec/objects.md and envelope.md: age files, base64. `opens` false: other stanzas than one mlkem768x25519.",
        files: [...store.files].sort((a, b) => (a.name < b.name ? -1 : 1)),
    }
    const contents = {
        "canonical.json": canonicalVectors(),
        "padme.json": padmeVectors(),
        "keys.json": await keyVectors(keys.refused_recipients?.[0]?.text),
        "lookups.json": await lookupVectors(),
        "levels.json": levelVectors(),
        "names.json": nameVectors(),
        "safety_numbers.json": safetyNumberVectors(),
        "types.json": typeVectors(),
        ...sealed,
        "age.json": age,
    }
    return Object.fromEntries(Object.entries(contents).map(([name, value]) => [name, `${written(name, value)}\n`]))
}

/** Names hold marks that an editor does not show, or that turn its lines. */
function written(name: string, value: unknown): string {
    const text = JSON.stringify(value, null, 1)
    if (!["names.json", "messages.json", "keyslots.json", "pairing.json"].includes(name)) return text
    return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
}

async function stored(name: string): Promise<unknown> {
    try {
        return JSON.parse(await readFile(new URL(name, FOLDER), "utf8"))
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return {}
        throw error
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    for (const [name, text] of Object.entries(await vectors())) await writeFile(new URL(name, FOLDER), text)
}
