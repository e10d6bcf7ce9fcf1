/** The flows of an own key, as a page of the portal would have them; the tests call them by name. */

import { Api, startCrypto, startStretcher } from "@letterlock/kit"
import { passkeysHere } from "@letterlock/kit/own/here"
import {
    addSlot, enrol, enterByPasskey, fetchOwn, forgetOwn, getOwn, makePasskey, openOwn, removeSlot, unlock, type EnrolWay, type MoreWay,
    type OwnDesk, type Unlocking,
} from "@letterlock/kit/own/index"
import { members } from "@letterlock/kit/shape"

const api = new Api("/api/v1")
const page = { code: "", password: "" }
let desk: OwnDesk & { crypto: ReturnType<typeof startCrypto> }

const must = async (): Promise<NonNullable<Awaited<ReturnType<typeof getOwn>>>> => {
    const own = await getOwn()
    if (own === null) throw new Error("the key is not open")
    return own
}

const flows = {
    /** `worker` and `argon2` are the addresses of the built scripts. */
    start: (worker: string, argon2: string) => {
        desk = {
            call: (work) => work(api), crypto: startCrypto(worker), stretcher: startStretcher(argon2), passkeys: passkeysHere, rp: location.hostname,
        }
    },
    makePasskey: (name: string) => makePasskey(desk, name, { fresh }),
    enrol: async (way: EnrolWay) => {
        if (way.kind === "password") page.password = way.password
        const keep = (code: string): Promise<{ name: string }> => {
            page.code = code
            return Promise.resolve({ name: "On paper" })
        }
        const { own, backupsUntil } = await enrol(desk, way, { keep, fresh, again: () => Promise.resolve(page.password) })
        return { key: own.key, old: own.old, code: page.code, backupsUntil: backupsUntil?.getTime() ?? null }
    },
    unlock: async (by: Unlocking) => (await unlock(desk, by)).key,
    enter: async () => (await enterByPasskey(desk))?.key ?? null,
    kept: async () => {
        const own = await getOwn()
        return own && { key: own.key, extractable: own.wrapping.extractable, bytes: own.sealed.length }
    },
    /** Which message the envelope that the server gives out is of. */
    read: async (letter: string) => {
        const answer = members(await api.post(`/messages/${letter}/open`))
        const opened = await openOwn(desk.crypto, await must(), answer)
        return { message: (JSON.parse(opened.statement) as { message_id: string }).message_id, by: answer["envelope_key"], served: "message_key" in answer }
    },
    custody: async () => (await fetchOwn(desk)).custody,
    slots: async () => (await fetchOwn(desk)).slots.map(({ slot, kind, name }) => ({ slot, kind, name })),
    add: async (way: MoreWay) => addSlot(desk, await must(), way),
    remove: async (slot: string) => removeSlot(desk, await must(), slot),
    forget: () => forgetOwn(),
}

function fresh(): Promise<void> {
    return Promise.reject(new Error("this session proved its mailbox a moment ago"))
}

Object.assign(globalThis, { own: flows })
