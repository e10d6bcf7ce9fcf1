/** Reads the open item. A call that fails, throws or is not there leaves its part missing; none is asked twice. */

import type { Mail, Part } from "./decide.ts"
import { HEADER, isNotice } from "./sealed.ts"

type Done<Value> = (result: Office.AsyncResult<Value>) => void

const FIELDS = ["to", "cc", "bcc"] as const

/** A mail that is still being read: `soFar` may be asked at any time. */
export class Reading {
    /** Settled when every call has answered; it may never. */
    readonly all: Promise<unknown>
    readonly #people: string[] = []
    #subject = ""
    #text = ""
    #files: readonly string[] = []
    #header = ""
    readonly #missing: Part[] = ["people", "people", "people", "subject", "text", "files"]

    constructor(item: Office.MessageCompose) {
        const people = FIELDS.map((field) =>
            this.#read<Office.EmailAddressDetails[]>("people", (done) => { item[field].getAsync(done) }, (found) => {
                this.#people.push(...found.map(({ emailAddress }) => textOf(emailAddress).toLowerCase()))
            }))
        const headers = this.#read<Record<string, string>>(null, (done) => { item.internetHeaders.getAsync([HEADER], done) }, (found) => {
            this.#header = textOf(found[HEADER])
        })
        this.all = Promise.all([...people, headers,
            this.#read<string>("subject", (done) => { item.subject.getAsync(done) }, (found) => { this.#subject = textOf(found) }),
            this.#read<string>("text", (done) => { item.body.getAsync("text", done) }, (found) => { this.#text = textOf(found) }),
            this.#read<Office.AttachmentDetailsCompose[]>("files", (done) => { item.getAttachmentsAsync(done) }, (found) => {
                this.#files = found.filter(({ isInline }) => !isInline).map(({ name }) => textOf(name))
            }),
        ])
    }

    /** What is known by now. */
    soFar(): Mail {
        const missing = this.#missing.filter((part, at) => this.#missing.indexOf(part) === at)
        return { people: this.#people, subject: this.#subject, text: this.#text, files: this.#files, missing }
    }

    /** Whether it is our own notice, and wholly so. */
    isNotice(): boolean {
        const unknown = this.#missing.includes("text") || this.#missing.includes("files")
        return this.#header !== "" && !unknown && isNotice(this.#header, this.#text, this.#files.length)
    }

    /** Ask Outlook once. What it answers is taken and `part` is no longer missing; else nothing changes. */
    #read<Value>(part: Part | null, start: (done: Done<Value>) => void, take: (value: Value) => void): Promise<void> {
        return new Promise((resolve) => {
            try {
                start((result) => {
                    if (String(result.status) === "succeeded" && attempt(() => { take(result.value) }) && part !== null)
                        this.#missing.splice(this.#missing.indexOf(part), 1)
                    resolve()
                })
            } catch {
                resolve()   // this Outlook has no such call: the part stays missing
            }
        })
    }
}

/** @throws TypeError when Outlook says something else than a text. */
function textOf(value: unknown): string {
    if (typeof value !== "string") throw new TypeError("no text")
    return value
}

/** Whether it went through. What Outlook says may have another shape than it should. */
function attempt(act: () => void): boolean {
    try {
        act()
        return true
    } catch {
        return false
    }
}
