/** What each kind of number is called, with its article. */

import type { Kind } from "./index.ts"

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
    iban: "a bank account number (IBAN)",
    card: "a card number",
    "uk-nino": "a National Insurance number",
    "uk-utr": "a tax reference (UTR)",
    "uk-nhs": "an NHS number",
    "de-tax": "a German tax number (Steuer-ID)",
    "de-pension": "a German pension insurance number",
    "de-health": "a German health insurance number",
    "at-insurance": "an Austrian insurance number",
    "ch-ahv": "a Swiss AHV number",
}
