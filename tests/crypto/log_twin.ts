/** The browser's checks of look-ups and the log, on what a server answered (tests/keys/test_log_twins.py). */

import { readFileSync } from "node:fs"

import { checkLooked, CryptoError, verifyLookup, type Looked } from "@letterlock/crypto"

interface Said {
  readonly text: string
  readonly signature: unknown
  readonly log: { readonly text: string; readonly signature: unknown; readonly history: readonly string[] }
}

interface Task {
  readonly said: Said
  readonly address: string
  readonly directoryKey: string
  readonly logKey: string
  readonly before: Looked | null
}

async function look({ said, address, directoryKey, logKey, before }: Task): Promise<Looked> {
  const lookup = await verifyLookup(said.text, said.signature, directoryKey, { address })
  const { checkpoint: kept = null, seen: known = null } = before ?? {}
  return checkLooked({ lookup, ...said.log, directoryKey, logKey, kept, known })
}

const results: unknown[] = []
for (const task of JSON.parse(readFileSync(0, "utf8")) as Task[]) {
  try {
    results.push(await look(task))
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    results.push({ code: error.code })
  }
}
process.stdout.write(JSON.stringify(results))
