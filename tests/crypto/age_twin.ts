/**
 * The browser's age reader as a program, for tests in Python: a JSON array of tasks on the
 * standard input, an array of their results on the output. Bytes are base64.
 */

import { readFileSync } from "node:fs"

import { hybridUnwrapper } from "../../web/crypto/src/age/hybrid.ts"
import { bestPrimitives } from "../../web/crypto/src/age/primitives.ts"
import { openFile } from "../../web/crypto/src/age/reader.ts"
import { Source } from "../../web/crypto/src/age/source.ts"
import { secretKeyOf } from "../../web/crypto/src/age/xwing.ts"
import { decryptWith, encryptTo } from "../../web/crypto/src/age.ts"
import { concat, type Bytes } from "../../web/crypto/src/bytes.ts"
import { MalformedFile } from "../../web/crypto/src/errors.ts"
import { decodeIdentity } from "../../web/crypto/src/keytext.ts"

interface Task {
  /** `open` is the production door, `openAny` takes any number of stanzas. */
  readonly verb: "seal" | "open" | "openAny"
  /** A recipient for `seal`, else an identity. */
  readonly key: string
  readonly bytes: string
}

/** Bytes; room for the header of a file to some 160 post-quantum readers. */
const MANY_STANZAS = 256 * 1024

async function openAny(identity: string, file: Uint8Array): Promise<Bytes> {
  const by = await bestPrimitives()
  const key = await secretKeyOf(by, decodeIdentity(identity))
  const next = await openFile(by, Source.of(file), hybridUnwrapper(by, key), MANY_STANZAS)
  const chunks: Bytes[] = []
  for (let chunk = await next(); chunk !== null; chunk = await next()) chunks.push(chunk)
  return concat(...chunks)
}

const verbs = { seal: encryptTo, open: decryptWith, openAny }

async function result({ verb, key, bytes }: Task): Promise<{ bytes: string } | { reason: string }> {
  try {
    const made = await verbs[verb](key, Buffer.from(bytes, "base64"))
    return { bytes: Buffer.from(made).toString("base64") }
  } catch (error) {
    if (error instanceof MalformedFile) return { reason: error.reason }
    throw error
  }
}

const results: unknown[] = []
for (const task of JSON.parse(readFileSync(0, "utf8")) as Task[]) results.push(await result(task))
process.stdout.write(JSON.stringify(results))
