import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, it } from "node:test"

import { fromBase64url, toBase64url } from "../../src/bytes.ts"
import { MalformedKey } from "../../src/errors.ts"
import { checkAnswer, type Asking, type Believed } from "../../src/log/answer.ts"
import { checkGrowth, openCheckpoint, type Trust } from "../../src/log/checkpoint.ts"
import { checkSuccessor, commit, eventHash, parseEvent } from "../../src/log/event.ts"
import { parseNote, parseNoteKey, verifyNote } from "../../src/log/note.ts"
import { LOG_REFUSALS, type LogRefusalCode } from "../../src/log/refusals.ts"
import { vectors } from "../vectors.ts"
import type { AnswerInputs } from "./vectors.ts"

const { notes, checkpoints, people, answers } = vectors("log.json")

const refused = (code: LogRefusalCode): object => ({ name: "LogRefused", code, message: LOG_REFUSALS[code] })
const trust: Trust = { log: parseNoteKey(checkpoints.log), witnesses: [], quorum: 0 }

function askingOf({ address, keys, directory_key, log, witnesses, quorum, kept, known }: AnswerInputs): Asking {
    return {
        address, keys, known, directoryKey: directory_key,
        trust: { log: parseNoteKey(log), witnesses: witnesses.map(parseNoteKey), quorum },
        kept: kept && { ...kept, root: fromBase64url(kept.root) },
    }
}

async function asked(changes: Partial<AnswerInputs>): Promise<Believed> {
    const inputs = { ...answers.base, ...changes }
    return checkAnswer(inputs.answer.text, inputs.answer.signature, askingOf(inputs))
}

describe("refusals of the log", () => {
    it("have the sentences of the specification", () => {
        const spec = readFileSync(new URL("../../../../docs/spec/log.md", import.meta.url), "utf8")
        for (const [code, sentence] of Object.entries(LOG_REFUSALS)) {
            assert.match(spec, new RegExp(`^\\| \`${code}\` \\|.*\\| ${sentence.replaceAll(".", "\\.")} \\|$`, "m"))
        }
    })
})

describe("a signed note", () => {
    for (const { name, note, key } of notes.accept) {
        it(`is believed: ${name}`, async () => {
            const known = parseNoteKey(key)
            const found = await verifyNote(parseNote(note), [known])
            assert.deepEqual(new Set(found), new Set(found.map(() => ({ key: known, time: null }))))
        })
    }

    for (const { name, note, key, code } of notes.refuse) {
        it(`is refused: ${name}`, async () => {
            await assert.rejects(async () => verifyNote(parseNote(note), [parseNoteKey(key)]), refused(code))
        })
    }

    it("is refused when it is too large, or holds half a character", () => {
        const [good] = notes.accept
        assert.ok(good)
        const room = 131_072 - new TextEncoder().encode(good.note).length
        assert.equal(parseNote("x".repeat(room) + good.note).signatures.length, 1)
        for (const more of ["x".repeat(room + 1), "\ud800"]) assert.throws(() => parseNote(more + good.note), refused("note-malformed"))
    })

    it("needs a key that is one", () => {
        const [good] = notes.accept
        assert.ok(good)
        const ecdsa = "example.com/foo+601d2731+AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"   // a kind that is not ours
        for (const bad of ["", "a", "a+b", ecdsa, good.key.slice(1), good.key.slice(0, -1), good.key.replace("+Ae", "+Be")]) {
            assert.throws(() => parseNoteKey(bad), MalformedKey)
        }
    })
})

describe("a checkpoint", () => {
    for (const { name, note, size } of checkpoints.accept) {
        it(`is believed: ${name}`, async () => {
            assert.equal((await openCheckpoint(note, trust)).size, size)
        })
    }

    for (const { name, note, code } of checkpoints.refuse) {
        it(`is refused: ${name}`, async () => {
            await assert.rejects(openCheckpoint(note, trust), refused(code))
        })
    }

    for (const { name, note, witnesses, quorum, code } of checkpoints.cosigned) {
        it(`counts each known witness once: ${name}`, async () => {
            const opened = openCheckpoint(note, { log: trust.log, witnesses: witnesses.map(parseNoteKey), quorum })
            if (code === null) assert.equal((await opened).origin, trust.log.name)
            else await assert.rejects(opened, refused(code))
        })
    }

    it("is believed at the first visit, with an empty proof", () => {
        const point = { origin: "o", size: 5, root: new Uint8Array(32) }
        assert.equal(checkGrowth(null, point, []), point)
        assert.throws(() => checkGrowth(null, point, [point.root]), refused("consistency-wrong"))
    })
})

describe("a key event", () => {
    it("is about the address that its salt opens", () => {
        for (const { address, salt, person } of people.commitments) assert.equal(commit(address, fromBase64url(salt)), person)
    })

    it("follows the one before it", () => {
        people.events.forEach(({ text, hash }, at) => {
            assert.deepEqual(checkSuccessor(people.events[at - 1]?.text ?? null, text), JSON.parse(text))
            assert.equal(toBase64url(eventHash(text)), hash)
        })
    })

    for (const { name, text } of people.events_refused) {
        it(`is refused: ${name}`, () => {
            assert.throws(() => parseEvent(text), refused("event-malformed"))
        })
    }

    for (const { name, events } of people.chains_refused) {
        it(`is refused where it ${name}`, () => {
            const [last = "", before = null] = [...events].reverse()
            assert.throws(() => checkSuccessor(before, last), refused("event-chain"))
        })
    }
})

describe("an answer about the log", () => {
    for (const { name, with: changes } of answers.accept) {
        it(`is believed: ${name}`, async () => {
            const { checkpoint, seen } = await asked(changes)
            assert.deepEqual({ ...checkpoint, root: toBase64url(checkpoint.root) }, answers.believed.checkpoint)
            assert.deepEqual([seen.index, parseEvent(seen.event).version], [answers.believed.index, answers.believed.version])
        })
    }

    for (const { name, code, with: changes } of answers.refuse) {
        it(`is refused: ${name}`, async () => {
            await assert.rejects(asked(changes), refused(code))
        })
    }

    it("is refused with a signature or directory key that is none", async () => {
        const { answer } = answers.base
        for (const signature of [null, {}, { ...answer.signature, more: 1 }]) {
            await assert.rejects(checkAnswer(answer.text, signature, askingOf(answers.base)), refused("answer-signature"))
        }
        await assert.rejects(asked({ directory_key: "!" }), refused("answer-signature"))
    })
})
