/** "Your key": what opens it, one more, another name, one less, a new recovery code. */

import { KeyslotRefused, OwnKeyRefused, type OwnKey } from "@letterlock/crypto"
import { find, focusOn, list, members, say, text } from "@letterlock/kit"
import {
    addSlot, fetchSlots, forgetHint, getHint, getOwn, isSame, makePasskey, type MoreWay, type Openable, putHint, removeSlot, renameSlot,
} from "@letterlock/kit/own/index"
import { PasskeyRefused } from "@letterlock/kit/webauthn"

import { isForStaff } from "../unlock/audience.ts"
import { Unlock } from "../unlock/unlock.ts"
import { deviceName } from "./device.ts"
import type { Fresh } from "./fresh.ts"
import { More } from "./more.ts"
import { announce, busy, excuse, GivenUp, isOver, type KeyPage, progress, sayRefused, showOut, showStage, trouble } from "./page.ts"
import { fetchPanes, type Pane, paneName, showPanes } from "./panes.ts"
import type { Slip } from "./slip.ts"
import { type Line, lineOf } from "./slots.ts"
import { deskOf, giveUp, newRun, type Run, until } from "./waiting.ts"

/** A passkey's slot in its text; the ids are no secrets. */
interface Kdf { readonly credential: string; readonly salt: string }

export class YourKey {
    readonly #page: KeyPage
    readonly #fresh: Fresh
    readonly #more: More
    readonly #unlock: Unlock
    readonly #stage = find("[data-stage=yours]", HTMLElement)
    #state: Openable | null = null
    #run: Run | null = null
    #unlocked: (() => void) | null = null

    constructor(page: KeyPage, fresh: Fresh, slip: Slip) {
        this.#page = page
        this.#fresh = fresh
        this.#more = new More(page, slip)
        this.#unlock = new Unlock(page.desk, {
            announce, excuse, over: () => { showOut() },
            opened: () => {
                this.#unlocked?.()
                return Promise.resolve()
            },
        })
        this.#press("#add-passkey", (run) => this.#addPasskey(run))
        this.#press("#add-password", async (run) => this.#add(run, await this.#more.password(run)))
        this.#press("#new-code", (run) => this.#renew(run))
        find("#unlock-cancel", HTMLButtonElement).addEventListener("click", () => { giveUp(this.#run) })
        for (const button of this.#stage.querySelectorAll("[data-cancel]")) button.addEventListener("click", () => { giveUp(this.#run) })
    }

    async start(): Promise<void> {
        await this.#load()
        document.title = say("key.title.yours")
        showStage("yours")
    }

    /** Nothing that was typed or made stays on the page. */
    end(): void {
        giveUp(this.#run)
        this.#unlock.clear()
        this.#more.clear()
    }

    async #load(): Promise<void> {
        const state = await fetchSlots(this.#page.desk)
        this.#state = state
        const doing = {
            rename: (line: Line, name: string) => this.#change(null, () => this.#rename(line, name)),
            remove: (line: Line) => this.#change(null, async (run) => this.#remove(await this.#opened(run), line)),
        }
        find("#slots", HTMLElement).replaceChildren(...state.slots.map((slot) => lineOf({ ...slot, id: slot.slot }, doing)))
        const others = await this.#others()
        find("#others", HTMLElement).hidden = others.length === 0
        const lines = others.map((line) => lineOf(line, {
            rename: () => Promise.resolve(), remove: (one) => this.#change(null, () => this.#forget(one)),
            use: (one) => this.#change(null, (run) => this.#add(run, { kind: "passkey", credential: one.id, name: one.name })),
        }))
        find("#others ul", HTMLElement).replaceChildren(...lines)
        if (isForStaff()) showPanes(await fetchPanes(this.#page.desk), (pane) => this.#change(null, () => this.#removePane(pane)))
    }

    /** Passkeys that no slot is sealed under. */
    async #others(): Promise<Line[]> {
        const needed = new Set(this.#state?.slots.map((slot) => kdfOf(slot.text)?.credential))
        const all = list(members(await this.#page.desk.call((api) => api.get("/passkeys")))["passkeys"]).map(members)
        return all.filter((one) => !needed.has(text(one, "id"))).map((one) => ({
            id: text(one, "id"), kind: "passkey", name: text(one, "name"), created: Number(one["created"]), used: null,
        }))
    }

    async #addPasskey(run: Run): Promise<string> {
        const own = await this.#opened(run)
        const name = deviceName(navigator.userAgent)
        progress(this.#stage, say("key.making"))
        const fresh = (): Promise<void> => this.#fresh.prove(find("[data-fresh]", HTMLElement, this.#stage), run.ended.signal)
        const made = await makePasskey(deskOf(this.#page, run), name, { fresh })
        if (!made.prf) throw new PasskeyRefused("no-prf")
        return this.#seal(run, own, { kind: "passkey", credential: made.credential, name })
    }

    async #add(run: Run, way: MoreWay): Promise<string> {
        return this.#seal(run, await this.#opened(run), way)
    }

    async #seal(run: Run, own: OwnKey, way: MoreWay): Promise<string> {
        const slot = await addSlot(deskOf(this.#page, run), own, way)
        if (way.kind === "passkey") await this.#remember(slot)
        return say("key.slot.added", { name: way.name })
    }

    /** Next time one touch signs in and opens. */
    async #remember(slot: string): Promise<void> {
        const kdf = kdfOf((await fetchSlots(this.#page.desk)).slots.find((one) => one.slot === slot)?.text ?? "")
        if (kdf !== null) putHint({ ...kdf, slot, rp: this.#page.desk.rp })
    }

    /** The new code first; the old ones go when it has opened. */
    async #renew(run: Run): Promise<string> {
        const own = await this.#opened(run)
        const old = this.#state?.slots.filter(({ kind }) => kind === "recovery-code") ?? []
        const { code } = await this.#page.desk.crypto.newRecoveryCode()
        await this.#more.code(run, code)
        const desk = deskOf(this.#page, run)
        await addSlot(desk, own, { kind: "recovery-code", code, name: say("key.code.name") })
        for (const { slot } of old) {
            // The new one works already: what failed here can be removed in the list.
            if (!await removeSlot(desk, own, slot).then(() => true, () => false)) return say("key.code.renewed.both")
        }
        return say("key.code.renewed")
    }

    async #rename(line: Line, name: string): Promise<string> {
        await renameSlot(this.#page.desk, line.id, name)
        const kdf = kdfOf(this.#state?.slots.find(({ slot }) => slot === line.id)?.text ?? "")
        if (kdf !== null) await this.#page.desk.call((api) => api.patch(`/passkeys/${kdf.credential}`, { body: { name } }))
        return say("key.slot.renamed", { name })
    }

    async #remove(own: OwnKey, line: Line): Promise<string> {
        const kdf = kdfOf(this.#state?.slots.find(({ slot }) => slot === line.id)?.text ?? "")
        await removeSlot(this.#page.desk, own, line.id)
        if (getHint(this.#page.desk.rp)?.slot === line.id) forgetHint()
        if (kdf !== null) await this.#page.desk.call((api) => api.delete(`/passkeys/${kdf.credential}`))
        return say("key.slot.removed", { name: line.name })
    }

    async #removePane(pane: Pane): Promise<string> {
        await this.#page.desk.call((api) => api.delete(`/keys/panes/${pane.id}`))
        return say("panes.removed", { name: paneName(pane) })
    }

    async #forget(line: Line): Promise<string> {
        await this.#page.desk.call((api) => api.delete(`/passkeys/${line.id}`))
        return say("key.slot.removed", { name: line.name })
    }

    /** The key that is open here; asked for in its place if it is not. */
    async #opened(run: Run): Promise<OwnKey> {
        const kept = await this.#kept()
        if (kept !== null) return kept
        const place = find("#unlock-here", HTMLElement)
        try {
            place.hidden = false
            await this.#unlock.begin(this.#page.address)
            focusOn(find("h2", HTMLElement, place))
            await until<undefined>(run, (resolve) => { this.#unlocked = () => { resolve(undefined) } })
        } finally {
            this.#unlocked = null
            this.#unlock.clear()
            place.hidden = true
        }
        const own = await this.#kept()
        if (own === null) throw new OwnKeyRefused("own-key-closed")
        return own
    }

    async #kept(): Promise<OwnKey | null> {
        const state = this.#state
        const kept = state === null ? null : await getOwn(state.person)
        return kept !== null && state !== null && isSame(kept, state) ? kept : null
    }

    #press(selector: string, work: (run: Run) => Promise<string>): void {
        const button = find(selector, HTMLButtonElement)
        button.addEventListener("click", () => { void this.#change(button, work) })
    }

    /** One change at a time; a new one gives up what waits. Says how it ended, and shows the list anew. */
    async #change(button: HTMLButtonElement | null, work: (run: Run) => Promise<string>): Promise<void> {
        giveUp(this.#run)
        const run = newRun(this.#stage)
        this.#run = run
        this.#say(null)
        trouble(this.#stage, null)
        try {
            const ended = async (): Promise<void> => {
                const words = await work(run)
                progress(this.#stage, "")
                this.#say(words)
            }
            await (button === null ? ended() : busy(button, ended))
            await this.#load()
        } catch (error) {
            if (error instanceof GivenUp) button?.focus()
            else await this.#fail(error)
        } finally {
            progress(this.#stage, "")
            this.#more.clear()
        }
    }

    async #fail(error: unknown): Promise<void> {
        if (isOver(error)) {
            showOut()
            return
        }
        trouble(this.#stage, wordsOf(error))
        focusOn(find("[data-trouble]", HTMLElement, this.#stage))
        await this.#load().catch(() => undefined)   // what was made on the way is shown if it can be
    }

    #say(words: string | null): void {
        const note = find("#yours-said", HTMLElement)
        note.hidden = words === null
        find("p", HTMLParagraphElement, note).textContent = words ?? ""
        if (words === null) return
        announce(words)
        note.focus()
    }
}

function wordsOf(error: unknown): string {
    if (error instanceof PasskeyRefused) return error.code === "no-prf" ? say("key.passkey-cannot.more") : error.sentence
    if (error instanceof KeyslotRefused || error instanceof OwnKeyRefused) return sayRefused(error.code)
    return excuse(error)
}

function kdfOf(slot: string): Kdf | null {
    if (slot === "") return null
    const kdf = members(members(JSON.parse(slot))["kdf"])
    return kdf["name"] === "prf" ? { credential: text(kdf, "credential"), salt: text(kdf, "salt") } : null
}
