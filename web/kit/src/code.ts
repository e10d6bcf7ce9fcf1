/** The code sent by mail: eight letters and figures, shown 4-4, any case, hyphen or not. */

const LENGTH = 8

/** The characters of a code in `text`; a whole pasted subject line gives its code. */
export function codeIn(text: string): string {
    const whole = /(?<![A-Za-z0-9])([A-Za-z0-9]{4})[-\u2010-\u2015\u2212]([A-Za-z0-9]{4})(?![A-Za-z0-9])/u.exec(text)
    const characters = whole === null ? text : `${whole[1] ?? ""}${whole[2] ?? ""}`
    return characters.replace(/[^A-Za-z0-9]/gu, "").toUpperCase().slice(0, LENGTH)
}

/** As shown while it is typed: "7KQ2", then "7KQ2-M". */
export function showCode(text: string): string {
    const code = codeIn(text)
    return code.length > LENGTH / 2 ? `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}` : code
}

export function isWhole(text: string): boolean {
    return codeIn(text).length === LENGTH
}
