/** What can be wrong with an export as a whole; a letter's own faults are refusals (statement.md section 5). */

/** It is a zip that was cut, changed, or packed anew by another program; or no zip at all. */
export class Damaged extends Error {
    override readonly name = "Damaged"
}

/** It holds something that no export has, or lacks something that each has. */
export class NoExport extends Error {
    override readonly name = "NoExport"
}
