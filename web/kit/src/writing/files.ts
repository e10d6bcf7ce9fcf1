/** The files of a letter: each is sealed and put up while one goes on writing. */

import { mendName } from "@letterlock/crypto"

import { newKey, Problem } from "../api.ts"
import { say } from "../words.ts"
import { isProgram, kindOfName, typeWords } from "./kinds.ts"
import type { Place } from "./place.ts"
import { fileTrouble, uploadTrouble } from "./trouble.ts"

/** A file as body and statement, and the draft, name it (envelope.md section 3). */
export interface LetterFile {
    /** Id of its object. */
    readonly object: string
    readonly name: string
    readonly type: string
    /** Before padding, in bytes. */
    readonly size: number
    readonly sha256: string
}

/** `failed` can be tried again; `refused` was not added and only says why. */
export type FileState = "waiting" | "sealing" | "uploading" | "ready" | "failed" | "refused"

export interface FileRow {
    /** Stays the same while the row is there. */
    readonly key: string
    /** As the reader will see it. */
    readonly name: string
    readonly size: number
    /** What the content says it is; empty until it was looked at. */
    readonly type: string
    readonly state: FileState
    /** Of the step that runs, from 0 to 1. */
    readonly done: number
    /** A sentence: why it was not added, or under which name it was. Empty for nothing. */
    readonly note: string
    /** When it is ready. */
    readonly file: LetterFile | null
    /** Nothing here can put it up again: it can only be removed. */
    readonly isLost?: true
}

const MOST_FILES = 100   // objects.md section 4
const AT_ONCE = 2

/** What a row needs while it is on its way. */
interface Job {
    readonly source: File
    readonly stop: AbortController
    readonly uploadKey: string
    /** Kept for another try at putting it up. */
    sealed: { readonly file: LetterFile; readonly bytes: Blob } | null
    /** How often it was begun anew because the letter was gone. */
    readonly round: number
}

const MOST_ROUNDS = 3

const jobFor = (source: File, round = 0): Job => ({ source, stop: new AbortController(), uploadKey: newKey(), sealed: null, round })

export class Files {
    readonly #place: Place
    readonly #changed: () => void
    readonly #jobs = new Map<string, Job>()
    #rows: readonly FileRow[] = []
    #running = 0
    #waiting: (() => void)[] = []
    /** Objects that are in no letter any more and that the server still keeps. */
    readonly #left = new Set<string>()

    /** @param changed - Called after each change of `rows`. */
    constructor(place: Place, changed: () => void) {
        this.#place = place
        this.#changed = changed
        place.onRenewed(() => { this.#again() })
    }

    get rows(): readonly FileRow[] { return this.#rows }

    /** Those that are part of the letter, in their order. */
    get ready(): readonly LetterFile[] { return this.#rows.flatMap(({ file }) => file ?? []) }

    /** Rows on their way. */
    get busy(): number { return this.#rows.filter(({ state }) => isMoving(state)).length }

    /** Rows that closing the window would lose: on their way, or not gone up. */
    get unsafe(): number { return this.#rows.filter(({ state }) => isMoving(state) || state === "failed").length }

    /** Bytes of all that are, or will be, part of the letter. */
    get total(): number { return this.#counted().reduce((sum, { size }) => sum + size, 0) }

    /** Add files. Each gets a row, those that cannot be taken too. */
    add(files: Iterable<File>): void {
        for (const source of files) {
            const name = freeName(mendName(source.name), this.#counted().map((row) => row.name))
            const key = crypto.randomUUID()
            const note = name === source.name ? "" : say("writing.file.mended", { name })
            const row: FileRow = { key, name, size: source.size, type: "", state: "waiting", done: 0, note, file: null }
            if (this.#counted().length >= MOST_FILES) {
                this.#put({ ...row, state: "refused", note: say("writing.file.many", { name }) })
                continue
            }
            this.#put(row)
            this.#jobs.set(key, jobFor(source))
            void this.#run(key)
        }
    }

    /** A folder was dropped, or something that is no file: say that it was not added. */
    refuse(name: string): void {
        const note = say("writing.file.folder", { name })
        this.#put({ key: crypto.randomUUID(), name, size: 0, type: "", state: "refused", done: 0, note, file: null })
    }

    /** Take a row away; what is under way for it ends, and the server forgets it. */
    remove(key: string): void {
        const object = this.#row(key)?.file?.object ?? this.#jobs.get(key)?.sealed?.file.object
        this.#jobs.get(key)?.stop.abort()
        this.#jobs.delete(key)
        this.#rows = this.#rows.filter((row) => row.key !== key)
        this.#changed()
        this.#wake()
        if (object !== undefined) this.#left.add(object)
        void this.#sweep()
    }

    /** Try a failed row again, from where it stopped. */
    retry(key: string): void {
        if (this.#row(key)?.state === "failed" && this.#jobs.has(key)) void this.#run(key)
    }

    /** Files of a draft that was taken up again: they are at the server already. */
    restore(files: readonly LetterFile[]): void {
        const rows = files.map((file): FileRow =>
            ({ key: file.object, name: file.name, size: file.size, type: file.type, state: "ready", done: 1, note: "", file }))
        this.#rows = [...this.#rows, ...rows]
        this.#changed()
    }

    /** End everything that is under way. The rows stay, and can be tried again. */
    stop(): void {
        for (const [key, { source, stop }] of this.#jobs) {
            if (!isMoving(this.#row(key)?.state ?? "ready")) continue
            stop.abort()
            this.#jobs.set(key, jobFor(source))
            this.#set(key, { state: "failed", done: 0, note: say("writing.file.halted") })
        }
    }

    /** Wait until nothing is on its way; null if a file waits for another try, or was refused only while we waited. */
    async settled(): Promise<readonly LetterFile[] | null> {
        const refused = this.#refused()
        while (this.busy > 0) await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
        return this.#refused() > refused || this.#rows.some(({ state }) => state === "failed") ? null : this.ready
    }

    #refused(): number { return this.#rows.filter(({ state }) => state === "refused").length }

    /** The letter has a new place and a new key: what can be sealed again goes up again. */
    #again(): void {
        this.#left.clear()
        for (const { key, name, state } of this.#rows) {
            if (state === "refused") continue
            const old = this.#jobs.get(key)
            old?.stop.abort()
            if (old === undefined) {
                this.#set(key, { state: "failed", done: 0, file: null, isLost: true, note: say("writing.file.lost", { name }) })
                continue
            }
            this.#jobs.set(key, jobFor(old.source, (old.round + 1) % MOST_ROUNDS))
            const tried = old.round + 1 < MOST_ROUNDS
            this.#set(key, { state: tried ? "waiting" : "failed", done: 0, file: null, note: tried ? "" : say("writing.file.halted") })
            if (tried) void this.#run(key)
        }
    }

    /** What the server did not forget now is tried again with the next row that is taken away. */
    async #sweep(): Promise<void> {
        if (!this.#place.isMade) return
        try {
            const { id } = await this.#place.where()
            for (const object of this.#left) {
                await this.#place.desk.call((api) => api.delete(`/messages/${id}/objects/${object}`)).catch((error: unknown) => {
                    if (!(error instanceof Problem && error.status === 404)) throw error
                })
                this.#left.delete(object)
            }
        } catch {
            // The object is sealed and belongs to a draft: it goes with the draft at the latest.
        }
    }

    async #run(key: string): Promise<void> {
        const job = this.#jobs.get(key)
        this.#set(key, { state: "waiting", done: 0 })
        while (this.#running >= AT_ONCE) await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
        if (job === undefined || job !== this.#jobs.get(key)) return
        this.#running += 1
        try {
            job.sealed ??= await this.#seal(key, job)
            if (job.sealed !== null && !job.stop.signal.aborted) await this.#upload(key, job, job.sealed)
        } finally {
            this.#running -= 1
            this.#wake()
        }
    }

    async #seal(key: string, { source, stop }: Job): Promise<Job["sealed"]> {
        const name = this.#row(key)?.name ?? ""
        this.#set(key, { state: "sealing", done: 0, note: name === source.name ? "" : say("writing.file.mended", { name }) })
        try {
            const { identity } = await this.#place.key()
            stop.signal.throwIfAborted()
            const onProgress = this.#progress(key, stop.signal)
            const { id, type, size, sha256, bytes } = await this.#place.desk.crypto.sealFile(
                { file: source, name, messageKey: identity }, { signal: stop.signal, onProgress })
            return { file: { object: id, name, type, size, sha256 }, bytes: new Blob([bytes]) }
        } catch (error) {
            if (stop.signal.aborted) return null
            this.#jobs.delete(key)
            const program = await isProgram(source)
            if (isOver(stop)) return null
            this.#set(key, { state: "refused", note: fileTrouble(error, name, typeWords(kindOfName(name)), program) })
            return null
        }
    }

    async #upload(key: string, job: Job, { file, bytes }: NonNullable<Job["sealed"]>): Promise<void> {
        const { stop, uploadKey } = job
        this.#set(key, { state: "uploading", done: 0, type: file.type })
        try {
            const call = { key: uploadKey, signal: stop.signal, onProgress: this.#progress(key, stop.signal) }
            await this.#place.at(async (api, path) => {
                const kept = await api.upload(`${path}/objects/${file.object}`, bytes, call)
                if (!isOther(kept, file.sha256)) return
                await api.delete(`${path}/objects/${file.object}`)
                throw new Problem(422, "damaged", say("writing.file.damaged"))
            })
            if (stop.signal.aborted) return
            job.sealed = null
            this.#set(key, { state: "ready", done: 1, file })
        } catch (error) {
            if (stop.signal.aborted) return
            this.#set(key, { state: "failed", done: 0, note: uploadTrouble(error) })
            if (error instanceof Problem && error.status === 413) this.#set(key, { state: "refused" })
        }
    }

    #progress(key: string, signal: AbortSignal): (done: number, total: number) => void {
        return (done, total) => { if (!signal.aborted) this.#set(key, { done: done / total }) }
    }

    #counted(): readonly FileRow[] { return this.#rows.filter(({ state }) => state !== "refused") }

    #row(key: string): FileRow | undefined { return this.#rows.find((row) => row.key === key) }

    #put(row: FileRow): void {
        this.#rows = [...this.#rows, row]
        this.#changed()
    }

    #set(key: string, change: Partial<FileRow>): void {
        this.#rows = this.#rows.map((row) => row.key === key ? { ...row, ...change } : row)
        this.#changed()
        if (change.state !== undefined && !isMoving(change.state)) this.#wake()
    }

    #wake(): void {
        for (const go of this.#waiting.splice(0)) go()
    }
}

/** Whether the server says that it keeps other bytes; it need not say anything. */
const isOther = (kept: unknown, sha256: string): boolean =>
    typeof kept === "object" && kept !== null && "sha256" in kept && kept.sha256 !== sha256

/** Asked anew after each wait. */
const isOver = ({ signal }: AbortController): boolean => signal.aborted

const isMoving = (state: FileState): boolean => state === "waiting" || state === "sealing" || state === "uploading"

/** `name`, or "name (2).pdf" where the letter has one of that name already, in any case. */
export function freeName(name: string, taken: readonly string[]): string {
    const used = new Set(taken.map((one) => one.toLowerCase()))
    const dot = name.lastIndexOf(".")
    const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""]
    for (let n = 1; ; n += 1) {
        const candidate = n === 1 ? name : `${stem} (${String(n)})${end}`
        if (!used.has(candidate.toLowerCase())) return candidate
    }
}
