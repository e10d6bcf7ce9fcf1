/**
 * What names say about kinds of files, and which kinds are active (docs/spec/objects.md section 4).
 * What contents say: sniff.ts.
 */

import { endingOf } from "./names.ts"

/** The content says nothing. */
export const UNKNOWN = "application/octet-stream"

const OFFICE = "application/vnd.openxmlformats-officedocument"
const MACROS = "macroenabled.12"
const ODF = "application/vnd.oasis.opendocument"

export const DOCX = `${OFFICE}.wordprocessingml.document`
export const XLSX = `${OFFICE}.spreadsheetml.sheet`
export const PPTX = `${OFFICE}.presentationml.presentation`
export const DOCM = `application/vnd.ms-word.document.${MACROS}`
export const XLSM = `application/vnd.ms-excel.sheet.${MACROS}`
export const XLSB = `application/vnd.ms-excel.sheet.binary.${MACROS}`
export const PPTM = `application/vnd.ms-powerpoint.presentation.${MACROS}`
/** Office before 2007, Outlook's .msg, installers, and Office files under a password. */
export const OLE = "application/x-ole-storage"
export const JAR = "application/java-archive"
export const ZIP = "application/zip"
export const OPEN_DOCUMENTS = ["text", "spreadsheet", "presentation", "graphics"].map((kind) => `${ODF}.${kind}`)
export const EPUB = "application/epub+zip"

/** Kinds that can run, or fetch, or pretend to be a page of ours. */
const ACTIVE_TYPES: ReadonlySet<string> = new Set([
    "text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "text/x-script", "application/postscript",
    "application/vnd.microsoft.portable-executable", "application/x-executable", "application/x-mach-binary",
    "application/java-vm", "application/wasm", "application/vnd.ms-cab-compressed", "application/vnd.ms-htmlhelp",
    "application/x-ms-shortcut", "application/internet-shortcut", JAR, OLE, DOCM, XLSM, XLSB, PPTM,
])

/** Text has no signature: what is in a file that is called text may look like any of these. */
const TEXT = [
    "text/plain", "text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "text/x-script", "text/calendar",
    "text/vcard", "application/internet-shortcut", UNKNOWN,
]
const MARKUP = TEXT.filter((type) => type !== UNKNOWN)
const ARCHIVE = [ZIP, JAR, DOCX, XLSX, PPTX, DOCM, XLSM, XLSB, PPTM, EPUB, ...OPEN_DOCUMENTS]
/** Pictures, and films and sounds, are each one kind: cameras and browsers often give them another's ending. */
const PICTURE = [
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/heic", "image/avif", "image/x-icon",
]
const RECORDING = [
    "video/mp4", "audio/mp4", "video/quicktime", "video/webm", "video/x-msvideo", "audio/mpeg", "audio/wav", "audio/flac", "application/ogg",
]
const PROGRAM = ["application/vnd.microsoft.portable-executable"]

/** What may be in a file with such an ending. An ending that is not here promises nothing. */
const KINDS: readonly (readonly [string, readonly string[]])[] = [
    ["pdf", ["application/pdf"]],
    ["png jpg jpeg jpe jfif gif webp bmp dib tif tiff heic heif avif ico", PICTURE],
    ["docx dotx", [DOCX, OLE]],
    ["xlsx xltx", [XLSX, OLE]],
    ["pptx potx ppsx", [PPTX, OLE]],
    ["docm dotm", [DOCM, DOCX, OLE]],
    ["xlsm xltm xlam", [XLSM, XLSX, OLE]],
    ["xlsb", [XLSB, OLE]],
    ["pptm potm ppsm ppam", [PPTM, PPTX, OLE]],
    ["doc dot", [OLE, DOCX, "application/rtf"]],
    ["xls xlt", [OLE, XLSX]],
    ["ppt pps pot", [OLE, PPTX]],
    ["msg msi msp mpp pub vsd", [OLE]],
    ["rtf", ["application/rtf"]],
    ["odt ods odp odg ott ots otp", OPEN_DOCUMENTS],
    ["epub", [EPUB]],
    ["zip", ARCHIVE],
    ["jar war ear apk", [JAR, ZIP]],
    ["gz tgz", ["application/gzip"]],
    ["bz2", ["application/x-bzip2"]],
    ["xz", ["application/x-xz"]],
    ["7z", ["application/x-7z-compressed"]],
    ["rar", ["application/vnd.rar"]],
    ["tar", ["application/x-tar"]],
    ["cab", ["application/vnd.ms-cab-compressed"]],
    ["mp3 wav flac ogg oga ogv opus mp4 m4v m4a mov 3gp webm mkv mka avi", RECORDING],
    ["exe dll scr cpl ocx", PROGRAM],
    ["lnk", ["application/x-ms-shortcut"]],
    ["ps eps", ["application/postscript"]],
    ["html htm xhtml xht svg xml xsl url", MARKUP],
    ["txt text log csv tsv md json yml yaml ini cfg ics vcf eml js mjs vbs ps1 bat cmd sh py", TEXT],
]

const BY_ENDING: ReadonlyMap<string, readonly string[]> = new Map(
    KINDS.flatMap(([endings, types]) => endings.split(" ").map((ending) => [ending, types] as const)),
)

const KNOWN: ReadonlySet<string> = new Set([UNKNOWN, ...KINDS.flatMap(([, types]) => types), ...ACTIVE_TYPES])

/** Endings by which a system runs, mounts or follows a file, whatever is in it. */
const ACTIVE_ENDINGS: ReadonlySet<string> = new Set((
    "action ade adp app appimage application appref-ms appx appxbundle bas bat bash bin cab chm cmd com command cpl csh deb desktop dll dmg dotm " +
    "docm exe fish gadget hlp hta htm html img inf ins iqy iso jar jnlp js jse ksh lnk mht mhtml mjs msc msh msi msix " +
    "msixbundle msp mst ocx one osascript pif pkg pl potm ppam ppsm pptm ps1 ps1xml psd1 psm1 pub py pyc pyw rb reg rpm run " +
    "scf scpt scr service settingcontent-ms sct search-ms sh shb shs slk svg svgz swf sys terminal tool udl url vb vbe vbs vhd vhdx vxd webloc " +
    "workflow ws wsc wsf wsh xht xhtml xlam xll xlsb xlsm xltm xml xpi xsl xslt zsh"
).split(" "))

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/

/** Whether it is a media type in lower case without parameters. */
export function isMediaType(type: string): boolean {
    return MEDIA_TYPE.test(type)
}

/** Whether this version can tell such a file by its content. */
export function isKnown(type: string): boolean {
    return KNOWN.has(type)
}

/**
 * Whether a file must never be opened where it was received, but only be saved, as
 * `application/octet-stream`: it may run, or be a page. True for types that this version cannot tell.
 */
export function isActive(type: string, name: string): boolean {
    return ACTIVE_TYPES.has(type) || !KNOWN.has(type) || ACTIVE_ENDINGS.has(endingOf(name))
}

/** Whether a name may stand on a file of this type: it promises nothing, or this. */
export function namePromises(name: string, type: string): boolean {
    return BY_ENDING.get(endingOf(name))?.includes(type) ?? true
}
