/** Vectors of levels (docs/spec/levels.md): what is shown is written here by hand, not computed. */

import { LEVEL_REFUSALS, type Leveled, type LevelRefusal, type Minimum, type Note } from "../../src/levels.ts"
import type { Level } from "../../src/lookup.ts"
import type { Json } from "./common.ts"

type Reader = Leveled["readers"][number]

const reader = (role: Reader["role"], level: Level, waiting = false): Reader => ({ role, level, waiting })
const own = (level: Level): Reader => reader("sender", level)
const alone = [own("self-held"), reader("to", "self-held")]

/** A sender with a key of her own, and what differs. */
function letter(changes: Partial<Leveled>): Leveled {
    return { custody: "self-held", stated: null, readers: alone, grants: [], now: null, ...changes }
}

function shown(name: string, level: Level, given: Partial<Leveled>, ...notes: readonly Note[]): Json {
    const whole = letter(given)
    const signed = whole.custody === "managed" ? "signed.server" : "signed.device"
    return { name, letter: whole, shown: { level, words: `level.${level}`, signed, notes } }
}

function refused(name: string, code: LevelRefusal, given: Partial<Leveled>): Json {
    return { name, code, letter: letter(given) }
}

const managed: Partial<Leveled> = { custody: "managed", stated: "managed", readers: [own("managed"), reader("to", "managed")] }
const waiting = [own("self-held"), reader("to", "self-held", true)]

const SHOWN: Json[] = [
    shown("everybody managed", "managed", managed, "level.own-copy"),
    shown("before it is signed", "managed", { ...managed, stated: null }, "level.own-copy"),
    shown("a managed sender, a self-held reader", "managed",
        { custody: "managed", stated: "managed", readers: [own("managed"), reader("to", "self-held")] }, "level.own-copy"),
    shown("everybody self-held", "self-held", { stated: "self-held" }),
    shown("everybody self-held, before it is signed", "self-held", {}),
    shown("a reader by phrase", "passphrase", { stated: "passphrase", readers: [own("self-held"), reader("to", "passphrase")] }),
    shown("a managed reader in Cc", "managed", { stated: "managed", readers: [...alone, reader("cc", "managed")] }),
    shown("phrase and managed together", "managed", { readers: [own("self-held"), reader("to", "passphrase"), reader("cc", "managed")] }),
    shown("a managed archive", "managed", { readers: [...alone, reader("archive", "managed")] }),
    shown("a self-held archive", "self-held", { readers: [...alone, reader("archive", "self-held")], stated: "self-held" }),
    shown("the sender signs by her device, but her copy is managed", "managed",
        { readers: [own("managed"), reader("to", "self-held")] }, "level.own-copy"),
    shown("a managed hidden copy, before it is signed", "managed", { grants: [{ role: "hidden", level: "managed" }] }),
    shown("a hidden copy that only the stated level tells of", "managed", { stated: "managed" }),
    shown("a hidden copy weaker than what was signed", "managed",
        { stated: "self-held", grants: [{ role: "hidden", level: "managed" }] }, "level.lowered"),
    shown("one of a bulk message, by phrase", "passphrase", { grants: [{ role: "bulk", level: "passphrase" }] }),
    shown("somebody added later, self-held", "self-held", { stated: "self-held", grants: [{ role: "late", level: "self-held" }] }),
    shown("somebody added later, managed", "managed", { stated: "self-held", grants: [{ role: "late", level: "managed" }] }, "level.lowered"),
    shown("a delegate by phrase", "passphrase", { stated: "self-held", grants: [{ role: "delegate", level: "passphrase" }] }, "level.lowered"),
    shown("somebody added later to a managed letter", "managed", { ...managed, grants: [{ role: "late", level: "managed" }] }, "level.own-copy"),
    shown("a reader who waits", "self-held", { stated: "self-held", readers: waiting }, "level.waiting"),
    shown("a reader who waited, finished", "self-held",
        { stated: "self-held", readers: waiting, grants: [{ role: "to", level: "self-held" }] }),
    shown("two who waited, one finished", "self-held",
        { stated: "self-held", readers: [...waiting, reader("cc", "self-held", true)], grants: [{ role: "cc", level: "self-held" }] }, "level.waiting"),
    shown("finished for a stronger key: nothing rises", "managed",
        { stated: "managed", readers: [own("self-held"), reader("to", "managed", true)], grants: [{ role: "to", level: "self-held" }] }),
    shown("the viewer's key is her own since", "managed", { ...managed, now: "self-held" }, "level.own-copy", "level.since"),
    shown("the viewer's key was her own", "self-held", { stated: "self-held", now: "self-held" }),
    shown("her own copy managed, one waiting, her key her own since", "managed", {
        stated: "managed", now: "self-held", readers: [own("managed"), reader("to", "self-held", true)],
    }, "level.own-copy", "level.waiting", "level.since"),
    shown("lowered, and her own key since", "passphrase", {
        stated: "self-held", readers: waiting, grants: [{ role: "late", level: "passphrase" }], now: "self-held",
    }, "level.waiting", "level.lowered", "level.since"),
    shown("the viewer's key is managed still", "managed", { ...managed, now: "managed" }, "level.own-copy"),
]

const REFUSED: Json[] = [
    refused("no copy of the sender", "level-sender", { readers: [reader("to", "self-held")] }),
    refused("two copies of the sender", "level-sender", { readers: [...alone, own("self-held")] }),
    refused("no reader", "level-sender", { readers: [] }),
    refused("a managed sender who promises end-to-end", "level-custody", { custody: "managed", stated: "self-held" }),
    refused("a managed sender, before it is signed", "level-custody", { custody: "managed" }),
    refused("end-to-end with a managed reader", "level-claimed", { stated: "self-held", readers: [...alone, reader("cc", "managed")] }),
    refused("end-to-end with a managed copy of the sender", "level-claimed", { stated: "self-held", readers: [own("managed"), reader("to", "self-held")] }),
    refused("by phrase with a managed reader", "level-claimed", { stated: "passphrase", readers: [...alone, reader("to", "managed")] }),
    refused("end-to-end with a managed archive", "level-claimed", { stated: "self-held", readers: [...alone, reader("archive", "managed")] }),
    refused("end-to-end, finished for a managed key", "level-waiting",
        { stated: "self-held", readers: waiting, grants: [{ role: "to", level: "managed" }] }),
    refused("end-to-end, finished by phrase", "level-waiting",
        { stated: "self-held", readers: [...waiting, reader("cc", "self-held", true)], grants: [{ role: "to", level: "self-held" }, { role: "cc", level: "passphrase" }] }),
    refused("by phrase, finished for a managed key", "level-waiting",
        { stated: "passphrase", readers: [own("self-held"), reader("to", "passphrase", true)], grants: [{ role: "to", level: "managed" }] }),
]

const MINIMUM: Minimum = {
    least: "passphrase",
    domains: { "client.example": "self-held", "open.client.example": "managed" },
}

/** Letters that are shown, and what must be refused. */
export function levelVectors(): Json {
    return {
        about: "docs/spec/levels.md section 4. `shown`: what is said of `letter`; `refuse` end in `code`. `least` and `readers` are about `minimum`.",
        refusals: LEVEL_REFUSALS,
        shown: SHOWN,
        refuse: REFUSED,
        minimum: MINIMUM,
        least: [
            { address: "tom@other.example", level: "passphrase" }, { address: "maya@client.example", level: "self-held" },
            { address: "maya@post.client.example", level: "self-held" }, { address: "maya@open.client.example", level: "passphrase" },
            { address: "maya@notclient.example", level: "passphrase" }, { address: "maya@example", level: "passphrase" },
            { address: "maya@client.example.org", level: "passphrase" }, { address: "maya@constructor", level: "passphrase" },
        ],
        readers: [
            { name: "nobody", readers: [], allowed: true },
            { name: "all at their least", readers: [{ address: "maya@client.example", level: "self-held" }, { address: "tom@other.example", level: "passphrase" }], allowed: true },
            { name: "one below the firm's", readers: [{ address: "maya@client.example", level: "self-held" }, { address: "tom@other.example", level: "managed" }], allowed: false },
            { name: "one below the domain's", readers: [{ address: "maya@client.example", level: "passphrase" }], allowed: false },
        ],
    }
}
