// Bundles the page of the bench into dist/: `node bench/sealing/build.mjs`.
import { copyFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

import { build } from "esbuild"

const here = dirname(fileURLToPath(import.meta.url))

await build({
    entryPoints: [join(here, "src/main.ts")],
    outfile: join(here, "dist/main.js"),
    bundle: true,
    format: "esm",
    target: ["es2023"],
    minify: true,
    logLevel: "warning",
})
await copyFile(join(here, "page.html"), join(here, "dist/index.html"))
