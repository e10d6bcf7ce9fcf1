/** One's own key in a pane: opened at the start, brought in by pairing, forgotten (docs/spec/pairing.md). */

import { LookupRefused, PairingRefused, type Program } from "@letterlock/crypto"
import { Problem, Unreachable } from "@letterlock/kit"
import { beginPairing, type Begun, finishPairing, PairingOver } from "@letterlock/kit/own/pairing"
import { forgetPane, keptIn, type PaneDesk, paneStorage, type Reopened, reopenPane } from "@letterlock/kit/own/pane"
import type { Desk } from "@letterlock/kit/writing/index"

import { platformHere } from "./office.ts"
import { type Offer, OwnCard } from "./own-card.ts"
import { OwnHere } from "./own-here.ts"
import { type Why, WORDS } from "./own-words.ts"
import type { Session } from "./session.ts"

export interface Host {
    readonly program: Program
    /** Letters are begun here. */
    readonly writes: boolean
    readonly announce: (words: string) => void
    /** A key has come: what could not be done before can be. */
    readonly arrived: () => void
    /** The key has gone: nothing that it opened may stay. */
    readonly left: () => void
}

const MISSING: Readonly<Record<Exclude<Reopened["state"], "open">, Why>> = {
    unpaired: "new", removed: "removed", replaced: "changed", damaged: "closed",
}

export class OwnPane {
    readonly #session: Session
    readonly #here: OwnHere
    readonly #host: Host
    readonly #card: OwnCard
    readonly #pane: PaneDesk
    #desk: Desk | null = null
    /** Of the key that is open: the id of this pane, for the list. */
    #id: string | null = null

    constructor(session: Session, host: Host) {
        this.#session = session
        this.#here = session.here ?? new OwnHere(session.crypto)
        this.#host = host
        this.#pane = { call: session.call, crypto: session.crypto, storage: paneStorage }
        this.#card = new OwnCard({
            writes: host.writes, announce: host.announce, trouble: troubleWords,
            begin: (signal) => this.#begin(signal), retry: () => this.#again(), forget: () => this.#forget(),
        })
        session.onKeyChanged = () => { void this.#changed() }
    }

    /** Sign in. Of who holds her key herself, it is opened here, or the card says why it is not. @throws as Session.desk */
    async enter(): Promise<Desk> {
        const { desk, was } = await this.#signIn()
        this.#desk = desk
        if (was === "changed") await this.#miss("changed")
        else await this.#look(desk)
        return desk
    }

    /** Whether her key is here, or the server keeps it. */
    get isReady(): boolean { return this.#desk !== null && this.#here.answers(this.#desk.me.lookup) }

    /** Whether she holds her key herself, and it is open here. */
    get holds(): boolean { return this.isReady && this.#desk?.me.lookup.custody === "self-held" }

    /** Whether her own key is needed first; then she is led to the card, and by `back` to what she was doing. */
    needs(back: () => void): boolean {
        if (this.#desk === null || this.isReady) return false
        this.#card.ask(back)
        return true
    }

    /** The directory may name another key for her than the one that is open here. */
    async #signIn(): Promise<{ readonly desk: Desk; readonly was: "changed" | null }> {
        try {
            return { desk: await this.#session.desk(), was: null }
        } catch (error) {
            if (!(error instanceof LookupRefused) || this.#here.key === null) throw error
            this.#here.close()
            return { desk: await this.#session.desk(), was: "changed" }
        }
    }

    async #look({ me }: Desk): Promise<void> {
        const { id, lookup } = me
        if (lookup.custody !== "self-held") {
            const kept = keptIn(await paneStorage.get())
            this.#here.isDenied = kept?.person === id
            if (this.#here.isDenied) this.#card.show("managed", false)
            else this.#card.hide()
            return
        }
        if (this.#here.answers(lookup)) return
        try {
            const found = await reopenPane(this.#pane, { id, lookup })
            if (found.state === "open") this.#opened(found, me.address)
            else await this.#miss(MISSING[found.state])
        } catch {
            await this.#miss("away")   // nothing was forgotten
        }
    }

    #opened({ own, pane, paired }: Extract<Reopened, { readonly state: "open" }>, who: string): void {
        this.#here.open(own)
        this.#id = pane
        this.#card.done({ who, paired })
    }

    async #miss(why: Why): Promise<void> {
        this.#card.show(why, !(await paneStorage.works()))
    }

    async #begin(signal: AbortSignal): Promise<Offer> {
        if (this.#desk === null) throw new Error("nobody is signed in")
        const { me } = this.#desk
        const begun = await beginPairing(this.#pane, me, { program: this.#host.program, platform: platformHere() }, me.portal)
        return { code: begun.code, link: begun.link, expires: begun.until, paired: this.#finish(begun, signal) }
    }

    async #finish(begun: Begun, signal: AbortSignal): Promise<void> {
        if (this.#desk === null) return
        const { me } = this.#desk
        const { own, pane, kept } = await finishPairing(this.#pane, me, begun, { signal })
        this.#here.open(own)
        this.#id = pane
        this.#host.announce(WORDS.done)
        this.#card.done({ who: me.address, paired: kept ? new Date() : null })
        this.#host.arrived()
    }

    /** The other half could not be fetched before. */
    async #again(): Promise<void> {
        this.#desk = await this.#session.desk()
        await this.#look(this.#desk)
        if (this.isReady) this.#host.arrived()
    }

    async #forget(): Promise<void> {
        const denied = this.#here.isDenied
        this.#here.close()
        this.#here.isDenied = false
        const told = await forgetPane(this.#pane, this.#id).then(() => true, () => false)
        this.#id = null
        if (denied) this.#card.hide()
        else await this.#miss("forgotten")
        this.#card.say(told ? "" : WORDS.forgetAway)
        this.#host.left()
    }

    /** The server refused what was made with a key that has been replaced, or that she holds herself by now. */
    async #changed(): Promise<void> {
        const had = this.#here.key !== null
        await this.enter().catch(() => undefined)   // the call that was refused says what happened
        if (had && !this.isReady) this.#host.left()
    }
}

/** Why there is no key, in a sentence. Nothing was handed over in any case. */
function troubleWords(error: unknown): string {
    if (error instanceof PairingOver) return WORDS.gone
    if (error instanceof PairingRefused) return WORDS.refused(error.message)
    if (error instanceof Unreachable) return WORDS.offline
    return error instanceof Problem && error.detail !== "" ? error.detail : WORDS.failed
}
