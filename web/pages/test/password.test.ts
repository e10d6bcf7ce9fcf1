/** What is taken for a new password (docs/security/threat-model.md, "How people sign in"). */

import assert from "node:assert/strict"
import { describe, it } from "node:test"

import { weakness } from "../src/key/password.ts"

const MAYA = { name: "Maya Novak", address: "maya.novak@client.example" }

describe("a password", () => {
    it("of less than twelve characters is too short, however they are counted", () => {
        for (const short of ["", "abcdefghijk", "          abcdefgh", "\u{1F98A}".repeat(5) + "abcdef", "ééééabcdefg"])
            assert.equal(weakness(short, MAYA), "key.password.short", short)
        assert.equal(weakness("abcdefghijkl", MAYA), null)
    })

    it("of any characters is taken, in any script and however long", () => {
        for (const good of ["correct horse battery", "КОЛЕСО и велосипед", "日本語のとても長い合言葉です", "x-1!?ÄÖÜß€ 77 §§ $$", "all small letters here", "ab c".repeat(200) + "def"])
            assert.equal(weakness(good, MAYA), null, good)
        assert.equal(weakness("ü".repeat(513), MAYA), "key.password.long")
    })

    it("that is little more than one's own name or address is not taken", () => {
        for (const own of ["maya novak 12", "MAYA.NOVAK@client.example", "maya.novak2026", "xmaya.novakx1"])
            assert.equal(weakness(own, MAYA), "key.password.own", own)
        assert.equal(weakness("maya novak rides a green bicycle", MAYA), null)
    })

    it("of one or two characters over and over is not taken", () => {
        for (const same of ["aaaaaaaaaaaa", "abababababab", "1111111122222222"])
            assert.equal(weakness(same, MAYA), "key.password.same", same)
    })
})
