/** Numbers of people and accounts: found in every common form, and not where a check digit is wrong. */

import assert from "node:assert/strict"
import { test } from "node:test"

import { detect, KINDS } from "../detect/index.ts"
import { KIND_WORDS } from "../detect/words.ts"

/** Right numbers of each kind, from the standards' own examples where there are any. */
const RIGHT: Readonly<Record<string, readonly string[]>> = {
    iban: ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000", "de89 3704 0044 0532 0130 00", "CH93-0076-2011-6238-5295-7", "NO9386011117947"],
    card: ["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009", "3782 822463 10005", "6011000990139424"],
    "uk-nino": ["AB123456C", "AB 12 34 56 C"],
    "uk-utr": ["UTR 1123456789", "Unique Taxpayer Reference: 11234 56789"],
    "uk-nhs": ["NHS number 943 476 5919", "NHS 9434765919"],
    "de-tax": ["86095742719", "86 095 742 719", "86/095/742/719"],
    "de-pension": ["15070649C103", "15 070649 C 103"],
    "de-health": ["A123456780"],
    "at-insurance": ["1237 010180", "1237-01.01.80", "SV-Nummer 1237010180"],
    "ch-ahv": ["756.9217.0769.85", "7569217076985", "756 9217 0769 85"],
}

for (const [kind, numbers] of Object.entries(RIGHT)) {
    for (const number of numbers) {
        void test(`finds ${kind}: ${number}`, () => {
            for (const text of [number, `Please use ${number}, and thank you.`, `(${number})`, `Line\n${number}\nline`]) {
                const found = detect(text)
                assert.deepEqual(found.map((one) => one.kind), [kind], text)
                assert.ok(number.endsWith(text.slice(found[0]?.start, found[0]?.end)), text)
            }
        })
    }
    void test(`a digit that is wrong makes it no ${kind}`, () => {
        for (const number of numbers) {
            if (kind === "uk-nino") continue   // has no check digit: its letters are the check
            const at = number.search(/\d\D*$/)
            const changed = String((Number(number.charAt(at)) + 1) % 10)
            assert.deepEqual(detect(number.slice(0, at) + changed + number.slice(at + 1)), [], number)
        }
    })
}

void test("letters that no National Insurance number has", () => {
    for (const number of ["DB123456C", "GB123456C", "AO123456C", "AB123456E"]) assert.deepEqual(detect(number), [], number)
})

void test("ten digits are a tax reference or an NHS number only where the text says so", () => {
    assert.deepEqual(detect("Ring me on 1123456789"), [])
    assert.deepEqual(detect("Ring me on 943 476 5919"), [])
    assert.deepEqual(detect("Order 1237010180"), [])
})

void test("part of a longer number is nothing", () => {
    assert.deepEqual(detect("x4111111111111111"), [])
    assert.deepEqual(detect("4111111111111111x"), [])
    assert.deepEqual(detect("DE893704004405320130001"), [])
    assert.deepEqual(detect("Telephone +44 20 7946 0123, 1 July 2026, £12,345.67, invoice 2026-00417"), [])
})

void test("several, in the order in which they stand, and only the kinds that are asked for", () => {
    const text = "Card 4111 1111 1111 1111 and account GB82 WEST 1234 5698 7654 32 and AB123456C"
    assert.deepEqual(detect(text).map(({ kind }) => kind), ["card", "iban", "uk-nino"])
    assert.deepEqual(detect(text, ["iban"]).map(({ kind }) => kind), ["iban"])
    assert.deepEqual(detect("4111 1111 1111 1111 4111 1111 1111 1111").length, 2)
})

void test("each kind has words and an example", () => {
    assert.deepEqual([...KINDS].sort(), Object.keys(RIGHT).sort())
    assert.deepEqual([...KINDS].sort(), Object.keys(KIND_WORDS).sort())
})

void test("a long text without numbers, and one of numbers only, take little time", () => {
    const started = performance.now()
    detect("Dear Maya, the accounts are ready. ".repeat(3000))
    detect("1234 5678 9012 3456 ".repeat(2000))
    detect("DE12 ".repeat(10_000))
    assert.ok(performance.now() - started < 2000)   // a tenth of a second on a quiet machine
})
