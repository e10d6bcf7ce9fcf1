/** One answer: to which letter, to whom, and what writes and keeps it. It knows nothing of the form. */

import type { CryptoClient } from "@letterlock/crypto"
import { type Api, type Level, levelToBe, type Line, Problem, say, sayList } from "@letterlock/kit"
import { forgetOwn, type Own } from "@letterlock/kit/own/index"
import { called, type OpenLetter, quoteLead } from "@letterlock/kit/reading/index"
import {
    answerTo, type Desk, type DraftContent, DraftKeeper, Files, hasOthers, type Kept, type KeptState, NotSignedIn, openDesk, openKept,
    Place, type Recipient, replySubject, Sending,
} from "@letterlock/kit/writing/index"

/** What belongs to one answer at the server: made when it is first needed. */
export interface Tools {
    readonly desk: Desk
    readonly place: Place
    readonly files: Files
    readonly keeper: DraftKeeper
    readonly sending: Sending
}

/** What the answer asks of its form. */
export interface Fields {
    readonly html: () => string
    readonly isEmpty: () => boolean
    readonly filesChanged: (files: Files) => void
    readonly kept: (state: KeptState) => void
}

export interface Shown {
    readonly level: Level
    readonly people: string
    readonly lines: readonly Line[]
}

type Call = Desk["call"]

/** With what an answer is sealed, posted and, by who holds her own key, signed. */
export interface Means {
    readonly crypto: CryptoClient
    readonly call: Call
    readonly own: Own
}

/** Calls by cookie; a session that has ended leaves what was written alone, and ends what was kept of a key. */
export const callAsClient = (api: Api): Call => async (work) => {
    try {
        return await work(api)
    } catch (error) {
        if (!(error instanceof Problem && error.status === 401)) throw error
        await forgetOwn()
        throw new NotSignedIn("the session has ended", { cause: error })
    }
}

export class Answer {
    /** Id of the letter that is answered. */
    readonly to: string
    readonly viewer: string
    readonly subject: string
    /** Whether "Reply all" would reach others. */
    readonly hasOthers: boolean
    all: boolean
    readonly #letter: OpenLetter
    readonly #means: Means
    readonly #fields: Fields
    #tools: Tools | null = null
    #making: Promise<Tools> | null = null

    constructor(letter: OpenLetter, all: boolean, means: Means, fields: Fields) {
        this.to = letter.id
        this.viewer = letter.viewer
        this.subject = replySubject(letter.body.subject)
        this.hasOthers = letter.viewerRole !== "hidden" && hasOthers(letter)
        this.all = all && this.hasOthers
        this.#letter = letter
        this.#means = means
        this.#fields = fields
    }

    /** What is there already. */
    get tools(): Tools | null { return this.#tools }

    get recipients(): readonly Recipient[] { return answerTo(this.#letter, this.all) }

    /** "Ann Lee and Tom Birchall". */
    get names(): string { return sayList(this.recipients.map(({ address }) => called(this.#letter, address))) }

    /** The letter as it may stand under the answer. */
    get quote(): { readonly lead: string; readonly html: string } {
        return { lead: quoteLead(this.#letter), html: this.#letter.body.html }
    }

    /** A failure is not kept: the next call tries again. */
    ready(): Promise<Tools> {
        this.#making ??= this.#make().catch((error: unknown) => {
            this.#making = null
            throw error
        })
        return this.#making
    }

    /** Go on with a draft that the server kept. `anew`: under another key and in another place, where nothing of it is kept yet. */
    async takeUp(kept: Kept): Promise<{ readonly html: string; readonly anew: boolean }> {
        const loading = this.#load(kept)
        // What is written or added meanwhile belongs to this draft, never to a second one.
        const making = loading.then(({ tools }) => tools)
        making.catch(() => undefined)   // told by `loading`
        this.#making = making
        try {
            const { html, anew } = await loading
            return { html, anew }
        } catch (error) {
            if (this.#making === making) this.#making = null
            throw error
        }
    }

    async #load(kept: Kept): Promise<{ readonly tools: Tools; readonly html: string; readonly anew: boolean }> {
        const { place, content, foreign } = await openKept(await this.#open(), kept)
        this.all = this.hasOthers && content.to.length + content.cc.length > answerTo(this.#letter, false).length
        const tools = this.#equip(place)
        tools.files.restore(content.files)
        if (foreign) place.renew()
        return { tools, html: content.html, anew: foreign }
    }

    /** Who will be able to read it, as the directory says now. */
    async readers(): Promise<Shown> {
        const { desk } = await this.ready()
        const { recipients } = this
        const found = await desk.lookUp(recipients)
        const lines = recipients.map(({ address }, index): Line => {
            const name = found[index]?.name ?? ""
            const who = name === "" ? called(this.#letter, address) : name
            return { who, more: who === address ? "" : address, level: found[index]?.lookup.level ?? "managed" }
        })
        const { level } = desk.me.lookup
        const own: Line = { who: say(level === "managed" ? "reply.own" : "readers.you"), more: "", level }
        return {
            level: levelToBe(desk.me.lookup, lines.map((line) => line.level)), people: sayList(lines.map(({ who }) => who)), lines: [...lines, own],
        }
    }

    /** Whether closing the window now would lose something. */
    isUnsaved(): boolean {
        if (this.#tools === null) return !this.#fields.isEmpty()
        return !this.#tools.keeper.isSaved() || this.#tools.files.unsafe > 0
    }

    /** Save what is not saved. Whether nothing would be lost. */
    async save(): Promise<boolean> {
        if (this.#tools === null) return this.#fields.isEmpty()
        return await this.#tools.keeper.flush() && this.#tools.files.unsafe === 0
    }

    /** Throw it away at the server. @throws what the server or the way to it said: then it goes on being kept. */
    async discard(): Promise<void> {
        if (this.#tools === null) return
        const { files, keeper, place } = this.#tools
        files.stop()
        await keeper.pause()
        try {
            await place.discard()
        } catch (error) {
            keeper.resume()
            throw error
        }
        await keeper.stop()
    }

    /** End whatever is under way; nothing more is kept of it. */
    async stop(): Promise<void> {
        this.#tools?.files.stop()
        await this.#tools?.keeper.stop()
    }

    #open(): Promise<Desk> {
        return openDesk({ ...this.#means, about: this.to })
    }

    async #make(): Promise<Tools> {
        return this.#equip(new Place(await this.#open(), this.to))
    }

    #equip(place: Place): Tools {
        const files: Files = new Files(place, () => {
            this.#fields.filesChanged(files)
            keeper.changed()
        })
        const keeper: DraftKeeper = new DraftKeeper(place, () => this.#content(place, files), this.#fields.kept)
        this.#tools = { desk: place.desk, place, files, keeper, sending: new Sending(place) }
        return this.#tools
    }

    /** Nothing is worth keeping before something was written; after that, taking all out again is a change too. */
    #content(place: Place, files: Files): DraftContent | null {
        if (this.#fields.isEmpty() && files.ready.length === 0 && !place.isMade) return null
        const people = (wanted: Recipient["role"]): { address: string; name: string }[] =>
            this.recipients.filter(({ role }) => role === wanted).map(({ address, name }) => ({ address, name }))
        return { to: people("to"), cc: people("cc"), hidden: [], subject: this.subject, html: this.#fields.html(), files: files.ready }
    }
}
