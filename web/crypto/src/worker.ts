/**
 * Entry of the Web Worker that seals and opens. Bundled without imports or exports, so that it
 * loads as a module or as a classic script, under `script-src 'self'`.
 */

import { serve, type Port } from "./serve.ts"
import { temporaryOf, type DiskScope } from "./temporary.ts"

// The DOM's types describe a window here; a worker's scope has the shape of a port.
const scope = globalThis as unknown as Port & DiskScope
serve(scope, temporaryOf(scope))
