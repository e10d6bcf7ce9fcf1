/**
 * WebAuthn's JSON (Level 3, section 5.1): options as the server sends them, credentials as it takes them.
 *
 * Credentials are written here and not by `toJSON()`, which would put the secret of a passkey into a string that
 * nobody can overwrite; it must not be posted either (docs/spec/keyslots.md section 3).
 */

import { fromBase64, toBase64 } from "../bytes.ts"

/** What not every browser has that has passkeys. */
type Platform = Partial<Pick<typeof PublicKeyCredential, "parseCreationOptionsFromJSON" | "parseRequestOptionsFromJSON">>

/** Bytes as base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
    return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "")
}

/** The bytes of base64url without padding. @throws DOMException if it is none. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
    return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"))
}

/** Options to make a passkey; its extensions are the caller's to add. */
export function creationOptions(json: PublicKeyCredentialCreationOptionsJSON): PublicKeyCredentialCreationOptions {
    const { extensions: _, ...options } = json
    const platform: Platform = PublicKeyCredential
    if (platform.parseCreationOptionsFromJSON) return platform.parseCreationOptionsFromJSON(options)
    const { challenge, user, excludeCredentials = [], attestation, hints: __, ...rest } = options
    return {
        ...rest,
        challenge: fromBase64Url(challenge),
        user: { ...user, id: fromBase64Url(user.id) },
        excludeCredentials: excludeCredentials.map(descriptor),
        attestation: attestation === "none" ? attestation : "none",
    }
}

/** Options to sign with a passkey; its extensions are the caller's to add. */
export function requestOptions(json: PublicKeyCredentialRequestOptionsJSON): PublicKeyCredentialRequestOptions {
    const { extensions: _, ...options } = json
    const platform: Platform = PublicKeyCredential
    if (platform.parseRequestOptionsFromJSON) return platform.parseRequestOptionsFromJSON(options)
    const { challenge, allowCredentials = [], hints: __, userVerification: ___, ...rest } = options
    return {
        ...rest,
        challenge: fromBase64Url(challenge),
        allowCredentials: allowCredentials.map(descriptor),
        userVerification: "required",
    }
}

/** A credential as the server takes it, without any secret. */
export interface CredentialJson {
    readonly id: string
    readonly rawId: string
    readonly type: string
    readonly authenticatorAttachment?: string
    readonly clientExtensionResults: Readonly<Record<string, never>>
    readonly response: Readonly<Record<string, unknown>>
}

/** A new credential. */
export function madeJson(credential: PublicKeyCredential): CredentialJson {
    const response = credential.response as AuthenticatorAttestationResponse
    const transports = (response.getTransports as (() => string[]) | undefined)?.call(response) ?? []
    return common(credential, { attestationObject: text(response.attestationObject), transports })
}

/** A signature by a credential. */
export function signedJson(credential: PublicKeyCredential): CredentialJson {
    const { authenticatorData, signature, userHandle } = credential.response as AuthenticatorAssertionResponse
    const user = userHandle === null || userHandle.byteLength === 0 ? {} : { userHandle: text(userHandle) }
    return common(credential, { authenticatorData: text(authenticatorData), signature: text(signature), ...user })
}

function common(credential: PublicKeyCredential, response: Readonly<Record<string, unknown>>): CredentialJson {
    const { rawId, type, authenticatorAttachment } = credential
    return {
        id: text(rawId),
        rawId: text(rawId),
        type,
        ...(typeof authenticatorAttachment === "string" && { authenticatorAttachment }),
        clientExtensionResults: {},
        response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
    }
}

function descriptor({ id, transports }: PublicKeyCredentialDescriptorJSON): PublicKeyCredentialDescriptor {
    const ways = transports as AuthenticatorTransport[] | undefined
    return { type: "public-key", id: fromBase64Url(id), ...(ways && { transports: ways }) }
}

const text = (buffer: ArrayBuffer): string => toBase64Url(new Uint8Array(buffer))
