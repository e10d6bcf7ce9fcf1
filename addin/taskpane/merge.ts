/** What fills a template's fields by itself, and what must be asked. Pure. */

import { type Person, shortName } from "@letterlock/kit/address"

export interface Known {
    /** Those in To. */
    readonly to: readonly Person[]
    readonly sender: Person
    readonly firm: string
    readonly today: Date
    /** Of the template: how the date is written. */
    readonly language: string
}

/** Why a reader's name is not known by itself. */
export type Unsure = "several" | "nobody" | "unnamed"

/** The values that need nobody's help. Names of readers only where there is one reader with a name. */
export function known({ to, sender, firm, today, language }: Known): Map<string, string> {
    const date = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long" }).format(today)
    const [reader] = to
    const named = reader !== undefined && to.length === 1 && reader.name.trim() !== ""
    const values: [string, string][] = [
        ["sender_name", sender.name], ["firm", firm], ["today", date],
        ["first_name", named ? shortName(reader) : ""], ["last_name", named ? lastName(reader.name) : ""],
    ]
    return new Map(values.filter(([, value]) => value.trim() !== ""))
}

export function unsure(to: readonly Person[]): Unsure {
    if (to.length > 1) return "several"
    return to.length === 0 ? "nobody" : "unnamed"
}

/** "Okafor" of "Maya Okafor" and of "Okafor, Maya"; empty where there is one word only. */
function lastName(name: string): string {
    const before = name.split(",")[0]?.trim() ?? ""
    if (name.includes(",")) return before
    const words = before.split(/\s+/u)
    return words.length > 1 ? words.at(-1) ?? "" : ""
}
