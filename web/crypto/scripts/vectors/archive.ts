/** ZIP files with empty entries, as small as they come: for the vectors of types. */

/**
 * @param names - Of the entries, which are stored and empty; `mimetype` holds `declared`.
 */
export function archive(names: readonly string[], { declared = "", comment = "" } = {}): Uint8Array<ArrayBuffer> {
    const locals: Buffer[] = []
    const entries: Buffer[] = []
    let at = 0
    for (const name of names) {
        const content = Buffer.from(name === "mimetype" ? declared : "")
        const text = Buffer.from(name)
        const local = Buffer.concat([header(0x04034b50, 30, [[18, content.length], [22, content.length]], [[26, text.length]]), text, content])
        entries.push(Buffer.concat([header(0x02014b50, 46, [[20, content.length], [24, content.length], [42, at]], [[28, text.length]]), text]))
        locals.push(local)
        at += local.length
    }
    const directory = Buffer.concat(entries)
    const end = header(0x06054b50, 22, [[12, directory.length], [16, at]], [[8, names.length], [10, names.length], [20, comment.length]])
    return Uint8Array.from(Buffer.concat([...locals, directory, end, Buffer.from(comment)]))
}

function header(signature: number, size: number, longs: readonly [number, number][], shorts: readonly [number, number][]): Buffer {
    const bytes = Buffer.alloc(size)
    bytes.writeUInt32LE(signature, 0)
    for (const [place, value] of longs) bytes.writeUInt32LE(value, place)
    for (const [place, value] of shorts) bytes.writeUInt16LE(value, place)
    return bytes
}
