/**
 * The stand-in's failure switch, in the window's address.
 *
 * `?fail=to.set:9020,save` makes these calls of the add-in fail (with a code, else 5001);
 * `fail=hello` leaves the add-in without a host; `fail=nestedAuth:NO_NETWORK` refuses tokens with
 * that status. `?late=1500` answers every call so many milliseconds late.
 */
export interface Faults {
    readonly late: number
    readonly calls: ReadonlyMap<string, string>
}

/** Read the switch from a query string. */
export function faultsOf(query: string): Faults {
    const asked = new URLSearchParams(query)
    const pieces = (asked.get("fail") ?? "").split(",").filter((piece) => piece !== "")
    const calls = new Map(pieces.map((piece) => {
        const [call = "", how = "5001"] = piece.split(":")
        return [call, how] as const
    }))
    return { late: Number(asked.get("late") ?? "0"), calls }
}
