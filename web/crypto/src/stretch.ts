/** The page's side of the worker that stretches passwords (argon2.ts). */

import { randomBytes, toBase64url, type Bytes } from "./bytes.ts"
import { WorkerFailed } from "./errors.ts"
import type { PasswordKdf } from "./keysecrets.ts"
import type { WorkerLike } from "./lane.ts"
import { fromWire, type WireError } from "./protocol.ts"

/** Page to worker. */
export interface StretchRequest {
    readonly password: string
    readonly kdf: PasswordKdf
}

/** Worker to page, once. */
export type StretchAnswer =
    | { readonly ok: true; readonly secret: Bytes }
    | { readonly ok: false; readonly error: WireError }

/** What a new password's slot is made with: docs/spec/keyslots.md section 3. */
export function newPasswordKdf(): PasswordKdf {
    return { lanes: 1, memory: 65_536, name: "argon2id", passes: 3, salt: toBase64url(randomBytes(16)) }
}

/** Turns passwords into secrets, each in a worker of its own: its 64 MiB, and what was in them, go with it. */
export class Stretcher {
    readonly #start: () => WorkerLike

    /** @param start - Makes a worker of `@letterlock/crypto/argon2`. */
    constructor(start: () => WorkerLike) {
        this.#start = start
    }

    /**
     * The secret of a password's slot, 32 bytes. The caller wipes it.
     *
     * @throws {@link KeyslotRefused} `keyslot-costly`, `keyslot-weak`, `keyslot-password`; {@link WorkerFailed},
     * for one where the device has not as much memory.
     */
    async stretch(password: string, kdf: PasswordKdf): Promise<Bytes> {
        const worker = this.#start()
        try {
            const answer = await asked(worker, { password, kdf })
            if (!answer.ok) throw fromWire(answer.error)
            return answer.secret
        } finally {
            worker.terminate()
        }
    }
}

function asked(worker: WorkerLike, request: StretchRequest): Promise<StretchAnswer> {
    return new Promise((resolve, reject) => {
        const fail = (): void => { reject(new WorkerFailed()) }
        worker.addEventListener("message", ({ data }) => { resolve(data as StretchAnswer) })
        worker.addEventListener("error", fail)
        worker.addEventListener("messageerror", fail)
        worker.postMessage(request, [])
    })
}
