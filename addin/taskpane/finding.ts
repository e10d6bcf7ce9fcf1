/** Loads what offers people under To and Bcc, when somebody types there. */

import type { Person } from "@letterlock/kit"

import type { World } from "./contacts.ts"
import type { PeopleField } from "./people-field.ts"

const LEAST = 2   // letters, as in matching.ts, which is loaded later

/**
 * @param script - Address of contacts.ts as it was built.
 * @param world - Null while nobody is signed in: then addresses are typed whole.
 * @returns To be called when somebody has signed in: what was typed meanwhile is looked for then.
 */
export function finding(script: string, fields: readonly { readonly field: PeopleField; readonly add: (people: readonly Person[]) => boolean }[], world: () => World | null): () => void {
    type Module = typeof import("./contacts.ts")
    let sources: InstanceType<Module["Sources"]> | null = null
    const begins = fields.map(({ field: { input }, add }) => {
        let loading = false
        const begin = (): void => {
            const now = world()
            if (loading || now === null || input.value.trim().length < LEAST) return
            loading = true
            void (import(script) as Promise<Module>).then(({ Contacts, Sources }) => {
                input.removeEventListener("input", begin)
                new Contacts(input, sources ??= new Sources(now), (person) => add([person])).typed()
            }, () => { loading = false })
        }
        input.addEventListener("input", begin)
        return begin
    })
    return () => { for (const begin of begins) begin() }
}
