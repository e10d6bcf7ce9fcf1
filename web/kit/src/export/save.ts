/** Give a Blob to the browser's downloads. */

const KEPT = 60_000   // milliseconds; WebKit reads the address after the click has returned

/** Save under a name. Where it goes, and whether it is asked first, the browser decides. */
export function saveBlob(content: Blob, name: string): void {
    const link = document.createElement("a")
    link.href = URL.createObjectURL(content)
    link.download = name
    link.click()
    setTimeout(() => { URL.revokeObjectURL(link.href) }, KEPT)
}
