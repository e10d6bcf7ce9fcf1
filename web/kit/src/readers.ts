/** "Who can read this", the list by name that pane and page both show. */

import { element, icon } from "./dom.ts"
import { type Level, levelWords, readerWords } from "./levels.ts"

export interface Line {
    readonly who: string
    /** Told under the name, the address for one; empty for nothing. */
    readonly more: string
    readonly level: Level
    /** Archives have a folder; everybody else the closure of the level. */
    readonly folder?: boolean
    /** Instead of the level's words: she has no key yet. */
    readonly says?: string
    /** Stands on the row as `data-address`, where something may be added to it; the reader's. */
    readonly address?: string
}

/** One row per reader: closure, name, level in words. */
export function readerRows(lines: readonly Line[]): HTMLLIElement[] {
    return lines.map(({ who, more, level, folder, says, address }) => {
        const name = element("span", { class: "who" }, who)
        const words = says ?? readerWords(level)
        const facts = element("span", { class: "more" }, more === "" ? words : `${words}, ${more}`)
        const said = element("span", { class: "grow" }, name, facts)
        const of = address === undefined ? {} : { "data-address": address }
        return element("li", { class: "reader", "data-lv": level, ...of }, icon(folder === true ? "folder" : says === undefined ? level : "waiting"), said)
    })
}

/** The label of a level: closure and words in one frame. */
export function levelTag(level: Level): HTMLSpanElement {
    return element("span", { class: "tag", "data-lv": level }, icon(level), element("span", {}, levelWords(level)))
}
