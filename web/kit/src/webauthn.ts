/**
 * Passkeys in the browser: made, and signing, with the secret that a keyslot is sealed under.
 *
 * The secret (`prf`) is given beside the credential, never in it: what is posted holds none. One that an authenticator
 * gives while it makes a passkey is not used, since some give another one later (docs/spec/keyslots.md section 3);
 * a page makes the passkey, then asks it ({@link get}).
 */

import { creationOptions, type CredentialJson, madeJson, requestOptions, signedJson } from "./webauthn/json.ts"
import { PasskeyRefused, refusalOf } from "./webauthn/refusals.ts"

export { type CredentialJson, fromBase64Url, toBase64Url } from "./webauthn/json.ts"
export { PasskeyRefused, type PasskeyRefusalCode } from "./webauthn/refusals.ts"

/** What stands for the browser in tests. */
export type Credentials = Pick<CredentialsContainer, "create" | "get">

export interface Made {
    /** For `POST /passkeys`. */
    readonly credential: CredentialJson
    /** Always null: ask the passkey by {@link get}. */
    readonly prf: null
    /** Whether it says that it can open keyslots; some say so only when they are asked. */
    readonly opens: "yes" | "perhaps" | "no"
}

export interface Signed {
    /** For `POST /sessions/passkey`. */
    readonly credential: CredentialJson
    /** 32 bytes, or null where the passkey has no such secret or no salt was given for it. */
    readonly prf: Uint8Array<ArrayBuffer> | null
}

/** Salts of keyslots (32 bytes) by the id of their credential, base64url. */
export type Salts = Readonly<Record<string, Uint8Array<ArrayBuffer>>>

export interface Asking {
    readonly signal?: AbortSignal
    /** `conditional`: offered in a field with `autocomplete="username webauthn"`, no window of its own. */
    readonly mediation?: CredentialMediationRequirement
    readonly credentials?: Credentials
}

/** Whether passkeys that open keyslots can work here; `perhaps` where the browser cannot say before it tries. */
export async function canUse(): Promise<"yes" | "perhaps" | "no"> {
    if (!globalThis.isSecureContext || !("PublicKeyCredential" in globalThis)) return "no"
    const platform: Partial<Pick<typeof PublicKeyCredential, "getClientCapabilities">> = PublicKeyCredential
    if (!platform.getClientCapabilities) return "perhaps"
    const prf = (await platform.getClientCapabilities())["extension:prf"]
    return prf === undefined ? "perhaps" : prf ? "yes" : "no"
}

/**
 * Make a passkey.
 *
 * @param options - of `POST /passkeys/options`
 * @throws {@link PasskeyRefused} `known` where this authenticator has one, `cancelled`, and others.
 */
export async function create(
    options: PublicKeyCredentialCreationOptionsJSON,
    { signal, credentials = container() }: Asking = {},
): Promise<Made> {
    const publicKey = parsed(() => creationOptions(options))
    const abort = signal === undefined ? {} : { signal }
    const make = (extensions: AuthenticationExtensionsClientInputs): Promise<Credential | null> =>
        credentials.create({ publicKey: { ...publicKey, extensions }, ...abort })
    try {
        const made = await make({ prf: {} }).catch((thrown: unknown) => {
            if (!isTheExtensions(thrown)) throw thrown
            return make({})
        })
        const credential = given(made)
        const enabled = credential.getClientExtensionResults().prf?.enabled
        return { credential: madeJson(credential), prf: null, opens: enabled === undefined ? "perhaps" : enabled ? "yes" : "no" }
    } catch (thrown) {
        throw refusalOf(thrown)
    }
}

/**
 * Have a passkey sign, and in the same touch give the secret of its keyslot.
 *
 * @param options - of `POST /passkeys/challenges`, or made by the page where nothing is posted
 * @param salts - the passkeys that may sign, with the salts of their slots; none: any passkey of this site, no secret
 * @throws {@link PasskeyRefused}
 */
export async function get(
    options: PublicKeyCredentialRequestOptionsJSON,
    salts: Salts = {},
    { signal, mediation, credentials = container() }: Asking = {},
): Promise<Signed> {
    const publicKey = parsed(() => requestOptions(withKnown(options, salts)))
    const more = { ...(signal && { signal }), ...(mediation && { mediation }) }
    try {
        const credential = given(await credentials.get({ publicKey: { ...publicKey, extensions: asking(salts) }, ...more }))
        const first = credential.getClientExtensionResults().prf?.results?.first
        return { credential: signedJson(credential), prf: first === undefined ? null : bytes(first) }
    } catch (thrown) {
        throw refusalOf(thrown)
    }
}

/** The secret of a passkey that was asked for it. @throws {@link PasskeyRefused} `no-prf` where it gave none. */
export function secretOf({ prf }: Signed): Uint8Array<ArrayBuffer> {
    if (prf?.length !== 32 || prf.every((byte) => byte === 0)) throw new PasskeyRefused("no-prf")
    return prf
}

/** Options of a page of ours that wants a passkey's secret and posts nothing: its challenge is nobody's. */
export function ownOptions(rpId: string): PublicKeyCredentialRequestOptionsJSON {
    return { challenge: crypto.randomUUID().replaceAll("-", ""), rpId, userVerification: "required", allowCredentials: [] }
}

/** Secrets are asked for by credential, which browsers allow only of credentials that are named. */
function withKnown(options: PublicKeyCredentialRequestOptionsJSON, salts: Salts): PublicKeyCredentialRequestOptionsJSON {
    const named = options.allowCredentials ?? []
    const more = Object.keys(salts).filter((id) => named.every((one) => one.id !== id))
    return { ...options, allowCredentials: [...named, ...more.map((id) => ({ id, type: "public-key" }))] }
}

function asking(salts: Salts): AuthenticationExtensionsClientInputs {
    const known = Object.entries(salts)
    if (known.length === 0) return {}
    return { prf: { evalByCredential: Object.fromEntries(known.map(([id, first]) => [id, { first }])) } }
}

function container(): Credentials {
    if (!("PublicKeyCredential" in globalThis)) throw new PasskeyRefused(globalThis.isSecureContext ? "unsupported" : "place")
    return navigator.credentials
}

function parsed<T>(parse: () => T): T {
    try {
        return parse()
    } catch (thrown) {
        throw refusalOf(thrown)
    }
}

function given(credential: Credential | null): PublicKeyCredential {
    if (credential === null) throw new PasskeyRefused("failed")
    return credential as PublicKeyCredential
}

/** Whether making failed by what a person, a page's place or a passkey that is there cannot explain. */
function isTheExtensions(thrown: unknown): boolean {
    return ["unsupported", "failed"].includes(refusalOf(thrown).code)
}

function bytes(source: BufferSource): Uint8Array<ArrayBuffer> {
    return ArrayBuffer.isView(source)
        ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
        : new Uint8Array(source).slice()
}
