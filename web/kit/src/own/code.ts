/** The recovery code on a page: its groups, and which of them are asked for when it was written down. */

/** Two places of the code, in its order, from 0. */
export type Picks = readonly [number, number]

/** The seven groups of a code as it is printed. */
export const groupsOf = (code: string): readonly string[] => code.split("-")

/** Two different groups; each pair is as likely as any other. */
export function pickGroups(count: number): Picks {
    const first = below(count)
    const second = below(count - 1)
    const other = second < first ? second : second + 1
    return first < other ? [first, other] : [other, first]
}

/** Whether what was typed for both groups is what stands there; case, spaces and hyphens do not matter. */
export function isTypedBack(code: string, picks: Picks, typed: readonly [string, string]): boolean {
    const groups = groupsOf(code)
    return picks.every((pick, at) => plain(typed[at] ?? "") === groups[pick])
}

const plain = (typed: string): string => typed.replace(/[\s-]/gu, "").toUpperCase()

/** A whole number from 0, evenly: values over the last whole multiple are thrown away. */
function below(limit: number): number {
    const room = Math.floor(256 / limit) * limit
    for (;;) {
        const [value = 0] = crypto.getRandomValues(new Uint8Array(1))
        if (value < room) return value % limit
    }
}
