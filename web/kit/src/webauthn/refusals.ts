/** Why a passkey was not made or did not sign, and what the person can do about it. */

const SENTENCES = {
    "cancelled": "Nothing happened: the passkey was not confirmed, or it took too long. Try again when you are ready.",
    "unsupported": "This browser or device cannot use passkeys here. Use another one, or choose a password instead.",
    "no-prf": "This passkey can sign you in, but it cannot open letters. Choose another passkey, or a password instead.",
    "known": "This device has a passkey for this page already. Use that one, or another device.",
    "place": "Passkeys work only at the firm's own address, over a secure connection. Open the page from the link in your mail.",
    "failed": "The passkey did not work. Try again; if it happens again, use another device or choose a password instead.",
} as const

export type PasskeyRefusalCode = keyof typeof SENTENCES

/** `code` for programs; `sentence` for the person. Nothing was made or changed, but by `no-prf`. */
export class PasskeyRefused extends Error {
    override readonly name = "PasskeyRefused"
    readonly code: PasskeyRefusalCode

    constructor(code: PasskeyRefusalCode, options?: ErrorOptions) {
        super(code, options)
        this.code = code
    }

    get sentence(): string {
        return SENTENCES[this.code]
    }
}

const CODES: Readonly<Record<string, PasskeyRefusalCode>> = {
    NotAllowedError: "cancelled",
    AbortError: "cancelled",
    TimeoutError: "cancelled",
    InvalidStateError: "known",
    NotSupportedError: "unsupported",
    ConstraintError: "unsupported",
    SecurityError: "place",
}

/** What a browser threw, as a refusal. */
export function refusalOf(thrown: unknown): PasskeyRefused {
    if (thrown instanceof PasskeyRefused) return thrown
    const name = thrown instanceof DOMException ? thrown.name : ""
    return new PasskeyRefused(CODES[name] ?? "failed", { cause: thrown })
}
