/** What both panes begin with: who sits here, signed in, or why not. */

import { fact, Problem, say, startCrypto, Unreachable } from "@letterlock/kit"

import { canSignIn } from "./office.ts"
import { OwnHere } from "./own-here.ts"
import { Session } from "./session.ts"
import { SignIn } from "./signin.ts"

/** This Outlook cannot sign an add-in in. */
class TooOld extends Error {
    override readonly name = "TooOld"
}

/** A session of the person in Outlook, by the facts of the page; it has made no call yet. */
export async function newSession(host: HTMLElement): Promise<Session> {
    if (!canSignIn()) throw new TooOld()
    const signIn = await SignIn.create({
        clientId: fact(host, "clientId"), authority: fact(host, "authority"), scope: fact(host, "scope"),
    })
    const crypto = startCrypto(fact(host, "worker"))
    return new Session(signIn, crypto, { here: new OwnHere(crypto) })
}

/** Why nobody is signed in, with one next step. */
export function startTrouble(error: unknown): string {
    if (error instanceof TooOld) return say("pane.old")
    if (error instanceof Unreachable) return say("pane.away")
    if (error instanceof Problem && error.detail !== "") return say("pane.refused", { detail: error.detail })
    return say("pane.sign-in.failed")
}
