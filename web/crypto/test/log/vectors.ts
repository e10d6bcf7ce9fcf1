/** The shape of tests/vectors/log.json. */

import type { Asking } from "../../src/log/answer.ts"
import type { LogRefusalCode } from "../../src/log/refusals.ts"
import type { Signature } from "../../src/signatures.ts"

interface Named {
    readonly name: string
}

interface Coded extends Named {
    readonly code: LogRefusalCode
}

export interface InclusionCase extends Named {
    readonly leaf: string
    readonly index: number
    readonly size: number
    readonly root: string
    readonly proof: readonly string[]
}

export interface ConsistencyCase extends Named {
    readonly old: number
    readonly new: number
    readonly old_root: string
    readonly new_root: string
    readonly proof: readonly string[]
}

interface CosignedCase extends Named {
    readonly note: string
    readonly witnesses: readonly string[]
    readonly quorum: number
    readonly code: LogRefusalCode | null
}

export interface AnswerInputs {
    readonly answer: { readonly text: string; readonly signature: Signature }
    readonly address: string
    readonly keys: Asking["keys"]
    readonly directory_key: string
    readonly log: string
    readonly witnesses: readonly string[]
    readonly quorum: number
    readonly kept: { readonly origin: string; readonly size: number; readonly root: string } | null
    readonly known: Asking["known"]
}

export interface LogVectors {
    readonly tree: {
        readonly published: { readonly entries: readonly string[]; readonly roots: readonly string[] }
        readonly roots: readonly { readonly size: number; readonly root: string }[]
        readonly inclusion: readonly InclusionCase[]
        readonly inclusion_refused: readonly InclusionCase[]
        readonly consistency: readonly ConsistencyCase[]
        readonly consistency_refused: readonly ConsistencyCase[]
    }
    readonly notes: {
        readonly accept: readonly (Named & { readonly note: string; readonly key: string })[]
        readonly refuse: readonly (Coded & { readonly note: string; readonly key: string })[]
    }
    readonly checkpoints: {
        readonly log: string
        readonly accept: readonly (Named & { readonly note: string; readonly size: number })[]
        readonly refuse: readonly (Coded & { readonly note: string })[]
        readonly cosigned: readonly CosignedCase[]
    }
    readonly people: {
        readonly commitments: readonly { readonly address: string; readonly salt: string; readonly person: string }[]
        readonly events: readonly { readonly text: string; readonly hash: string }[]
        readonly events_refused: readonly (Named & { readonly text: string })[]
        readonly chains_refused: readonly (Named & { readonly events: readonly string[] })[]
    }
    readonly answers: {
        readonly base: AnswerInputs
        readonly believed: { readonly checkpoint: AnswerInputs["kept"]; readonly index: number; readonly version: number }
        readonly accept: readonly (Named & { readonly with: Partial<AnswerInputs> })[]
        readonly refuse: readonly (Coded & { readonly with: Partial<AnswerInputs> })[]
    }
}
