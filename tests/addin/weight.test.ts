/** A pane's first script, with MSAL in it, stays under 300 KB as it travels; so does it with the crypto worker. */
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { gzipSync } from "node:zlib"

const ROOT = join(import.meta.dirname, "../..")
const MOST = 300 * 1024   // bytes, gzip
const assets = JSON.parse(readFileSync(join(ROOT, "web/dist/assets.json"), "utf8")) as Record<string, string>
const templates = readdirSync(join(ROOT, "web/templates")).filter((name) => name.startsWith("pane_"))
const page = (name: string): string => readFileSync(join(ROOT, "web/templates", name), "utf8")

/** Plain names of what a page's script tags load from us. */
const scriptsOf = (html: string): string[] => [...html.matchAll(/<script[^>]*asset\('([^']+)'\)/gu)].map(([, name]) => name ?? "")

const source = (name: string): Buffer => readFileSync(join(ROOT, "web/dist", assets[name] ?? ""))
const weigh = (...names: readonly string[]): number => names.reduce((sum, name) => sum + gzipSync(source(name), { level: 9 }).length, 0)

const pages = templates.map((name) => [name, scriptsOf(page(name))] as const).filter(([, scripts]) => scripts.length > 0)

void test("the pages of the panes are found, with a script each", () => {
    assert.deepEqual(pages.map(([name]) => name).sort(), ["pane_admin.html", "pane_compose.html", "pane_read.html"])
    assert.match(page("pane_document.html"), /extends "pane_compose.html"/u)
})

for (const [name, scripts] of pages) {
    void test(`${name}: its first script and the worker are under 300 KB gzip, MSAL among them`, () => {
        assert.ok(scripts.some((one) => source(one).includes("nestedAppAuthBridge")), "MSAL is not in it")
        assert.ok(weigh(...scripts, "worker.js") < MOST, `${String(weigh(...scripts, "worker.js"))} bytes`)
    })
}

void test("what is loaded late is in no first script, and a heavier page would be told of", () => {
    const late = pages.flatMap(([name]) => [...page(name).matchAll(/data-[a-z]+="\{\{ asset\('([a-z-]+\.js)'\)/gu)].map(([, one]) => one ?? ""))
        .filter((one) => one !== "worker.js")
    assert.ok(late.includes("advice.js") && late.includes("afterwards.js"))
    assert.ok(pages.every(([, scripts]) => late.every((name) => !scripts.includes(name))))
    const all = Object.keys(assets).filter((name) => name.endsWith(".js"))
    assert.ok(weigh(...all) > MOST)
})

void test("WebAssembly stands in the worker of passwords alone, which no page loads with it", () => {
    const scripts = Object.keys(assets).filter((name) => name.endsWith(".js"))
    assert.deepEqual(scripts.filter((name) => source(name).includes("WebAssembly")), ["argon2.js"])
    const html = readdirSync(join(ROOT, "web/templates"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"))
    assert.ok(html.length > 10 && html.every((name) => !scriptsOf(page(name)).includes("argon2.js")))
})
