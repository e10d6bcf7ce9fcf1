/** What a new key takes over from one that is there (docs/spec/enrolment.md section 9): every identity, and the proof of the present one. */

import type { OwnKey } from "@letterlock/crypto"

import { Problem } from "../api.ts"
import { toBase64 } from "../bytes.ts"
import type { OwnDesk } from "./desk.ts"
import { prove } from "./slots.ts"
import { step } from "./step.ts"

/** Members of `POST /keys/enrolments`. */
export interface HandedOn {
    readonly kept: readonly { readonly key: string; readonly age: string }[]
    readonly proof: Awaited<ReturnType<typeof prove>>
}

/** Every identity of `present`, sealed to `own` in the worker, by which the server cannot open any. */
export async function keptFor(desk: OwnDesk, present: OwnKey, own: OwnKey): Promise<HandedOn["kept"]> {
    const wrapped = await step("hand on", () => desk.crypto.wrapOld({ own: present, to: own }))
    return wrapped.map(({ key, age }) => ({ key, age: toBase64(age) }))
}

/** A call with a proof of `present`. A proof whose answer got lost is used up: then once more, with another. */
export async function proved<Value>(desk: OwnDesk, present: OwnKey, work: (proof: HandedOn["proof"]) => Promise<Value>): Promise<Value> {
    try {
        return await work(await prove(desk, present))
    } catch (error) {
        if (!(error instanceof Problem && error.code === "key-not-proved")) throw error
        return work(await prove(desk, present))
    }
}
