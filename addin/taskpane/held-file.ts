/** A file as Outlook gives it, as a browser's own. */

import type { HeldContent, HeldFile } from "./office.ts"

/** Of base64; a mail that is attached comes as text, and gets the ending of one. */
export function fileOf({ name }: Pick<HeldFile, "name">, { format, content }: HeldContent): File {
    if (format !== "base64") return new File([content], name.toLowerCase().endsWith(".eml") ? name : `${name}.eml`)
    return new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name)
}
