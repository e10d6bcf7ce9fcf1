/**
 * Numbers of people and of accounts in a text, found by form and check digits.
 *
 * One file for the send guard and the pane's advice, so that both find the same. It runs in classic
 * Outlook's engine: ES2016, no look-behind, nothing but the language. The text goes nowhere.
 */

import { isAhv, isAustrian, isHealth, isIban, isLuhn, isNhs, isPension, isSteuerId, isUtr } from "./checks.ts"
import { IBAN_LENGTHS } from "./iban.ts"

export type Kind =
    | "iban" | "card" | "uk-nino" | "uk-utr" | "uk-nhs" | "de-tax" | "de-pension" | "de-health" | "at-insurance" | "ch-ahv"

/** One number. In UTF-16 units: `text.slice(start, end)` is what was found; it is not kept here. */
export interface Finding {
    readonly kind: Kind
    readonly start: number
    readonly end: number
}

interface Detector {
    readonly kind: Kind
    /** What may be one; its boundaries are checked apart, and take groups 1 and 2. */
    readonly form: string
    readonly holds: (bare: string) => boolean
    /** Words that must stand near a form that is common: ten digits may be a telephone number. */
    readonly near?: RegExp
}

const GAP = "[ \\u00a0\\u2009\\u202f]"
const SIGN = "[ \\u00a0\\u2009\\u202f./-]"
const BEFORE = 60   // characters in which a word is near
const AFTER = 30
const NO_PREFIX = /^(BG|GB|KN|NK|NT|TN|ZZ)/
const CARDS = /^(4|5[0-9]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|35|36|38|30[0-5]|6)/

const DETECTORS: readonly Detector[] = [
    { kind: "iban", form: `[A-Za-z]{2}\\d{2}(?:${SIGN}?[A-Za-z0-9]){11,30}`, holds: (bare) => isIban(bare) },
    {
        kind: "card", form: "\\d{4}([ -])\\d{4}\\3\\d{4}\\3\\d{4}|\\d{4}[ -]\\d{6}[ -]\\d{5}|\\d{13,19}",
        holds: (bare) => CARDS.test(bare) && isLuhn(bare),
    },
    {
        kind: "uk-nino", form: `[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]${GAP}?\\d\\d${GAP}?\\d\\d${GAP}?\\d\\d${GAP}?[A-D]`,
        holds: (bare) => !NO_PREFIX.test(bare),
    },
    { kind: "uk-utr", form: `\\d{5}${GAP}?\\d{5}`, holds: isUtr, near: /\butr\b|unique taxpayer|tax(payer)?('s)? ref|self[- ]assessment/i },
    { kind: "uk-nhs", form: `\\d{3}[ -]?\\d{3}[ -]?\\d{4}`, holds: isNhs, near: /\bnhs\b/i },
    { kind: "de-tax", form: `\\d{2}${SIGN}?\\d{3}${SIGN}?\\d{3}${SIGN}?\\d{3}`, holds: isSteuerId },
    { kind: "de-pension", form: `\\d{2}${SIGN}?\\d{6}${SIGN}?[A-Z]${SIGN}?\\d{2}${GAP}?\\d`, holds: isPension },
    { kind: "de-health", form: `[A-Z]${GAP}?\\d{3}${GAP}?\\d{3}${GAP}?\\d{3}`, holds: isHealth },
    { kind: "at-insurance", form: `\\d{4}${SIGN}\\d{2}${SIGN}?\\d{2}${SIGN}?\\d{2}`, holds: isAustrian },
    {
        kind: "at-insurance", form: "\\d{10}", holds: isAustrian,
        near: /\bSV|versicherung|social (insurance|security)|insurance number/i,
    },
    { kind: "ch-ahv", form: `756${SIGN}?\\d{4}${SIGN}?\\d{4}${SIGN}?\\d{2}`, holds: isAhv },
]

/** Every kind there is, in the order in which they are named. */
export const KINDS: readonly Kind[] = DETECTORS.map(({ kind }) => kind).filter((kind, at, all) => all.indexOf(kind) === at)

/**
 * What in `text` has the form and the check digits of personal data, in the order of the text; nothing overlaps.
 *
 * @param kinds - The only ones to look for.
 */
export function detect(text: string, kinds: readonly Kind[] = KINDS): readonly Finding[] {
    const found: Finding[] = []
    for (const detector of DETECTORS) {
        if (kinds.includes(detector.kind)) found.push(...findAll(text, detector))
    }
    found.sort((one, other) => one.start - other.start || other.end - one.end)
    let taken = 0
    return found.filter(({ start, end }) => {
        if (start < taken) return false
        taken = end
        return true
    })
}

function findAll(text: string, detector: Detector): Finding[] {
    const form = new RegExp(`(^|[^A-Za-z0-9])(${detector.form})`, "g")
    const found: Finding[] = []
    for (let match = form.exec(text); match !== null; match = form.exec(text)) {
        const start = match.index + (match[1] ?? "").length
        const end = endOf(text, start, match[2] ?? "", detector)
        if (end > start) found.push({ kind: detector.kind, start, end })
        form.lastIndex = end > start ? end : start + 1
    }
    return found
}

/** Where the number that begins at `start` ends; 0 when it is none. */
function endOf(text: string, start: number, match: string, { kind, holds, near }: Detector): number {
    const raw = kind === "iban" ? ibanOf(match) : match
    const end = start + raw.length
    if (raw === "" || /[A-Za-z0-9]/.test(text.charAt(end))) return 0
    if (!holds(bareOf(raw))) return 0
    return near === undefined || near.test(text.slice(Math.max(0, start - BEFORE), end + AFTER)) ? end : 0
}

const bareOf = (raw: string): string => raw.replace(/[^A-Za-z0-9]/g, "").toUpperCase()

/** As much of a match as its country's IBANs are long; the words after it may look like more of it. */
function ibanOf(match: string): string {
    const length = IBAN_LENGTHS[match.slice(0, 2).toUpperCase()]
    if (length === undefined) return ""
    let taken = 0
    for (let at = 0; at < match.length; at++) {
        if (/[A-Za-z0-9]/.test(match.charAt(at))) taken++
        if (taken === length) return match.slice(0, at + 1)
    }
    return ""
}
