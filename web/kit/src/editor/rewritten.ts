/** Somebody's html as a letter can hold it. */

import { sanitise } from "../sanitise.ts"
import { write, type Written } from "./editor.ts"
import { documentOf } from "./paste.ts"

/** Of html from anywhere, such as a mail: sanitised, then in the editor's own terms. Pictures and what is too large for a table go. */
export const rewritten = (html: string): Written => write(documentOf(sanitise(html)))
