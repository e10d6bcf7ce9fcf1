/** The page's side of the workers: typed calls, each of which can be cancelled. */

import type { Bytes } from "./bytes.ts"
import type { Draft, DraftSealing, SealedDraft } from "./draft.ts"
import type { Opened } from "./envelope.ts"
import { WorkerFailed } from "./errors.ts"
import type { FileDraft, Finished, PlainDraft, SealedFile } from "./files.ts"
import type { MessageKey } from "./keys.ts"
import { Lane, type CallOptions, type WorkerLike } from "./lane.ts"
import type { Looked, Looking } from "./log/looked.ts"
import type { Lookup } from "./lookup.ts"
import type { OpenedMessage, Opening } from "./open.ts"
import type { OwnKey } from "./own.ts"
import type { OldKey } from "./ownkeys.ts"
import type { NewPairing } from "./ownpairing.ts"
import type { NewSlot, SlotHead } from "./ownslots.ts"
import type { KeptOwn } from "./pane.ts"
import { movable, type Op, type Operations } from "./protocol.ts"
import type { SafetyNumber } from "./safetynumber.ts"
import type { EnvelopesDraft, ObjectsDraft, SealedEnvelope, SealedObjects } from "./seal.ts"
import type { Signature } from "./signatures.ts"
import type { FileOpening, FileResealing } from "./signedfile.ts"
import type { ByteStream } from "./work.ts"

type Args<K extends Op> = Operations[K]["args"]

export type { CallOptions, WorkerLike } from "./lane.ts"

/** Files at once: one that waits for the network does not hold up the next. */
const FILES_AT_ONCE = 3

/**
 * Seals and opens in workers. Errors are those of errors.ts.
 *
 * Texts and keys go through one worker, one call at a time, so that ending one with its worker
 * harms no other. Files go through a second, and a cancelled one cleans up before it is rejected.
 */
export class CryptoClient {
    readonly #texts: Lane
    readonly #files: Lane

    /**
     * @param start - Makes a worker of `@letterlock/crypto/worker`; called at the first call of
     * each kind, and again after one was ended or failed.
     */
    constructor(start: () => WorkerLike) {
        this.#texts = new Lane(start, { limit: 1, asks: false })
        this.#files = new Lane(start, { limit: FILES_AT_ONCE, asks: true })
    }

    /** As `verifyLookup` of lookup.ts. */
    verifyLookup(args: Operations["verifyLookup"]["args"], options?: CallOptions): Promise<Lookup> {
        return this.#texts.call("verifyLookup", args, options)
    }

    /** As `checkLooked` of log/looked.ts. */
    checkLooked(looking: Looking, options?: CallOptions): Promise<Looked> {
        return this.#texts.call("checkLooked", looking, options)
    }

    /** As `newMessageKey` of keys.ts. */
    newMessageKey(options?: CallOptions): Promise<MessageKey> {
        return this.#texts.call("newMessageKey", null, options)
    }

    /** As `messageKeyOf` of keys.ts. */
    messageKey(args: { readonly identity: string }, options?: CallOptions): Promise<MessageKey> {
        return this.#texts.call("messageKey", args, options)
    }

    /** As `sealObjects` of seal.ts. */
    sealObjects(args: ObjectsDraft, options?: CallOptions): Promise<SealedObjects> {
        return this.#texts.call("sealObjects", args, options)
    }

    /** As `sealEnvelopes` of seal.ts; progress counts envelopes. */
    sealEnvelopes(args: EnvelopesDraft, options?: CallOptions): Promise<readonly SealedEnvelope[]> {
        return this.#texts.call("sealEnvelopes", args, options)
    }

    /** As `openMessage` of open.ts. The objects' buffers are moved: they are empty afterwards. */
    openMessage(args: Opening, options?: CallOptions): Promise<OpenedMessage> {
        return this.#texts.call("openMessage", args, options, { transfer: movable(args.objects.values()) })
    }

    /** As `openEnvelope` of envelope.ts. */
    openEnvelope(args: Operations["openEnvelope"]["args"], options?: CallOptions): Promise<Opened> {
        return this.#texts.call("openEnvelope", args, options)
    }

    /** As `sealDraft` of draft.ts. */
    sealDraft(args: DraftSealing, options?: CallOptions): Promise<SealedDraft> {
        return this.#texts.call("sealDraft", args, options)
    }

    /** As `openDraft` of draft.ts. */
    openDraft(args: Operations["openDraft"]["args"], options?: CallOptions): Promise<Draft> {
        return this.#texts.call("openDraft", args, options)
    }

    /** As `sealFile` of files.ts; progress counts bytes of the file. */
    sealFile(args: FileDraft, options?: CallOptions): Promise<SealedFile> {
        return this.#files.call("sealFile", args, options)
    }

    /**
     * As `openFile` of signedfile.ts; progress counts bytes of the age file.
     *
     * @param source - The age file as it comes, read no faster than it is worked on; its pieces are
     * moved. Null if the server does not have it. Cancelled if it was not needed to its end.
     */
    openFile({ messageKey, object, type }: FileOpening, source: ByteStream | null, options?: CallOptions): Promise<Finished> {
        return this.#files.call("openFile", { messageKey, object, type, found: source !== null }, options, { source })
    }

    /** As `sealPlain` of files.ts; progress counts bytes of the content. */
    sealPlain(args: PlainDraft, options?: CallOptions): Promise<Finished> {
        return this.#files.call("sealPlain", args, options)
    }

    /** As `resealFile` of signedfile.ts; `source` as for {@link openFile}. */
    resealFile(
        { messageKey, object, type, recipient }: FileResealing, source: ByteStream | null, options?: CallOptions,
    ): Promise<Finished> {
        const args = { messageKey, object, type, recipient, found: source !== null }
        return this.#files.call("resealFile", args, options, { source })
    }

    /**
     * Remove the files that openFile, sealPlain and resealFile of this client have finished, and what
     * windows that are gone have left. Blobs of them cannot be read afterwards.
     */
    async cleanTemporary(options?: CallOptions): Promise<void> {
        await this.#files.call("cleanTemporary", null, options)
    }

    /** As `newIdentity` of ownkeys.ts. */
    newIdentity(args: Args<"newIdentity">, options?: CallOptions): Promise<OwnKey> {
        return this.#texts.call("newIdentity", args, options)
    }

    /** As `newRecoveryCode` of ownslots.ts. */
    newRecoveryCode(options?: CallOptions): Promise<{ readonly code: string }> {
        return this.#texts.call("newRecoveryCode", null, options)
    }

    /** As `sealSlots` of ownslots.ts. */
    sealSlots(args: Args<"sealSlots">, options?: CallOptions): Promise<readonly NewSlot[]> {
        return this.#texts.call("sealSlots", args, options)
    }

    /** As `readSlots` of ownslots.ts. */
    readSlots(args: Args<"readSlots">, options?: CallOptions): Promise<readonly SlotHead[]> {
        return this.#texts.call("readSlots", args, options)
    }

    /** As `openSlot` of ownslots.ts. */
    openSlot(args: Args<"openSlot">, options?: CallOptions): Promise<OwnKey> {
        return this.#texts.call("openSlot", args, options)
    }

    /** As `openChallenge` of ownkeys.ts. */
    openChallenge(args: Args<"openChallenge">, options?: CallOptions): Promise<{ readonly bytes: Bytes }> {
        return this.#texts.call("openChallenge", args, options)
    }

    /** As `unwrapOld` of ownkeys.ts. */
    unwrapOld(args: Args<"unwrapOld">, options?: CallOptions): Promise<OwnKey> {
        return this.#texts.call("unwrapOld", args, options)
    }

    /** As `wrapOld` of ownkeys.ts. */
    wrapOld(args: Args<"wrapOld">, options?: CallOptions): Promise<readonly OldKey[]> {
        return this.#texts.call("wrapOld", args, options)
    }

    /** As `signEnrolment` of ownkeys.ts. */
    signEnrolment(args: Args<"signEnrolment">, options?: CallOptions): Promise<Signature> {
        return this.#texts.call("signEnrolment", args, options)
    }

    /** As `signStatement` of ownkeys.ts. */
    signStatement(args: Args<"signStatement">, options?: CallOptions): Promise<Signature> {
        return this.#texts.call("signStatement", args, options)
    }

    /** As `signGrant` of ownkeys.ts. */
    signGrant(args: Args<"signGrant">, options?: CallOptions): Promise<Signature> {
        return this.#texts.call("signGrant", args, options)
    }

    /** As `openOwnEnvelope` of ownkeys.ts. */
    openOwnEnvelope(args: Args<"openOwnEnvelope">, options?: CallOptions): Promise<Opened> {
        return this.#texts.call("openOwnEnvelope", args, options)
    }

    /** As `openOwnDraftKey` of ownkeys.ts. */
    openOwnDraftKey(args: Args<"openOwnDraftKey">, options?: CallOptions): Promise<{ readonly draftKey: string }> {
        return this.#texts.call("openOwnDraftKey", args, options)
    }

    /** As `newPairing` of ownpairing.ts. */
    newPairing(args: Args<"newPairing">, options?: CallOptions): Promise<NewPairing> {
        return this.#texts.call("newPairing", args, options)
    }

    /** As `linkedPairing` of ownpairing.ts. */
    linkedPairing(args: Args<"linkedPairing">, options?: CallOptions): Promise<{ readonly id: string }> {
        return this.#texts.call("linkedPairing", args, options)
    }

    /** As `checkPairing` of ownpairing.ts. */
    async checkPairing(args: Args<"checkPairing">, options?: CallOptions): Promise<void> {
        await this.#texts.call("checkPairing", args, options)
    }

    /** As `answerPairing` of ownpairing.ts. */
    answerPairing(args: Args<"answerPairing">, options?: CallOptions): Promise<{ readonly bytes: Bytes }> {
        return this.#texts.call("answerPairing", args, options)
    }

    /** As `openPairing` of ownpairing.ts. */
    openPairing(args: Args<"openPairing">, options?: CallOptions): Promise<OwnKey> {
        return this.#texts.call("openPairing", args, options)
    }

    /** As `keepOwn` of pane.ts. */
    keepOwn(args: Args<"keepOwn">, options?: CallOptions): Promise<KeptOwn> {
        return this.#texts.call("keepOwn", args, options)
    }

    /** As `compareKeys` of safetynumber.ts. */
    compareKeys(args: Args<"compareKeys">, options?: CallOptions): Promise<SafetyNumber> {
        return this.#texts.call("compareKeys", args, options)
    }

    /** As `reopenOwn` of pane.ts. */
    reopenOwn(args: Args<"reopenOwn">, options?: CallOptions): Promise<OwnKey> {
        return this.#texts.call("reopenOwn", args, options)
    }

    /** End the workers; calls that wait are rejected with `reason`. The next call starts anew. */
    close(reason: unknown = new WorkerFailed()): void {
        this.#texts.close(reason)
        this.#files.close(reason)
    }
}
