/** Cut the padding of a content that streams by (docs/spec/padding.md section 2). */

import { BadPadding } from "./errors.ts"
import { padme } from "./padding.ts"

/** Takes the padded content in pieces; gives the content back in pieces. */
export class Unpadding {
    readonly #size: number
    readonly #padded: number
    #taken = 0

    /** @param size - Of the content, as it was signed. */
    constructor(size: number) {
        this.#size = size
        this.#padded = padme(size)
    }

    /**
     * The part of `chunk` that is content, as a view.
     *
     * @throws {@link BadPadding} for a byte other than zero after the content.
     */
    take(chunk: Uint8Array): Uint8Array {
        const content = chunk.subarray(0, Math.max(0, this.#size - this.#taken))
        this.#taken += chunk.length
        if (chunk.subarray(content.length).some((byte) => byte !== 0)) throw new BadPadding("the padding is not zero")
        return content
    }

    /** @throws {@link BadPadding} if there were more or fewer bytes than belong to the size. */
    end(): void {
        if (this.#taken !== this.#padded) throw new BadPadding("the length is not the one that belongs to the size")
    }
}
