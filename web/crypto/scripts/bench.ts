/** How long sealing and opening take here: `npm run bench -w @letterlock/crypto`. */

import { openMessage, sealEnvelopes, sealObjects, openEnvelope, type Body } from "../src/index.ts"
import { ann, BODY, lookupOf, MESSAGE_ID, person, reader, signText, statementText, type Person } from "../test/people.ts"

const RUNS = 9
const text = "All work and no play makes a dull letter. ".repeat(240).slice(0, 10_000)
const body: Body = { ...BODY, text, html: "" }

const clients = await Promise.all(Array.from({ length: 9 }, (_, n) => person(`client${n}@client.example`, n + 10)))

for (const readers of [[ann], [ann, ...clients]]) {
    const times = { seal: [] as number[], open: [] as number[] }
    for (let run = 0; run < RUNS + 2; run += 1) {
        const { seal, open } = await once(readers)
        if (run < 2) continue
        times.seal.push(seal)
        times.open.push(open)
    }
    process.stdout.write(`10 KB to ${readers.length}: seal ${median(times.seal)} ms, open ${median(times.open)} ms\n`)
}

async function once(readers: readonly Person[]): Promise<{ seal: number; open: number }> {
    const start = performance.now()
    const { messageKey, messageKeyFingerprint, objects } = await sealObjects({ body })
    const lines = readers.map((each) => reader(each, each === ann ? "sender" : "to"))
    const signed = await signText(statementText(objects, messageKeyFingerprint, lines))
    const [own] = await sealEnvelopes({ messageKey, ...signed, readers })
    const seal = performance.now() - start
    const opened = await openEnvelope(ann.identity, own?.bytes ?? new Uint8Array())
    const files = new Map(objects.map(({ id, bytes }) => [id, bytes]))
    await openMessage({ asked: MESSAGE_ID, viewer: ann, opened, sender: lookupOf(ann), objects: files })
    return { seal, open: performance.now() - start - seal }
}

function median(times: readonly number[]): string {
    return ([...times].sort((a, b) => a - b)[times.length >> 1] ?? 0).toFixed(1)
}
