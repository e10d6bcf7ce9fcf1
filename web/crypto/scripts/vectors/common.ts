/** What several vectors are made of. */

import { encodeIdentity, recipientFingerprint, recipientOf, toBase64url } from "../../src/index.ts"
import { seed } from "../../test/people.ts"

export type Json = Record<string, unknown>

export const MESSAGE_KEY = encodeIdentity(seed(0x11))
export const messageKey = await recipientFingerprint(await recipientOf(MESSAGE_KEY))
export const OBJECT_ID = toBase64url(seed(0xb1).subarray(0, 16))
export const FILE_ID = toBase64url(seed(0xb2).subarray(0, 16))
/** Its first second, since 1970 UTC: no time of ours any more. */
export const YEAR_10000 = 253_402_300_800
export const SECOND_FILE_ID = toBase64url(seed(0xb3).subarray(0, 16))
