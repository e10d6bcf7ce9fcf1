/** What is said of templates, signature and the firm's line. */

const LABELS: Readonly<Record<string, string>> = {
    first_name: "First name of the reader", last_name: "Last name of the reader", matter: "Matter", deadline: "Deadline",
    sender_name: "Your name", firm: "The firm's name", today: "Today's date",
}

/** A field in words: "Matter", or of one's own making "Court date" for court_date. */
export function labelOf(name: string): string {
    const words = name.replace(/_/gu, " ")
    return LABELS[name] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

export const FIELDS = Object.keys(LABELS)

export const STATIONERY = {
    loading: "Fetching the templates.",
    away: "The templates could not be fetched. Nothing was changed; try again.",
    none: "No templates yet. Make one once, and it is here for every letter.",
    nothing: (search: string) => `No template is called “${search}”.`,
    count: (n: number) => n === 1 ? "1 template" : `${String(n)} templates`,
    of: (firm: boolean, language: string) => `${firm ? "the firm's" : "yours"}, ${language}`,
    inserted: (name: string) => `Inserted: ${name}.`,
    open: (n: number) => n === 1 ? "One field is still to be filled in." : `${String(n)} fields are still to be filled in.`,
    gone: "This template is no longer there. The list was fetched anew.",
    notInserted: "The template could not be fetched. Nothing was inserted; try again.",

    ask: (name: string) => `“${name}” asks for:`,
    several: (n: number) => `This letter goes to ${String(n)} people: write whom it greets, such as “Maya and Tom”.`,
    nobody: "Nobody stands in To yet: write whom it greets.",
    unnamed: "We know only the address of your reader.",
    left: "What you leave empty stays open in the letter, and the letter does not go before it is filled in. What you write here goes nowhere but into the letter.",
    insert: "Insert",
    back: "Back to the list",

    change: "Change",
    changes: (name: string) => `Change: ${name}`,
    remove: "Delete",
    removes: (name: string) => `Delete: ${name}`,
    sure: (name: string, firm: boolean) => firm ? `Delete “${name}” for everybody? Letters that were written with it stay as they are.` : `Delete “${name}”? Letters that were written with it stay as they are.`,
    yes: "Delete it",
    no: "Leave it",
    removed: (name: string) => `Deleted: ${name}.`,
    noneOwn: "None yet. What you write often, write once.",
    noneFirm: "None yet. Your administrator can make some for everybody.",
    noneFirmAdmin: "None yet. What you make here is there for everybody in the firm.",
    fresh: "New template",
    edit: "Change a template",
    body: "Text of the template",
    kept: (name: string) => `Kept: ${name}.`,
    named: "Another template of this list has that name, or there is none. Write another.",
    badField: (name: string) => `{{${name}}} is not a field: fields are written in small letters, digits and _, such as {{deadline}}.`,
    empty: "There is no text in it yet.",
    long: "That is too long to keep. Shorten it; pictures do not go into templates.",
    many: "There are 100 templates here, and no more are kept. Delete one first.",
    meanwhile: "This template was changed in another window since. Nothing was overwritten: copy what you wrote, go back and open it anew.",
    notKept: "Not kept: the server did not answer as it should. What you wrote is still here; try again.",
    lost: { table: "A table was pasted as it is kept in letters.", picture: "Pictures do not go into templates or signatures.", link: "That is no address of a page or a mailbox." },

    signature: "Your signature",
    line: "The firm's line",
    noSignature: "None yet.",
    signatureKept: "Kept. It stands under the next letter that you begin.",
    signatureOff: "Kept. Nothing is put under your letters.",
    noTagline: "Your firm has no line of its own.",
    taglineKept: "Kept. It stands under everybody's next letters.",
} as const

/** A language by its name in English: "German". */
export function languageName(tag: string): string {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag
}

export const LANGUAGES = ["en", "de", "fr", "it", "es", "nl", "pl", "pt", "cs", "da", "el", "hu", "ro", "sv", "tr", "uk"] as const
