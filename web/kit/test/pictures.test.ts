import assert from "node:assert/strict"
import { test } from "node:test"

import { kindOf } from "../src/editor/extras/redraw.ts"
import { allowance, isPicture, jpegSize, MAX_PICTURE, MAX_PIXELS, MAX_SIDE, pngSize } from "../src/pictures.ts"

const bytes = (...parts: readonly (readonly number[] | string)[]): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(parts.flatMap((part) => typeof part === "string" ? Array.from(part, (one) => one.charCodeAt(0)) : part))
const u16 = (n: number): number[] => [n >> 8, n & 255]
const u32 = (n: number): number[] => [...u16(n >>> 16), ...u16(n & 65_535)]

const png = (width = 4, height = 3): Uint8Array<ArrayBuffer> =>
    bytes([0x89], "PNG\r\n\u001a\n", u32(13), "IHDR", u32(width), u32(height), [8, 2, 0, 0, 0])
const EXIF = [0xff, 0xe1, ...u16(8), 69, 120, 105, 102, 0, 0]
const jpeg = (width = 4, height = 3, before: readonly number[] = [], marker = 0xc0): Uint8Array<ArrayBuffer> =>
    bytes([0xff, 0xd8, ...before, 0xff, marker], u16(11), [8], u16(height), u16(width), [1, 1, 0x11, 0])

const crc = [0, 0, 0, 0]
const moving = bytes([...png()], crc, u32(3), "gAMA", [0, 0, 0], crc, u32(8), "acTL", u32(2), u32(0), crc)

const src = (content: Uint8Array, type = "image/png"): string => `data:${type};base64,${Buffer.from(content).toString("base64")}`

test("a PNG and a JPEG that say what they are may stand in a letter", () => {
    assert.ok(isPicture(src(png())))
    assert.ok(isPicture(src(png(MAX_SIDE, MAX_SIDE))))
    assert.ok(isPicture(src(jpeg(), "image/jpeg")))
    assert.ok(isPicture(src(jpeg(5, 6, EXIF, 0xc2), "image/jpeg")))
})

const REFUSED: Readonly<Record<string, string>> = {
    "a drawing": src(bytes("<svg xmlns='http://www.w3.org/2000/svg'/>"), "image/svg+xml"),
    "a drawing that says it is a PNG": src(bytes("<svg xmlns='http://www.w3.org/2000/svg'/>")),
    "a page": src(bytes("<script>1</script>"), "text/html"),
    "a GIF": src(bytes("GIF89a", [1, 0, 1, 0]), "image/gif"),
    "a PNG that says it is a JPEG": src(png(), "image/jpeg"),
    "a JPEG that says it is a PNG": src(jpeg()),
    "a width of more than 1600": src(png(MAX_SIDE + 1, 1)),
    "a height of more than 1600": src(jpeg(1, MAX_SIDE + 1), "image/jpeg"),
    "a side of nothing": src(png(0, 3)),
    "a side that is negative to some": src(png(0x8000_0001, 3)),
    "more than 2 MiB": src(Buffer.concat([png(), new Uint8Array(MAX_PICTURE)])),
    "a PNG that moves": src(moving),
    "a JPEG without a frame": src(bytes([0xff, 0xd8, ...EXIF, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0, 0]), "image/jpeg"),
    "a JPEG whose scan comes first": src(bytes([0xff, 0xd8, 0xff, 0xda, 0, 2], [...jpeg()].slice(2)), "image/jpeg"),
    "a segment without end": src(bytes([0xff, 0xd8, 0xff, 0xe1, 0, 0, 0, 0, 0, 0, 0, 0]), "image/jpeg"),
    "base64 that is none": "data:image/png;base64,iVBORw0KGgo*",
    "another writing of the same type": src(png()).replace("image/png", "IMAGE/PNG"),
    "a parameter": src(png()).replace(";base64", ";x=y;base64"),
    "no base64": "data:image/png,%89PNG",
    "an address": "https://elsewhere.example/data:image/png;base64,",
    "white space before it": ` ${src(png())}`,
    "nothing": "",
}

for (const [name, one] of Object.entries(REFUSED)) test(`${name} may not`, () => { assert.equal(isPicture(one), false) })

test("pictures of a letter may have so many pixels together; from the first that is over that on none stands", () => {
    const [large, small] = [src(png(MAX_SIDE, MAX_SIDE)), src(png(1, 1))]
    const most = Math.floor(MAX_PIXELS / MAX_SIDE ** 2)
    const may = allowance()
    const seen = [...Array<string>(most).fill(large), REFUSED["a GIF"] ?? "", small, large, small].map(may)
    assert.deepEqual(seen, [...Array<boolean>(most).fill(true), false, true, false, false])
    assert.equal(allowance()(small), true)   // another letter
})

test("a header that is cut is no picture, wherever it is cut", () => {
    for (const [whole, size] of [[png(), pngSize], [jpeg(4, 3, EXIF), jpegSize]] as const) {
        const least = whole.length - (size === pngSize ? 5 : 4)
        for (let end = 0; end < least; end += 1) assert.equal(size(whole.subarray(0, end)), null, String(end))
        assert.deepEqual(size(whole.subarray(0, least)), { width: 4, height: 3 })
    }
})

const webp = (kind: string, ...rest: readonly number[]): Uint8Array<ArrayBuffer> => bytes("RIFF", [0, 0, 0, 0], "WEBP", kind, [0, 0, 0, 0], rest, Array<number>(16).fill(0))
const DRAWN: Readonly<Record<string, readonly [Uint8Array<ArrayBuffer>, number, number]>> = {
    "a GIF": [bytes("GIF89a", [9, 1, 7, 0]), 265, 7],
    "a lossy WebP": [webp("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 9, 1, 7, 0), 265, 7],
    "a lossless WebP": [webp("VP8L", 0x2f, 8, 0x81, 1, 0), 265, 7],
    "an extended WebP": [webp("VP8X", 0, 0, 0, 0, 8, 1, 0, 6, 0, 0), 265, 7],
    "a PNG": [png(265, 7), 265, 7],
}

for (const [name, [content, width, height]] of Object.entries(DRAWN)) {
    test(`${name} is told by its content, with its size, before anything is drawn`, () => {
        assert.deepEqual(kindOf(content), { isPhoto: false, size: { width, height } })
    })
}

test("anything else is not drawn", () => {
    for (const content of [bytes("<svg/>"), bytes("BM123456789012345678901234567890"), bytes(), webp("XXXX"), bytes("RIFF1234WEBPVP8 ")]) {
        assert.equal(kindOf(content), null)
    }
})
