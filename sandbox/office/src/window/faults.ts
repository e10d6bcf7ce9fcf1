import type { OfficeError } from "../protocol.ts"

/**
 * The stand-in's failure switch, in the window's address.
 *
 * `?fail=to.set:9020,save` makes these calls of the add-in fail (with a code, else 5001);
 * `fail=hello` leaves the add-in without a host; `fail=nestedAuth:NO_NETWORK` refuses tokens with
 * that status; `fail=attachments.content:empty` and `fail=file.get:empty` succeed and give nothing.
 * `?late=1500` answers every call so many milliseconds late.
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

/** Microsoft's common error codes: name and message (learn.microsoft.com, "Office Common API error codes"). */
const CODES: Readonly<Record<number, readonly [string, string]>> = {
    1000: ["Invalid Coercion Type", "The specified coercion type is not supported"],
    1001: ["Data Read Error", "The current selection is not supported."],
    1007: ["Data Read Error", "The size of the document is too large."],
    1009: ["Data Read Error", "The specified file type is not supported."],
    5000: ["Settings Stale Error", "The operation is not supported."],
    5001: ["Internal Error", "An internal error has occurred."],
    5002: ["Permission Denied", "The requested operation is not allowed on the current document mode."],
    5009: ["Permission Denied", "Access Denied"],
    9016: ["Permission denied", "Permission denied"],
    9020: ["Generic Response Error", "An internal error has occurred."],
    9021: ["Save Error", "Connection error occurred while trying to save the item on the server."],
    9022: ["Message In Different Store Error", "The EWS ID cannot be retrieved because the message is saved in another store."],
    9041: ["Network error", "The user is no longer connected to the network. Please check your network connection and try again."],
    9043: ["Attachment Type Not Supported", "The attachment type is not supported."],
}

/** An error as Office tells it; a code that Microsoft's page does not name has no words of its own. */
export function officeError(code: number): OfficeError {
    const [name, message] = CODES[code] ?? ["SandboxFault", "A fault set in the sandbox."]
    return { code, name, message }
}

/** An answer of the window's with one of those codes. */
export class Refusal extends Error {
    override readonly name = "Refusal"
    readonly code: number

    constructor(code: number) {
        super(String(code))
        this.code = code
    }
}
