/** Check digits. Each takes a number without its separators and says whether it holds. */

const digits = (text: string): number[] => text.split("").map(Number)

/** Σ weight × digit. */
function weighted(text: string, weights: readonly number[]): number {
    return digits(text).reduce((sum, digit, at) => sum + digit * (weights[at] ?? 0), 0)
}

const crossSum = (n: number): number => Math.floor(n / 10) + n % 10

/** A letter as the two digits of its place: A is 01. */
const place = (letter: string): string => `0${letter.charCodeAt(0) - 64}`.slice(-2)

/** ISO 13616: letters are 10 to 35, the first four characters go last, and the rest by 97 is 1. */
export function isIban(iban: string): boolean {
    let rest = 0
    for (const char of iban.slice(4) + iban.slice(0, 4)) {
        const value = parseInt(char, 36)
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97
    }
    return rest === 1
}

/** ISO/IEC 7812, Luhn. */
export function isLuhn(card: string): boolean {
    const sum = digits(card).reverse().reduce((all, digit, at) => all + (at % 2 === 0 ? digit : crossSum(digit * 2)), 0)
    return sum % 10 === 0 && !/^(\d)\1+$/.test(card)
}

/** HMRC: the first digit follows from the other nine. */
export function isUtr(utr: string): boolean {
    return "21987654321"[weighted(utr.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11] === utr[0]
}

/** NHS Data Dictionary, modulus 11. */
export function isNhs(nhs: string): boolean {
    const check = (11 - weighted(nhs.slice(0, 9), [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11
    return check === Number(nhs[9]) && !/^(\d)\1+$/.test(nhs)
}

/** Steuer-IdNr: of the first ten digits exactly one comes twice or three times; ISO 7064 MOD 11,10. */
export function isSteuerId(id: string): boolean {
    const counts = "0123456789".split("").map((digit) => id.slice(0, 10).split(digit).length - 1)
    const repeated = counts.filter((count) => count > 1)
    if (id[0] === "0" || repeated.length !== 1 || (repeated[0] ?? 0) > 3) return false
    let product = 10
    for (const digit of digits(id.slice(0, 10))) product = ((digit + product) % 10 || 10) * 2 % 11
    return (11 - product) % 10 === Number(id[10])
}

/** Rentenversicherungsnummer: VKVV section 4; day, month and year are in it. */
export function isPension(number: string): boolean {
    const plain = number.slice(0, 8) + place(number.charAt(8)) + number.slice(9, 11)
    const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]
    const sum = digits(plain).reduce((all, digit, at) => all + crossSum(digit * (weights[at] ?? 0)), 0)
    return sum % 10 === Number(number[11]) && isMonth(number.slice(4, 6))
}

/** Krankenversichertennummer: a letter and nine digits. */
export function isHealth(number: string): boolean {
    const sum = digits(place(number.charAt(0)) + number.slice(1, 9))
        .reduce((all, digit, at) => all + crossSum(digit * (at % 2 + 1)), 0)
    return sum % 10 === Number(number[9])
}

/** Austrian insurance number: the fourth digit is the check, the last six are a date of birth. */
export function isAustrian(number: string): boolean {
    const check = weighted(number, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11
    const day = Number(number.slice(4, 6))
    return check === Number(number[3]) && number[0] !== "0" && day > 0 && day < 32 && isMonth(number.slice(6, 8))
}

/** Swiss AHV number: an EAN-13. */
export function isAhv(number: string): boolean {
    const sum = weighted(number.slice(0, 12), [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3])
    return (10 - sum % 10) % 10 === Number(number[12])
}

/** Months 13 to 15 are Austria's, for people whose day of birth is given out already. */
const isMonth = (text: string): boolean => Number(text) > 0 && Number(text) < 16
