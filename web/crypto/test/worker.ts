/** The real worker, bundled as browsers get it, in a thread of node. */

import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"

import { build } from "esbuild"

import type { WorkerLike } from "../src/index.ts"

/** A browser's worker scope on top of node's port. */
const SCOPE = `{
    const { parentPort } = require("node:worker_threads")
    globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer)
    globalThis.addEventListener = (type, listener) => parentPort.on(type, (data) => listener({ type, data }))
}
`

/** The bundle that `npm run build` makes of one of the entries. */
export async function bundleOf(entry: "worker" | "argon2"): Promise<string> {
    const { outputFiles } = await build({
        entryPoints: [fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url))],
        bundle: true, format: "esm", target: ["es2023"], minify: true, write: false, logLevel: "warning",
    })
    return outputFiles[0]?.text ?? ""
}

export const bundle = await bundleOf("worker")

export interface Started {
    readonly worker: WorkerLike
    readonly ended: () => boolean
}

/** Start the bundle as a classic script; or, to see what a crash does, some other script. */
export function startWorker(script = bundle): Started {
    const thread = new Worker(SCOPE + script, { eval: true })
    let ended = false
    return {
        ended: () => ended,
        worker: {
            postMessage: (message, transfer) => { thread.postMessage(message, transfer) },
            addEventListener: (type, listener) => { thread.on(type, (data: unknown) => { listener({ type, data }) }) },
            terminate: () => {
                ended = true
                void thread.terminate()
            },
        },
    }
}
