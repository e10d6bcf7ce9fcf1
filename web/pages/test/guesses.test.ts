/** Which new passwords are too common to be taken (docs/security/threat-model.md, "How people sign in"). */

import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { dictionary } from "@zxcvbn-ts/language-common"

import { guesses } from "../src/key/guesses.ts"
import { GUESSES } from "../src/key/password.ts"

const MAYA = ["Maya Novak", "maya.novak@client.example"]

describe("the guesses that a password takes", () => {
    it("are too few for each of the commonest that would be long enough, plain, in capitals and with a digit behind", () => {
        const common = dictionary["passwords-common"].filter((one) => one.length >= 12)
        assert.ok(common.length > 300, String(common.length))
        for (const one of common)
            for (const tried of [one, one.toUpperCase(), `${one}1`]) assert.ok(guesses(tried, MAYA) < GUESSES, tried)
    })

    it("are too few for rows of keys, dates, repetitions and what is known of the person", () => {
        for (const weak of ["qwertyuiop123", "abcdefghijkl", "summer2026summer", "novak.maya1984"])
            assert.ok(guesses(weak, MAYA) < GUESSES, weak)
    })

    it("are enough for four words that do not belong together, in any script", () => {
        for (const good of ["correct otter bicycle harvest", "a long blue ship sails", "КОЛЕСО и велосипед", "日本語のとても長い合言葉です", "k7#Qm2!vZt9x"])
            assert.ok(guesses(good, MAYA) >= GUESSES, good)
    })
})
