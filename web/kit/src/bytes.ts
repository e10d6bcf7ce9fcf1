/** Bytes as base64 text (RFC 4648 section 4), for JSON. */
export function toBase64(bytes: Uint8Array): string {
    let binary = ""
    // Spread in parts: a call takes only so many arguments.
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
    return btoa(binary)
}

/** The bytes of base64 text. @throws DOMException if it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
