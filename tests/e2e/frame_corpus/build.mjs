// node build.mjs FOLDER: the harness around the kit's own frame, in FOLDER/with.js; in FOLDER/without.js that frame
// gets a letter as it is, in place of what the sanitiser leaves of it.
import { dirname, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

import { build } from "esbuild"

const here = dirname(fileURLToPath(import.meta.url))
const folder = process.argv[2]

const bare = {
    name: "bare",
    setup({ onResolve }) {
        onResolve({ filter: /\/sanitise(\.ts)?$/ }, () => ({ path: join(here, "bare.ts") }))
    },
}
const options = {
    entryPoints: [join(here, "harness.ts")], bundle: true, format: "esm", target: ["es2023"], logLevel: "warning",
}
await build({ ...options, outfile: join(folder, "with.js") })
await build({ ...options, outfile: join(folder, "without.js"), plugins: [bare] })
