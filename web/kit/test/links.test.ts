import assert from "node:assert/strict"
import { test } from "node:test"

import { LINK, linkFrom } from "../src/links.ts"
import { RULES } from "../src/sanitise.ts"

test("a bare host is linked by https", () => {
    assert.equal(linkFrom(" hart.example/tax "), "https://hart.example/tax")
})

for (const link of ["https://hart.example", "http://hart.example/a?b#c", "mailto:ann@hart.example"]) {
    test(`${link} is a link`, () => { assert.equal(linkFrom(link), link) })
}

for (const link of ["javascript:alert(1)", "data:text/html,x", " JaVaScRiPt:alert(1)", "file:///etc/passwd", "//evil.example", "https:// x", "", "tel:1"]) {
    test(`"${link}" is no link, when it is written and when it is shown`, () => {
        assert.equal(linkFrom(link), null)
        assert.doesNotMatch(link, LINK)
    })
}

test("a letter may hold nothing that loads, runs, styles or takes a name in the page", () => {
    for (const tag of ["script", "style", "figure", "svg", "math", "iframe", "object", "embed", "form", "input", "link", "meta", "base", "video", "audio", "template"]) {
        assert.equal(RULES.ALLOWED_TAGS.includes(tag), false, tag)
    }
    for (const attribute of ["style", "class", "id", "name", "srcset", "width", "onclick", "target", "background", "data-x"]) {
        assert.equal(RULES.ALLOWED_ATTR.includes(attribute), false, attribute)
    }
    assert.equal(RULES.ALLOW_DATA_ATTR, false)
    assert.equal(RULES.ALLOW_UNKNOWN_PROTOCOLS, false)
})
