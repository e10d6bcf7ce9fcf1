/**
 * Letterlock's crypto package: seal in the writer's browser, open in the reader's.
 * Formats: docs/spec/objects.md, envelope.md, statement.md. No DOM, no network, no Office.
 */

export { decryptWith } from "./age.ts"
export { MAX_BODY_SIZE, encodeBody, parseBody, type Body, type FileName } from "./body.ts"
export { fromBase64url, sha256, toBase64url, type Bytes } from "./bytes.ts"
export { canonical, parseCanonical } from "./canonical.ts"
export { CryptoClient, type CallOptions, type WorkerLike } from "./client.ts"
export { MAX_ENVELOPE_SIZE, parseOpened, type Opened } from "./envelope.ts"
export {
    openDraft, openDraftEnvelope, sealDraft, type Draft, type DraftFile, type DraftReader, type DraftSealing, type SealedDraft,
} from "./draft.ts"
export {
    BadPadding, BodyTooLarge, ClassicalRecipient, CryptoError, DraftDamaged, FILE_REFUSALS, FileRefused, FormatError,
    LookupRefused, MalformedFile, MalformedKey, NoRoom, NotCanonical, Refusal, REFUSALS, SealError, WorkerFailed,
    type FileRefusal, type RefusalCode,
} from "./errors.ts"
export { MAX_FILE_SIZE, sealFile, sealPlain, type FileDraft, type Finished, type PlainDraft, type SealedFile } from "./files.ts"
export {
    buildGrant, mergeHash, parseGrant, verifyGrants, type Grant, type GrantDraft, type Granter, type Granting, type GrantRole,
    type Merge, type SignedGrant,
} from "./grant.ts"
export {
    decodeIdentity, decodeRecipient, encodeIdentity, encodeRecipient, fingerprint, messageKeyOf, newMessageKey,
    recipientFingerprint, recipientOf, type MessageKey,
} from "./keys.ts"
export { KEYSLOT_REFUSALS, KeyslotRefused, type KeyslotRefusal } from "./keyslotrefusals.ts"
export type { PasswordKdf } from "./keysecrets.ts"
export type { Owner, PasskeyKdf } from "./keyslots.ts"
export { LEVELS, weakest, type Level } from "./level.ts"
export { checkMinimum, leastFor, LEVEL_REFUSALS, levelOf, LevelRefused, type Leveled, type Minimum, type Note, type Shown } from "./levels.ts"
export { checkLooked, type KeptCheckpoint, type Looked, type Looking } from "./log/looked.ts"
export { LOG_REFUSALS, LogRefused, type LogRefusalCode } from "./log/refusals.ts"
export type { Seen } from "./log/answer.ts"
export { signingFingerprint, verifyLookup, type Custody, type Lookup } from "./lookup.ts"
export { checkName, MAX_NAME_SIZE, mendName, type NameFault } from "./names.ts"
export { openEnvelope, openMessage, type OpenedMessage, type Opening, type Viewer } from "./open.ts"
export type { OwnKey } from "./own.ts"
export type { OldKey } from "./ownkeys.ts"
export { OWN_REFUSALS, OwnKeyRefused, type OwnRefusal } from "./ownrefusals.ts"
export type { NewPairing, Pairing, Vouching } from "./ownpairing.ts"
export type { NewSlot, SlotHead, SlotSecret, SlotWay } from "./ownslots.ts"
export { pad, padme, unpad } from "./padding.ts"
export type { Asker, PairingAsked, Platform, Program } from "./pairing.ts"
export { PAIRING_REFUSALS, PairingRefused, type PairingRefusal } from "./pairingrefusals.ts"
export type { KeptOwn, PaneShare } from "./pane.ts"
export { compareKeys, type Party, type SafetyNumber } from "./safetynumber.ts"
export {
    sealEnvelopes, sealObjects, type EnvelopeReader, type EnvelopesDraft, type ObjectsDraft, type SealedEnvelope,
    type SealedObject, type SealedObjects,
} from "./seal.ts"
export { openFile, resealFile, type FileOpening, type FileResealing } from "./signedfile.ts"
export { GRANT_DOMAIN, LOOKUP_DOMAIN, sign, STATEMENT_DOMAIN, verify, type Domain, type Signature } from "./signatures.ts"
export {
    buildStatement, heads, MAX_FILES, MAX_READERS, parseStatement, statementHash, verifyStatement, type Answering,
    type Policy, type Reader, type Role, type Sender, type SignedObject, type Statement, type StatementDraft,
} from "./statement.ts"
export { newPasswordKdf, Stretcher } from "./stretch.ts"
export { temporaryOf, type Temporary } from "./temporary.ts"
export { isActive } from "./types.ts"
export type { ByteStream, Progress } from "./work.ts"
