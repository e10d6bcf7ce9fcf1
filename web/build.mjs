// Builds what browsers load: `npm run build`. Bundles get their content's hash into their name,
// so that they can be cached for ever; dist/assets.json maps the plain names to the hashed ones.
// The offline reader (offline/build.mjs) is one of them: a page whose name ends in .txt, so that it is
// served as text and never runs here. It runs where somebody opens the copy that an export holds.
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"

import { build } from "esbuild"

import { buildOffline } from "./offline/build.mjs"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, "web/dist")

const entries = async (folder, pattern) => {
    const names = await readdir(join(root, folder)).catch(() => [])
    return names.filter((name) => pattern.test(name)).map((name) => join(root, folder, name))
}

const modules = {
    outdir: dist,
    entryNames: "[name]-[hash]",
    bundle: true,
    format: "esm",
    target: ["es2023"],
    minify: true,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
}
const { metafile } = await build({
    entryPoints: [
        ...(await entries("web/pages/src/pages", /\.ts$/)),
        ...(await entries("addin/taskpane", /^(admin|compose|read|advice|afterwards|contacts|filing|stationery|waiting)\.ts$/)),
        join(root, "web/crypto/src/worker.ts"),
        join(root, "web/crypto/src/argon2.ts"),
        join(root, "web/pages/src/key/guesses.ts"),
        ...(await entries("web/kit/src/comparing", /^qr-(code|scan)\.ts$/)),
        ...(await entries("web/styles", /^(deployment|portal|pane|letter|export|set-up|key)\.css$/)),
    ],
    ...modules,
})

// Tables and pictures of the editor, loaded when they are first needed. They borrow ProseMirror's classes from the
// page's own script (kit/src/editor/extras.ts): a second copy of them would not know the first one's nodes.
const lent = await readFile(join(root, "web/kit/src/editor/extras.ts"), "utf8")
const borrowed = {
    name: "borrowed",
    setup({ onResolve, onLoad }) {
        onResolve({ filter: /^prosemirror-/ }, ({ path }) => path === "prosemirror-tables" ? undefined : { path, namespace: "borrowed" })
        onLoad({ filter: /.*/, namespace: "borrowed" }, ({ path }) => {
            const [, names] = new RegExp(`"${path}": (\\{.*\\})`).exec(lent) ?? []
            if (names === undefined) throw new Error(`extras.ts lends nothing of ${path}`)
            return { contents: `export const ${names} = globalThis[Symbol.for("letterlock.prosemirror")]["${path}"]`, loader: "js" }
        })
    },
}
const editing = await build({
    entryPoints: [join(root, "web/kit/src/editor/extras/editing.ts")],
    ...modules,
    plugins: [borrowed],
})
Object.assign(metafile.outputs, editing.metafile.outputs)

// Runs in browsers that are too old for the rest, to say so: no module, and syntax that all have.
const needs = await build({
    entryPoints: [join(root, "web/pages/src/needs/needs.ts")],
    outdir: dist,
    entryNames: "[name]-[hash]",
    bundle: true,
    format: "iife",
    target: ["es2015"],
    minify: true,
    metafile: true,
    logLevel: "warning",
})
Object.assign(metafile.outputs, needs.metafile.outputs)

// The send guard: one file for classic Outlook's engine, which has no modules and no newer syntax.
const guard = await build({
    entryPoints: [join(root, "addin/guard/launchevent.ts")],
    outdir: dist,
    entryNames: "[name]-[hash]",
    bundle: true,
    format: "iife",
    target: ["es2016"],
    minify: true,
    metafile: true,
    logLevel: "warning",
})
Object.assign(metafile.outputs, guard.metafile.outputs)

const assets = {}
for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint) continue
    const [name, kind] = basename(output.entryPoint).split(/\.(?=[^.]+$)/)
    assets[`${name}.${kind === "ts" ? "js" : kind}`] = relative(dist, join(root, file))
}
assets["offline.txt"] = await buildOffline(root, dist)
// A server that is running reads this file: it changes at once, and what it no longer names goes last.
await writeFile(join(dist, "assets.json.new"), JSON.stringify(assets, Object.keys(assets).sort(), 2))
await rename(join(dist, "assets.json.new"), join(dist, "assets.json"))
const built = new Set([...Object.keys(metafile.outputs).map((file) => basename(file)), assets["offline.txt"]])
for (const name of await readdir(dist)) {
    if (name !== "assets.json" && !built.has(name)) await rm(join(dist, name))
}

const office = await entries("sandbox/office/src", /^(office|outlook)\.ts$/)
if (office.length > 0) {
    await build({
        entryPoints: office,
        outdir: join(root, "sandbox/dist"),
        bundle: true,
        format: "iife",
        target: ["es2022"],
        logLevel: "warning",
    })
}
