/** The worker's side: answer requests one by one. */

import { openEnvelope, openMessage } from "./open.ts"
import { movable, toWire, type Op, type Operations, type Request, type Response } from "./protocol.ts"
import { sealEnvelopes, sealObjects, type Progress } from "./seal.ts"
import { verifyLookup } from "./lookup.ts"

/** A worker's global scope, or one end of a channel. */
export interface Port {
    postMessage(message: Response, transfer: ArrayBuffer[]): void
    addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
}

type Handlers = { [K in Op]: (args: Operations[K]["args"], onProgress: Progress) => Promise<Operations[K]["result"]> }

const handlers: Handlers = {
    verifyLookup: (args) => verifyLookup(args.text, args.signature, args.directoryKey, args),
    sealObjects,
    sealEnvelopes,
    openMessage: (opening) => openMessage(opening),
    openEnvelope: ({ identity, bytes }) => openEnvelope(identity, bytes),
}

/** Answer every request that comes through `port`. */
export function serve(port: Port): void {
    port.addEventListener("message", ({ data }) => {
        void answer(data as Request, port)
    })
}

async function answer(request: Request, port: Port): Promise<void> {
    const { id } = request
    try {
        const value = await handle(request, (done, total) => {
            port.postMessage({ id, done, total }, [])
        })
        port.postMessage({ id, ok: true, value }, movable(outgoing(value)))
    } catch (error) {
        port.postMessage({ id, ok: false, error: toWire(error) }, [])
    }
}

async function handle(request: Request, onProgress: Progress): Promise<Operations[Op]["result"]> {
    // The union of requests loses which arguments belong to which operation; protocol.ts holds it.
    const handler = handlers[request.op] as (args: unknown, onProgress: Progress) => Promise<Operations[Op]["result"]>
    return handler(request.args, onProgress)
}

function outgoing(value: Operations[Op]["result"]): Uint8Array[] {
    if ("objects" in value) return value.objects.map((object) => object.bytes)
    if (Array.isArray(value)) return (value as Operations["sealEnvelopes"]["result"]).map((envelope) => envelope.bytes)
    return []
}
