/** A field for a code of eight characters, shown 4-4. */

import { codeIn, showCode } from "@letterlock/kit"

/** Shape what is typed or pasted, without moving the cursor off its character. */
export function shapeCode(field: HTMLInputElement): void {
    const before = codeIn(field.value.slice(0, field.selectionStart ?? field.value.length)).length
    field.value = showCode(field.value)
    const at = before > 4 ? before + 1 : before
    field.setSelectionRange(at, at)
}
