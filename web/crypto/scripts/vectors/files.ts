/** Vectors of names and types of files, and of files that are opened or refused. */

import { isActive, mendName, pad, type SignedObject } from "../../src/index.ts"
import { sha256 } from "../../src/bytes.ts"
import { checkName, type NameFault } from "../../src/names.ts"
import { sniff } from "../../src/sniff.ts"
import { namePromises } from "../../src/types.ts"
import { maya } from "../../test/people.ts"
import { archive } from "./archive.ts"
import { FILE_ID, MESSAGE_KEY, type Json } from "./common.ts"
import { base64, type Kind, type Store } from "./store.ts"

const REFUSED: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["a line feed", "a\nb.pdf"], ["a zero", "a\0.pdf"], ["DEL", "a\u007f.pdf"], ["C1", "a\u0085.pdf"],
    ["an override to the left", "invoice\u202efdp.exe"], ["an embedding", "\u202aa.pdf"], ["an isolate", "a\u2067.pdf"], ["a mark to the right", "a\u200e.pdf"],
    ["a mark to the left", "a\u200f.pdf"], ["an Arabic mark", "a\u061c.pdf"], ["a space without width", "a\u200b.pdf"], ["a line separator", "a\u2028.pdf"],
    ["a byte order mark", "\ufeffa.pdf"], ["half a character", "a\ud800.pdf"],
    ["a path", "../../etc/passwd"], ["a path of Windows", "..\\a.pdf"], ["a drive", "C:a.pdf"], ["a stream of Windows", "a.pdf:b"], ["a star", "*.pdf"],
    ["a question mark", "a?.pdf"], ["quotes", '"a".pdf'], ["less", "<a.pdf"], ["more", "a>.pdf"], ["a pipe", "a|b.pdf"],
    ["not NFC", "e\u0301.pdf"],
    ["256 bytes", `${"a".repeat(252)}.pdf`], ["256 bytes in 128 characters", `${"é".repeat(126)}.pdf`],
    ["a space first", " a.pdf"], ["a no-break space first", "\u00a0a.pdf"], ["a space last", "a.pdf "], ["a dot last", "a."], ["a dot", "."], ["two dots", ".."],
    ["a device", "CON"], ["a device in lower case", "nul"], ["a device with an ending", "Aux.pdf"], ["a device with two endings", "prn.tar.gz"],
    ["a device with a space", "COM1 .pdf"], ["a device with a raised digit", "LPT².txt"], ["a device of the console", "CONIN$"],
]

const ACCEPTED = [
    "a", "Accounts 2026.pdf", "Übersicht März.xlsx", "📎 invoice.pdf", "財務.docx", "עברית.pdf", ".gitignore", "a..b", "no ending", "CONTRACT.pdf", "com10.txt", "console.log",
    "a'b;c&d,e=f.pdf", "%2e%2e.txt", "👩‍👩‍👧.png", `${"a".repeat(251)}.pdf`, `${"é".repeat(125)}a.pdf`,
]

const MENDED = [
    "", "..", " ", "a/b.pdf", "C:\\Users\\Ann\\a.pdf", "CON", "con.txt", "a.pdf...", " a.pdf ", "invoice\u202efdp.exe", "a\nb.pdf", "e\u0301.pdf", "a\ud800.pdf", "Re: offer?.pdf",
    `${"a".repeat(300)}.pdf`, `${"é".repeat(300)}.docx`, `con${" ".repeat(300)}.pdf`, `${"a".repeat(200)}. ${"b".repeat(200)}`, "👩‍👩‍👧".repeat(30),
]

/** Cases of docs/spec/objects.md section 4: names. */
export function nameVectors(): unknown {
    const fault = (text: string): NameFault => {
        const found = checkName(text)
        if (found === null) throw new Error(`a name that should be refused is not: ${text}`)
        return found
    }
    return {
        about: "docs/spec/objects.md section 4. `refuse`: names that no file may have. `same`: pairs of which one message may hold only one. `mend` is this writer's way; another may differ.",
        accept: ACCEPTED,
        refuse: REFUSED.map(([name, text]) => ({ name, text, fault: fault(text) })),
        same: [["a.pdf", "A.pdf"], ["ÄÖ.pdf", "äö.PDF"], ["a.pdf", "a.pdf"]],
        different: [["a.pdf", "b.pdf"], ["ss.pdf", "ß.pdf"]],
        mend: MENDED.map((from) => ({ from, to: mendName(from) })),
    }
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"))
const utf8 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text))
const OFFICE = ["[Content_Types].xml", "_rels/.rels"]

const CONTENTS: readonly (readonly [string, Uint8Array])[] = [
    ["a PDF", latin1("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")], ["a PDF after a line", latin1("\r\n%PDF-1.4\n")], ["a PDF after a mark", latin1("\xef\xbb\xbf%PDF-1.4\n")],
    ["the name of PDF in a text", utf8("See %PDF-1.4 for more.")],
    ["a PNG", latin1("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")], ["a JPEG", latin1("\xff\xd8\xff\xe0\0\x10JFIF\0")], ["a GIF", latin1("GIF89a\x01\0\x01\0")],
    ["a WebP", latin1("RIFF\x1a\0\0\0WEBPVP8L")], ["a BMP", latin1("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0")], ["a text about BMW", utf8("BMW is a maker of cars.")],
    ["a TIFF", latin1("II*\0\x08\0\0\0")], ["a HEIC", latin1("\0\0\0\x18ftypheic\0\0\0\0")], ["an AVIF", latin1("\0\0\0\x1cftypavif\0\0\0\0")],
    ["a film", latin1("\0\0\0\x18ftypisom\0\0\x02\0")], ["an MP3", latin1("ID3\x04\0\0\0\0\0\0")], ["a WAVE", latin1("RIFF\x24\0\0\0WAVEfmt ")],
    ["an archive", archive(["a.txt"])], ["an empty archive", archive([])], ["an archive with a comment", archive(["a.txt"], { comment: "PK\x05\x06 not the end" })],
    ["a DOCX", archive([...OFFICE, "word/document.xml"])], ["a DOCX whose part is numbered", archive([...OFFICE, "word/document2.xml"])],
    ["a DOCX with a comment", archive([...OFFICE, "word/document.xml"], { comment: "by a scanner" })],
    ["a DOCX with macros", archive([...OFFICE, "word/document.xml", "word/vbaProject.bin"])],
    ["an XLSX", archive([...OFFICE, "xl/workbook.xml"])], ["an XLSX with old macros", archive([...OFFICE, "xl/workbook.xml", "xl/macrosheets/sheet1.xml"])],
    ["an XLSB", archive([...OFFICE, "xl/workbook.bin"])], ["a PPTX", archive([...OFFICE, "ppt/presentation.xml"])], ["a PPTX with macros", archive([...OFFICE, "ppt/presentation.xml", "ppt/vbaProject.bin"])],
    ["an ODT", archive(["mimetype", "content.xml"], { declared: "application/vnd.oasis.opendocument.text" })], ["an EPUB", archive(["mimetype"], { declared: "application/epub+zip" })],
    ["a JAR", archive(["META-INF/MANIFEST.MF", "A.class"])], ["an archive cut short", archive([...OFFICE, "word/document.xml"]).slice(0, -30)],
    ["Office before 2007", latin1("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0")], ["RTF", latin1("{\\rtf1\\ansi")],
    ["a program of Windows", latin1("MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0")], ["a text that begins with MZ", utf8("MZ is a prefix.")],
    ["a program of Linux", latin1("\x7fELF\x02\x01\x01\0")], ["a program of macOS", latin1("\xcf\xfa\xed\xfe\x07\0\0\x01")], ["a class of Java", latin1("\xca\xfe\xba\xbe\0\0\0\x3d")],
    ["a shortcut", latin1("L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0")], ["a shortcut to a page", utf8("[InternetShortcut]\r\nURL=https://example.com/")], ["a script", utf8("#!/bin/sh\necho")],
    ["a page", utf8("<!DOCTYPE html><title>x</title>")], ["a page after white space and a mark", utf8("\ufeff \n\t<HTML>")], ["a page of UTF-16", Uint8Array.from(Buffer.from("\ufeff<html>", "utf16le"))],
    ["a part of a page", utf8("<script>alert(1)</script>")], ["a comment and then a page", utf8("<!-- x --><p>")], ["a picture that can run", utf8("<svg xmlns='http://www.w3.org/2000/svg'/>")],
    ["the same after a prologue", utf8("<?xml version='1.0'?>\n<!-- x -->\n<svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>")], ["XML", utf8("<?xml version='1.0'?><invoice/>")],
    ["XHTML", utf8("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>")], ["a calendar", utf8("BEGIN:VCALENDAR\r\n")], ["PostScript", utf8("%!PS-Adobe-3.0")],
    ["a text", utf8("Dear Maya,\n")], ["a text with a price in less-than signs", utf8("a < b")], ["a text of Latin-1", latin1("Gr\xfc\xdfe\r\n")], ["a text of UTF-16", Uint8Array.from(Buffer.from("\ufeffDear Maya", "utf16le"))],
    ["JSON", utf8('{"a": 1}')], ["one zero", latin1("\0")], ["noise", latin1("\x01\x9c\x02\xe5\x07")],
]

const NAMED: readonly (readonly [string, string])[] = [
    ["a.pdf", "application/pdf"], ["a.PDF", "text/html"], ["a.pdf", "application/octet-stream"], ["a.pdf.exe", "application/vnd.microsoft.portable-executable"],
    ["a.pdf", "application/vnd.microsoft.portable-executable"], ["a.docx", "application/x-ole-storage"], ["a.docx", "application/vnd.ms-word.document.macroenabled.12"],
    ["a.docm", "application/vnd.ms-word.document.macroenabled.12"], ["a.zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    ["a.txt", "text/html"], ["a.txt", "application/octet-stream"], ["a.txt", "application/pdf"], ["a.jpg", "image/png"], ["a.jpg", "image/svg+xml"], ["a.doc", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"], ["a.mp3", "audio/mp4"], ["a.mp3", "image/png"], ["a.html", "application/pdf"], ["a.svg", "image/svg+xml"],
    ["a.ps1", "text/plain"], ["a.xyz", "application/vnd.microsoft.portable-executable"], ["a", "application/pdf"], ["a.flac", "audio/x-of-a-later-version"],
]

/** Cases of docs/spec/objects.md section 4: types. */
export function typeVectors(): unknown {
    return {
        about: "docs/spec/objects.md section 4. `contents`: the type that a content, base64, says. `names`: whether a file of this name may have this type, and whether it is active.",
        contents: CONTENTS.map(([name, content]) => ({ name, content: base64(content), type: sniff({ head: content, tail: content, size: content.length }) })),
        names: NAMED.map(([name, type]) => ({ name, type, fits: namePromises(name, type), active: isActive(type, name) })),
    }
}

const PDF = Uint8Array.from([...utf8("%PDF-1.7\n"), ...new Uint8Array(1000).fill(0x20)])
const TYPE = "application/pdf"

/** Files as they are opened, one by one. */
export class Files {
    readonly #store: Store

    constructor(store: Store) {
        this.#store = store
    }

    async all(): Promise<Json> {
        const padded = pad(PDF)
        const dirty = padded.slice()
        dirty[dirty.length - 1] = 1
        const { object, file } = await this.#file("a file", padded)
        const flipped = file.slice()
        flipped[flipped.length - 1] = (flipped[flipped.length - 1] ?? 0) ^ 1
        const cut = file.slice(0, -1)
        const changed = (name: string, changes: Json): Json => ({ name, code: "object-changed", with: changes })
        const broken = async (name: string, content: Uint8Array, changes: Partial<SignedObject> = {}, kind?: Kind, identity?: string): Promise<Json> =>
            ({ name, code: "object-malformed", with: await this.#signed(`file: ${name}`, content, changes, kind, identity) })
        return {
            about: "docs/spec/envelope.md section 2, 5 and 6, for a file. Each case is `base` with some members replaced, and must be refused with `code`; file null: it is not there. `file` and `content` are base64.",
            base: { message_key: MESSAGE_KEY, object, type: TYPE, file: base64(file) },
            content: base64(PDF),
            cases: [
                { name: "not there", code: "object-missing", with: { file: null } },
                changed("one bit flipped", { file: base64(flipped) }),
                changed("cut short", { file: base64(cut) }),
                changed("one byte more", { file: base64(Uint8Array.from([...file, 0])) }),
                changed("empty", { file: "" }),
                changed("no age file", { file: base64(utf8("Dear Maya")) }),
                changed("another file of the message", { file: base64((await this.#file("another file", pad(utf8("%PDF-1.6")))).file) }),
                changed("the same content sealed again, by another reader", { file: base64((await this.#file("a file, again", padded)).file) }),
                changed("another content of this size, by another reader", { file: base64((await this.#file("forged", pad(Uint8Array.from([...PDF.slice(0, -1), 0x21])))).file) }),
                await broken("padding that is not zero", dirty),
                await broken("padding left out", PDF),
                await broken("too much padding", Uint8Array.from([...padded, 0])),
                await broken("a size with more padding", padded, { size: PDF.length + 100 }),
                await broken("a size over 25 MiB", padded, { size: 26_214_401 }),
                await broken("made for another key", padded, {}, "production", maya.identity),
                await broken("a second, classical stanza", padded, {}, "mixed"),
                { name: "cut short before it was signed", code: "object-malformed", with: { object: { ...object, sha256: await sha256(cut) }, file: base64(cut) } },
                { name: "a program", code: "file-type", with: await this.#signed("file: a program", pad(latin1("MZ\x90\0\x03")), { size: 5 }) },
                { name: "a page", code: "file-type", with: await this.#signed("file: a page", pad(utf8("<script>")), { size: 8 }) },
                { name: "a content that says nothing", code: "file-type", with: await this.#signed("file: noise", pad(latin1("\0\x01")), { size: 2 }) },
                { name: "a PDF that is signed as a picture", code: "file-type", with: { type: "image/png" } },
                { name: "a PDF that is signed as nothing", code: "file-type", with: { type: "application/octet-stream" } },
                { name: "a PDF that is signed as a type of a later version", code: "file-type", with: { type: "application/x-later" } },
            ],
        }
    }

    async #signed(name: string, content: Uint8Array, changes: Partial<SignedObject>, kind?: Kind, identity?: string): Promise<Json> {
        const { object, file } = await this.#file(name, content, changes, kind, identity)
        return { object, file: base64(file) }
    }

    async #file(name: string, content: Uint8Array, changes: Partial<SignedObject> = {}, kind?: Kind, identity = MESSAGE_KEY): Promise<{ object: SignedObject; file: Uint8Array }> {
        const file = await this.#store.file(name, identity, content, kind)
        return { object: { id: FILE_ID, role: "file", size: PDF.length, sha256: await sha256(file), ...changes }, file }
    }
}
