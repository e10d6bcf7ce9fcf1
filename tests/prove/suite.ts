/** The public suite of age by plain arithmetic in Node, as JSON: tests/prove/suite_ts.py asks for it. */

import { plainPrimitives } from "../../web/crypto/src/age/plain.ts"
import { encodeIdentity } from "../../web/crypto/src/keytext.ts"
import { tables } from "../../web/crypto/test/age/tables.ts"

process.stdout.write(JSON.stringify(await tables(plainPrimitives, encodeIdentity(new Uint8Array(32).fill(7)))))
