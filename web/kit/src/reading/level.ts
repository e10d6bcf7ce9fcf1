/** At which level an opened letter is shown, who signed it, and what is said beside (docs/spec/levels.md). */

import { type Level, levelOf, LEVELS, type Note, type Shown } from "@letterlock/crypto"

import { dayMonth, longDate } from "../dates.ts"
import { levelWords } from "../levels.ts"
import { say, sayList } from "../words.ts"
import { called, type OpenLetter } from "./open.ts"
import { granter, lowering } from "./standing.ts"

/** By the one function that may say so: no page calls a letter end-to-end otherwise. */
export function shownLevel({ statement, grants, told, now }: OpenLetter): Shown {
    const readers = statement.readers.map(({ role, level, key }) => ({ role, level, waiting: key === "pending" }))
    const known = { custody: statement.sender.custody, stated: statement.level, readers, grants, now }
    const shown = levelOf(known)
    // A grant that this envelope does not hold: whose, is not told.
    return told && rank(told) < rank(shown.level) ? levelOf({ ...known, grants: [...grants, { role: "late", level: told }] }) : shown
}

/** Sentences under the level's own. */
export function levelNotes(letter: OpenLetter): string[] {
    return shownLevel(letter).notes.map((note) => WORDS[note](letter)).filter((words) => words !== "")
}

/** "Signed by Maya's device." */
export function signedWords(letter: OpenLetter): string {
    const { signed } = shownLevel(letter)
    const own = letter.statement.sender.address === letter.viewer
    if (signed === "signed.device") return own ? say("signed.device.you") : say(signed, { who: letter.senderName })
    return say(signed, { who: own ? say("readers.you.inline") : letter.senderName })
}

const WORDS: Readonly<Record<Note, (letter: OpenLetter) => string>> = {
    "level.own-copy": ownCopy,
    "level.waiting": waited,
    "level.lowered": (letter) => {
        const grant = lowering(letter)
        const shown = shownLevel(letter).level
        if (grant === null || rank(grant.level) > rank(shown)) return say("level.lowered.told", { level: levelWords(shown) })
        const date = dayMonth(new Date(grant.created * 1000))
        const level = levelWords(shown)
        const who = grant.address === letter.viewer ? say("readers.you") : called(letter, grant.address)
        return say("level.lowered", { who, by: granter(letter, grant), date, level })
    },
    "level.since": (letter) => {
        if (letter.until === null) return ""   // sealed to the key that is hers today: nothing about it has changed
        return say("level.since", { level: levelWords(shownLevel(letter).level), date: longDate(letter.until) })
    },
}

/** An opened letter tells how it was sent: whom it was given to since, this envelope may not hold, and whether it still waits, nobody's does. */
function waited({ statement, grants, names }: OpenLetter): string {
    const given = new Set(grants.map(({ address }) => address))
    const who = statement.readers.filter(({ address, key }) => key === "pending" && !given.has(address))
    return who.length === 0 ? "" : say("level.waiting.then", { who: sayList(who.map(({ address }) => called({ names }, address))) })
}

const rank = (level: Level): number => LEVELS.indexOf(level)

/** Said where it is the sender's copy that holds the letter down; where nobody has a key of his own it is nothing new. */
function ownCopy(letter: OpenLetter): string {
    const { statement: { readers, sender }, grants, viewer, senderName } = letter
    const levels: readonly Level[] = [...readers, ...grants].map(({ level }) => level)
    if (!levels.includes("self-held")) return ""
    return sender.address === viewer ? say("level.own-copy") : say("level.own-copy.of", { who: senderName })
}
