/** CRC-32 as zips have it (ISO 3309, polynomial 0xEDB88320): finds accidents, not intent. */

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
    let value = n
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    return value
})

export function crc32(bytes: Uint8Array): number {
    let value = ~0
    for (const byte of bytes) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 0xff] ?? 0)
    return ~value >>> 0
}
