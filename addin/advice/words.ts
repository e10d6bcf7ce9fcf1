/** What advice says: short, warm, and never an order. One sentence for each rule, or for each of its cases. */

import type { Hit, Rule } from "./letter.ts"

type Sentences = Readonly<Record<string, string>>

/** By rule and case; "" is the rule's own. Holes are filled with the facts of the find. */
const WORDS: Readonly<Record<Rule, Sentences>> = {
    greeting: {
        "": "You greet “{name}”; it goes to {who}.",
        title: "Is “{name}” greeted rightly? It goes to {who}.",
        form: "Title and greeting do not agree here.",
    },
    no_greeting: { "": "A first letter usually greets." },
    jargon: { "": "“{term}” may need a word of explanation.", plain: "“{term}”: your firm says “{plain}”." },
    long_sentence: { "": "This sentence has {count} words. Two would be easier to read." },
    capitals: { "": "Capitals sound like shouting." },
    blame: { "": "This could sound like a reproach." },
    urgency: { "": "This presses. A date and a reason would say more." },
    unanswered: { "": "Still open from the last letter: “{question}”" },
    complaint_incomplete: {
        apology: "An answer to a complaint, without a word of apology.",
        step: "An answer to a complaint: what will you do next?",
        date: "An answer to a complaint: by when?",
    },
    late_evening: {
        "": "It is late. {morning} would do, too.",
        early: "It is early. Later {morning} would do, too.",
        weekend: "It is a day off. {morning} would do, too.",
    },
    wrong_recipient: {
        "": "{who} is not among this client's people.",
        like: "{who} looks like {domain}, and is another address.",
    },
    reply_all: { "": "This seems to be for one person, and goes to {count}." },
    personal_data: {
        "": "A number that belongs to a person. Does it have to stand here?",
        iban: "An account number. Does it have to stand here?",
        card: "A card number. Does it have to stand here?",
        person: "A date of birth or a passport. Does it have to stand here?",
        number: "What opens a door. Send it another way than the rest?",
        health: "About somebody's health. Does everybody named have to read it?",
    },
    channel_call: {
        "": "Ring first, and write afterwards.",
        death: "Ring, or write by hand: somebody has died.",
        bad: "Ring first: it is hard news. The letter can follow.",
        round: "Ring: this has gone to and fro often enough.",
        today: "Ring: it is about today.",
        angry: "Ring first: the last letter was an angry one.",
    },
    channel_confidential: {
        "": "A sealed letter is right: it is confidential.",
        number: "A sealed letter is right: it holds numbers that open something.",
        money: "A sealed letter is right: it is about somebody's money.",
        health: "A sealed letter is right: it is about somebody's health.",
        family: "A sealed letter is right: it is about a family.",
        work: "A sealed letter is right: it is about somebody's work.",
        law: "A sealed letter is right: it is about a case.",
        person: "A sealed letter is right: it says who somebody is.",
        hush: "A sealed letter is right: not everybody is to know it.",
    },
    channel_plain: { "": "Nothing confidential in it: ordinary mail would do." },
}

/** What to say of a find. */
export function sentenceFor(rule: Rule, { variant = "", facts = {} }: Hit): string {
    const sentences = WORDS[rule]
    const text = sentences[variant] ?? sentences[""] ?? Object.values(sentences)[0] ?? ""
    return text.replace(/\{([a-z]+)\}/gu, (_, name: string) => facts[name] ?? "")
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const

/** "this morning", "Tomorrow morning" or "Monday morning". */
export function morning(day: number, inDays: number): string {
    return inDays === 0 ? "this morning" : inDays === 1 ? "Tomorrow morning" : `${DAYS[day] ?? "Monday"} morning`
}
