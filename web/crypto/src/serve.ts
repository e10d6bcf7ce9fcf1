/** The worker's side: answer calls, any number at a time. */

import { openDraft, sealDraft } from "./draft.ts"
import { CryptoError } from "./errors.ts"
import { sealFile, sealPlain } from "./files.ts"
import { messageKeyOf, newMessageKey } from "./keys.ts"
import { checkLooked } from "./log/looked.ts"
import { verifyLookup } from "./lookup.ts"
import { openEnvelope, openMessage } from "./open.ts"
import { newIdentity, openChallenge, openOwnDraftKey, openOwnEnvelope, signEnrolment, signGrant, signStatement, unwrapOld, wrapOld } from "./ownkeys.ts"
import { answerPairing, checkPairing, linkedPairing, newPairing, openPairing } from "./ownpairing.ts"
import { newRecoveryCode, openSlot, readSlots, sealSlots } from "./ownslots.ts"
import { keepOwn, reopenOwn } from "./pane.ts"
import { movable, toWire, type Call, type Op, type Operations, type Request, type Response } from "./protocol.ts"
import { compareKeys } from "./safetynumber.ts"
import { sealEnvelopes, sealObjects } from "./seal.ts"
import { openFile, resealFile } from "./signedfile.ts"
import type { Temporary } from "./temporary.ts"
import type { ByteStream, FileWork } from "./work.ts"

/** A worker's global scope, or one end of a channel. */
export interface Port {
    postMessage(message: Response, transfer: ArrayBuffer[]): void
    addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
}

interface Context extends FileWork {
    readonly source: ByteStream
}

type Handlers = { [K in Op]: (args: Operations[K]["args"], context: Context) => Promise<Operations[K]["result"]> }

const handlers: Handlers = {
    verifyLookup: (args) => verifyLookup(args.text, args.signature, args.directoryKey, args),
    checkLooked: (looking) => checkLooked(looking),
    newMessageKey: () => newMessageKey(),
    messageKey: ({ identity }) => messageKeyOf(identity),
    sealObjects: (draft, { onProgress }) => sealObjects(draft, onProgress),
    sealEnvelopes: (draft, { onProgress }) => sealEnvelopes(draft, onProgress),
    openMessage: (opening) => openMessage(opening),
    openEnvelope: ({ identity, bytes }) => openEnvelope(identity, bytes),
    sealDraft: (sealing) => sealDraft(sealing),
    openDraft: (opening) => openDraft(opening),
    sealFile,
    openFile: ({ found, ...opening }, context) => openFile(opening, found ? context.source : null, context),
    sealPlain,
    resealFile: ({ found, ...opening }, context) => resealFile(opening, found ? context.source : null, context),
    cleanTemporary: async (_, { temporary }) => {
        await temporary.clean()
        return null
    },
    newIdentity: ({ person }) => newIdentity(person),
    newRecoveryCode: () => newRecoveryCode(),
    sealSlots: ({ own, ways }) => sealSlots(own, ways),
    readSlots: ({ texts, owner }) => Promise.resolve(readSlots(texts, owner)),
    openSlot: ({ text, given, owner }) => openSlot(text, given, owner),
    openChallenge: ({ own, challenge }) => openChallenge(own, challenge),
    unwrapOld: ({ own, old }) => unwrapOld(own, old),
    wrapOld: ({ own, to }) => wrapOld(own, to),
    signEnrolment: ({ own, slots }) => signEnrolment(own, slots),
    signStatement: ({ own, text }) => signStatement(own, text),
    signGrant: ({ own, text }) => signGrant(own, text),
    openOwnEnvelope: ({ own, key, envelope }) => openOwnEnvelope(own, key, envelope),
    openOwnDraftKey: ({ own, envelope }) => openOwnDraftKey(own, envelope),
    newPairing: ({ person, ...asker }) => newPairing(person, asker),
    linkedPairing: ({ k }) => linkedPairing(k),
    checkPairing: ({ person, ...vouching }) => checkPairing(person, vouching),
    answerPairing: ({ own, ...vouching }) => answerPairing(own, vouching),
    openPairing: ({ pairing, answer, lookup }) => openPairing(pairing, answer, lookup),
    keepOwn: ({ own, ...given }) => keepOwn(own, given),
    compareKeys: ({ own, other }) => Promise.resolve(compareKeys(own, other)),
    reopenOwn: ({ kept, share }) => reopenOwn(kept, share),
}

/** Answer every request that comes through `port`. */
export function serve(port: Port, temporary: Temporary): void {
    const running = new Map<number, Running>()
    port.addEventListener("message", ({ data }) => {
        const request = data as Request
        if ("op" in request) {
            const call = new Running(request, port, temporary)
            running.set(request.id, call)
            void call.answer().finally(() => running.delete(request.id))
        } else if ("chunk" in request) running.get(request.id)?.take(request.chunk)
        else running.get(request.id)?.stop()
    })
}

/** The page gave up. It knows why; nobody reads this. */
class Stopped extends CryptoError {
    constructor() {
        super("stopped", "The call was stopped.")
    }
}

/** One call, until it is answered. */
class Running {
    readonly #call: Call
    readonly #port: Port
    readonly #temporary: Temporary
    readonly #stopping = new AbortController()
    readonly #source: ByteStream
    #controller: ReadableStreamDefaultController<Uint8Array> | null = null
    #taken: (() => void) | null = null

    constructor(call: Call, port: Port, temporary: Temporary) {
        this.#call = call
        this.#port = port
        this.#temporary = temporary
        this.#source = new ReadableStream<Uint8Array>({
            start: (controller) => { this.#controller = controller },
            pull: () => this.#pull(),
        })
    }

    async answer(): Promise<void> {
        const { id } = this.#call
        try {
            const value = await this.#handle()
            this.#port.postMessage({ id, ok: true, value }, movable(outgoing(value)))
        } catch (error) {
            this.#port.postMessage({ id, ok: false, error: toWire(error) }, [])
        }
    }

    /** A piece of the source came, or its end. */
    take(chunk: Uint8Array | null): void {
        if (this.#stopping.signal.aborted) return
        if (chunk === null) this.#controller?.close()
        else this.#controller?.enqueue(chunk)
        this.#taken?.()
    }

    stop(): void {
        const reason = new Stopped()
        this.#stopping.abort(reason)
        this.#controller?.error(reason)
        this.#taken?.()
    }

    /** The worker asks for a piece when it wants one, so that the page reads no faster than it works. */
    #pull(): Promise<void> {
        return new Promise((resolve) => {
            this.#taken = resolve
            this.#port.postMessage({ id: this.#call.id, pull: true }, [])
        })
    }

    async #handle(): Promise<Operations[Op]["result"]> {
        const { id, op, args } = this.#call
        // The union of calls loses which arguments belong to which operation; protocol.ts holds it.
        const handler = handlers[op] as (args: unknown, context: Context) => Promise<Operations[Op]["result"]>
        return handler(args, {
            onProgress: (done, total) => { this.#port.postMessage({ id, done, total }, []) },
            signal: this.#stopping.signal,
            temporary: this.#temporary,
            source: this.#source,
        })
    }
}

function outgoing(value: Operations[Op]["result"]): Uint8Array[] {
    if (value === null) return []
    if ("objects" in value) return value.objects.map((object) => object.bytes)
    if ("envelope" in value) return [value.object, value.envelope]
    if ("bytes" in value) return [value.bytes]
    if (Array.isArray(value)) return value.flatMap((each: object) => "bytes" in each && each.bytes instanceof Uint8Array ? [each.bytes] : [])
    return []
}
