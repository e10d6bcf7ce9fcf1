/**
 * Letterlock's crypto package: seal in the writer's browser, open in the reader's.
 * Formats: docs/spec/envelope.md and statement.md. No DOM, no network, no Office.
 */

export { MAX_BODY_SIZE, encodeBody, parseBody, type Body, type FileName } from "./body.ts"
export { fromBase64url, toBase64url, type Bytes } from "./bytes.ts"
export { canonical, parseCanonical } from "./canonical.ts"
export { CryptoClient, type CallOptions, type WorkerLike } from "./client.ts"
export { MAX_ENVELOPE_SIZE, parseOpened, type Opened } from "./envelope.ts"
export {
    BadPadding, BodyTooLarge, ClassicalRecipient, CryptoError, FormatError, LookupRefused, MalformedFile,
    MalformedKey, NotCanonical, Refusal, REFUSALS, SealError, WorkerFailed, type RefusalCode,
} from "./errors.ts"
export {
    decodeIdentity, decodeRecipient, encodeIdentity, encodeRecipient, fingerprint, newMessageKey,
    recipientFingerprint, recipientOf, type MessageKey,
} from "./keys.ts"
export { verifyLookup, type Custody, type Level, type Lookup } from "./lookup.ts"
export { openEnvelope, openMessage, type OpenedMessage, type Opening, type Viewer } from "./open.ts"
export { pad, padme, unpad } from "./padding.ts"
export {
    sealEnvelopes, sealObjects, type EnvelopeReader, type EnvelopesDraft, type Progress, type SealedEnvelope,
    type SealedObject, type SealedObjects,
} from "./seal.ts"
export { LOOKUP_DOMAIN, sign, STATEMENT_DOMAIN, verify, type Domain, type Signature } from "./signatures.ts"
export {
    buildStatement, MAX_READERS, parseStatement, statementHash, verifyStatement, type Reader, type Role, type Sender,
    type SignedObject, type Statement, type StatementDraft,
} from "./statement.ts"
