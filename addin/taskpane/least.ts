/** The least level that the firm allows, and what it demands of a letter (docs/spec/levels.md section 2 rule 7). */

import { leastFor, type Minimum } from "@letterlock/crypto"
import { list, members, text } from "@letterlock/kit"
import type { Desk, Me } from "@letterlock/kit/writing/index"

/** The letter must be end-to-end. */
export interface Demand {
    readonly firm: string
    /** The domains that demand it; none where all letters must. */
    readonly domains: readonly string[]
}

/** The rules as the server gives them. @throws Unexpected of the kit for anything else. */
export function minimumOf(answer: unknown): Minimum {
    const said = members(answer)
    const domains = list(said["domains"]).map(members).map((one) => [text(one, "domain"), level(one["level"])] as const)
    return { least: level(said["least"]), domains: Object.fromEntries(domains) }
}

/** What is not known here is the server's to refuse. */
const level = (value: unknown): Minimum["least"] => value === "self-held" ? value : "managed"

/** What the firm demands of a letter that all of these read; null where it may be protected. */
export function demandOf(minimum: Minimum, firm: string, addresses: readonly string[]): Demand | null {
    if (minimum.least === "self-held") return { firm, domains: [] }
    const demanding = addresses.filter((address) => leastFor(minimum, address) === "self-held")
    if (demanding.length === 0) return null
    return { firm, domains: [...new Set(demanding.map((address) => domainOf(minimum, address)))] }
}

/** As the firm named it: the address may be further below. */
function domainOf({ domains }: Minimum, address: string): string {
    const labels = address.slice(address.lastIndexOf("@") + 1).split(".")
    const suffixes = labels.map((_, at) => labels.slice(at).join("."))
    return suffixes.find((suffix) => Object.hasOwn(domains, suffix)) ?? labels.join(".")
}

/** The rules of the firm that one is signed in at. */
export class Least {
    #minimum: Minimum | null = null
    #me: Me | null = null

    /** Get them; while they do not come, the server alone holds letters to them. */
    async load({ call, me }: Desk): Promise<void> {
        try {
            this.#minimum = minimumOf(await call((api) => api.get("/level-rules")))
            this.#me = me
        } catch {
            return
        }
    }

    /** Of a letter to these; the sender's own copy is one of its copies. */
    demand(recipients: readonly { readonly address: string }[]): Demand | null {
        if (this.#minimum === null || this.#me === null) return null
        return demandOf(this.#minimum, this.#me.firmName, [...recipients.map(({ address }) => address), this.#me.address])
    }
}
