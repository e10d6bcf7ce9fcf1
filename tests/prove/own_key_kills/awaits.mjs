/* global process, URL */
// The page of one's own key and its workers, built for a proof alone: each await of the modules below
// is numbered and can be the last one. What is shipped has none of it (tests/e2e/test_own_key_kills.py).
//
//     node tests/prove/own_key_kills/awaits.mjs --list             the awaits, one a line
//     node tests/prove/own_key_kills/awaits.mjs FOLDER [--fault]   key.js, worker.js and argon2.js
import { readFile } from "node:fs/promises"
import { join, relative } from "node:path"
import { fileURLToPath } from "node:url"

import { build } from "esbuild"
import ts from "typescript"

const here = fileURLToPath(new URL(".", import.meta.url))
const root = join(here, "../../..")

/** The modules of becoming self-held: the flow, its page, the browser's passkeys, the worker's operations. */
export const MODULES = [
    ...["desk", "enrol", "here", "shelf", "step"].map((name) => `web/kit/src/own/${name}.ts`),
    "web/kit/src/webauthn.ts",
    ...["enrolling", "finish", "fresh", "page", "start", "waiting"].map((name) => `web/pages/src/key/${name}.ts`),
    ...["argon2", "keysecrets", "keyslots", "own", "ownkeys", "ownslots", "serve", "stretch"].map((name) => `web/crypto/src/${name}.ts`),
]

// What the control plants: the page asks the server to go over before she has her recovery code.
const FAULT = [
    ["web/kit/src/own/enrol.ts", /const \{ name \} = (await step\("code kept", [^\n]+)\n/u, "const name = \"Code\"\n"],
    ["web/kit/src/own/enrol.ts", /( +)(await step\("keep", )/u, "$1await step(\"code kept\", () => page.keep(sealed.code))\n$1$2"],
]

/** Every `await x` becomes `await __await("place", async () => (x))`. Returns the new text and the places. */
export function numbered(path, source) {
    const short = path.replace(/^web\//u, "").replace("/src/", "/").replace(/\.ts$/u, "")
    const tree = ts.createSourceFile(path, source, ts.ScriptTarget.ES2023, true)
    const [places, edits] = [[], []]
    const visit = (node) => {
        if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) throw new Error(`${path}: "for await" is not numbered`)
        if (ts.isAwaitExpression(node)) {
            const words = node.expression.getText(tree).replace(/\s+/gu, " ").slice(0, 60)
            const same = places.filter((one) => one.startsWith(`${short}: ${words}`)).length
            const place = `${short}: ${words}${same === 0 ? "" : ` #${same + 1}`}`
            places.push(place)
            edits.push({ at: node.getStart(tree), skip: node.expression.getStart(tree), text: `await __await(${JSON.stringify(place)}, async () => (` })
            edits.push({ at: node.expression.getEnd(), skip: node.expression.getEnd(), text: "))" })
        }
        ts.forEachChild(node, visit)
    }
    visit(tree)
    let [text, from] = ["", 0]
    // An inner await ends where its outer one does: openings by their place, closings stay in any order.
    for (const { at, skip, text: put } of edits.sort((one, other) => one.at - other.at)) {
        text += source.slice(from, at) + put
        from = skip
    }
    return { text: text + source.slice(from), places }
}

const plugin = (faulty) => ({
    name: "awaits",
    setup({ onLoad }) {
        onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            const name = relative(root, path)
            if (!MODULES.includes(name)) return null
            let source = await readFile(path, "utf8")
            for (const [file, from, to] of faulty ? FAULT.filter(([file]) => file === name) : []) {
                if (!from.test(source)) throw new Error(`the fault does not fit ${file} any more`)
                source = source.replace(from, to)
            }
            return { contents: numbered(name, source).text, loader: "ts" }
        })
    },
})

async function main([target, ...more]) {
    if (target === "--list") {
        for (const name of MODULES) {
            for (const place of numbered(name, await readFile(join(root, name), "utf8")).places) process.stdout.write(`${place}\n`)
        }
        return
    }
    await build({
        entryPoints: ["web/pages/src/pages/key.ts", "web/crypto/src/worker.ts", "web/crypto/src/argon2.ts"].map((name) => join(root, name)),
        outdir: target, entryNames: "[name]", bundle: true, format: "esm", target: ["es2023"], logLevel: "warning",
        banner: { js: await readFile(join(here, "hook.js"), "utf8") }, plugins: [plugin(more.includes("--fault"))],
    })
}

await main(process.argv.slice(2))
