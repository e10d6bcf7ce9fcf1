/** What our code has chosen in a worker of this browser: the platform's means, or its own. */

import { nativePrimitives } from "../../../../web/crypto/src/age/native.ts"
import { bestPrimitives } from "../../../../web/crypto/src/age/primitives.ts"
import { bestEd25519, nativeEd25519 } from "../../../../web/crypto/src/ed25519.ts"
import { temporaryOf } from "../../../../web/crypto/src/temporary.ts"

async function found(): Promise<Record<string, boolean>> {
    const { kdf, aead, x25519, mlKem } = await bestPrimitives()
    const file = await temporaryOf(self as never).create()
    await file.drop()
    return {
        hkdf: kdf === nativePrimitives.kdf,
        chacha: aead === nativePrimitives.aead,
        x25519: x25519 === nativePrimitives.x25519,
        mlKem: mlKem === nativePrimitives.mlKem,
        ed25519: await bestEd25519() === nativeEd25519,
        // Bundled without shortening, so that the class is still called what it is.
        temporary: file.constructor.name === "Growing",
    }
}

found().then(
    (said) => { postMessage(said) },
    (error: unknown) => { postMessage({ failed: String(error) }) },
)
