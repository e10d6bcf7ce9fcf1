/**
 * The squares of a QR code, loaded when somebody compares keys.
 * By `qr` of Paul Miller (0.7.0, September 2026): no dependencies, 6 kB gzipped, and it draws nothing itself.
 */

import { encodeQR } from "qr"

const QUIET = 4   // modules of light around it, as ISO/IEC 18004 has it

/** Rows of modules, dark ones true, the light edge among them. Numeric mode, level M (docs/spec/safety-number.md section 1). */
export const squaresOf = (digits: string): readonly (readonly boolean[])[] =>
    encodeQR(digits, "raw", { ecc: "medium", encoding: "numeric", border: QUIET })
