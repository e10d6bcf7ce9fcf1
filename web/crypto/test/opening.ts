/** Inputs of openMessage, made of what the vectors hold. */

import { verifyLookup, type Lookup, type Opening } from "../src/index.ts"
import type { Signature } from "../src/signatures.ts"
import { fromBase64, type MessageInputs } from "./vectors.ts"

/** What a page would pass on, with look-ups that it has verified. */
export async function openingOf(inputs: MessageInputs, directoryKey: string): Promise<Opening> {
    const verified = async (said: { text: string; signature: Signature }): Promise<Lookup> => {
        const { address } = JSON.parse(said.text) as { address: string }
        return verifyLookup(said.text, said.signature, directoryKey, { address })
    }
    return {
        asked: inputs.asked,
        viewer: inputs.viewer,
        opened: inputs.opened,
        sender: await verified(inputs.sender),
        granters: await Promise.all((inputs.granters ?? []).map(verified)),
        objects: new Map(Object.entries(inputs.objects).map(([id, file]) => [id, fromBase64(file)])),
    }
}
