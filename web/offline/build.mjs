// Builds the offline reader: one HTML file that fetches nothing. Its policy names the script and the style sheets by
// their hashes, so nothing else in it can run.
import { createHash } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { build } from "esbuild"

/**
 * @param {string} root - of the repository
 * @param {string} dist - where it is written
 * @returns {Promise<string>} its name, which holds its hash
 */
export async function buildOffline(root, dist) {
    const here = join(root, "web/offline")
    const script = await bundle(join(here, "src/main.ts"), [ownFrame(here)])
    const style = await bundle(join(here, "offline.css"))
    const letterStyle = await bundle(join(root, "web/styles/letter.css"))
    const letterDocument = fill(await readFile(join(here, "letter.html"), "utf8"), {
        letter_hash: hash(letterStyle), letter_style: letterStyle,
    })
    const page = fill(await readFile(join(here, "reader.html"), "utf8"), {
        script_hash: hash(script), style_hash: hash(style), letter_hash: hash(letterStyle), script, style,
        letter_document: letterDocument.replaceAll("&", "&amp;").replaceAll('"', "&quot;"),
        icons: plain(await readFile(join(root, "web/templates/parts/icons.html"), "utf8")),
        card: plain(await readFile(join(root, "web/templates/parts/letter.html"), "utf8")),
    })
    const name = `offline-${createHash("sha256").update(page).digest("hex").slice(0, 12)}.txt`
    await writeFile(join(dist, name), page)
    return name
}

/** One file, as text. What a comment must keep (licences) stands at its end. */
async function bundle(entry, plugins = []) {
    const { outputFiles } = await build({
        entryPoints: [entry], bundle: true, format: "iife", target: ["es2023"], minify: true, legalComments: "eof",
        write: false, logLevel: "warning", plugins,
    })
    // Inside <script> and <style> nothing is escaped: what would end them must not be there. In a script the one
    // that is there, a comment's beginning, can only stand in a string; esbuild writes the others differently.
    const text = outputFiles[0].text.trimEnd().replaceAll("<!--", String.raw`\x3C!--`)
    if (/<\/(?:script|style)|<!--/iu.test(text)) throw new Error(`${entry}: its bundle cannot stand inside a page`)
    return text
}

/** The kit's frame asks the server for its document; here the page has it. */
function ownFrame(here) {
    const own = join(here, "src/frame.ts")
    return {
        name: "own-frame",
        setup({ onResolve }) {
            onResolve({ filter: /^\.\.\/frame\.ts$/ }, ({ importer }) =>
                /[\\/]web[\\/]kit[\\/]src[\\/]reading[\\/]/.test(importer) ? { path: own } : undefined)
        },
    }
}

/** As Content-Security-Policy writes it. */
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

/** Put values in place of their names, each of which must be there. */
function fill(template, values) {
    const missing = Object.keys(values).filter((name) => !template.includes(`{{ ${name} }}`))
    if (missing.length > 0) throw new Error(`the template has no ${missing.join(", ")}`)
    return template.replace(/\{\{ (\w+) \}\}/g, (_, name) => {
        if (!Object.hasOwn(values, name)) throw new Error(`nothing for ${name}`)
        return values[name]
    })
}

/** A part of the portal's templates as plain HTML: drawings and English words are all that such a part may ask for. */
function plain(template) {
    const text = template
        .replace(/\{#.*?#\}/gs, "")
        .replace(/\{\{ icon\('([\w-]+)'\) \}\}/g, '<svg class="i" aria-hidden="true"><use href="#i-$1"/></svg>')
        .replace(/\{\{ _\('([^']*)'\) \}\}/g, "$1")
    if (/\{[{%]/.test(text)) throw new Error("the offline reader cannot fill a template's part: it holds more than words and drawings")
    return text.trim()
}
