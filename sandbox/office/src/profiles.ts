/**
 * The clients that the sandbox can imitate, chosen by `&host=` in the window's address.
 *
 * Requirement sets and platforms are those that Microsoft's tables name for each client; what is
 * known to go wrong in one stands beside them (docs/sandbox.md).
 */

/** One client of Outlook, Word and Excel. */
export interface Profile {
    readonly id: string
    readonly title: string
    /** Office.PlatformType. New Outlook says OfficeOnline too. */
    readonly platform: "OfficeOnline" | "PC" | "Mac" | "iOS"
    /** What mailbox.diagnostics calls it. */
    readonly hostName: string
    /** The highest set Mailbox. */
    readonly mailbox: string
    /** Nested app authentication. */
    readonly signsIn: boolean
    /** Whether the pane opens beside a message that is written. */
    readonly composes: boolean
    /** What was typed is told to the add-in only after a while. */
    readonly stale: boolean
    /** The content of an inline picture comes empty, with status succeeded. */
    readonly emptyPictures: boolean
    /** Where a draft goes that the add-in discards. */
    readonly discards: "deletions" | "deleteditems"
}

const PROFILES: readonly Profile[] = [
    { id: "web", title: "Outlook on the web", platform: "OfficeOnline", hostName: "OutlookWebApp", mailbox: "1.16", signsIn: true, composes: true, stale: false, emptyPictures: false, discards: "deletions" },
    { id: "new", title: "New Outlook", platform: "OfficeOnline", hostName: "newOutlookWindows", mailbox: "1.16", signsIn: true, composes: true, stale: false, emptyPictures: false, discards: "deleteditems" },
    { id: "classic", title: "Classic Outlook", platform: "PC", hostName: "Outlook", mailbox: "1.16", signsIn: true, composes: true, stale: true, emptyPictures: true, discards: "deletions" },
    { id: "mac", title: "Outlook on a Mac", platform: "Mac", hostName: "Outlook", mailbox: "1.14", signsIn: true, composes: true, stale: false, emptyPictures: false, discards: "deletions" },
    { id: "ltsc2024", title: "Outlook LTSC 2024", platform: "PC", hostName: "Outlook", mailbox: "1.14", signsIn: true, composes: true, stale: true, emptyPictures: true, discards: "deletions" },
    { id: "ltsc2021", title: "Outlook LTSC 2021", platform: "PC", hostName: "Outlook", mailbox: "1.9", signsIn: false, composes: true, stale: true, emptyPictures: true, discards: "deletions" },
    { id: "mobile", title: "Outlook on a phone", platform: "iOS", hostName: "OutlookIOS", mailbox: "1.5", signsIn: true, composes: false, stale: false, emptyPictures: false, discards: "deletions" },
]

/** All of them, the one that is imitated unless another is asked for first. */
export const profiles = (): readonly Profile[] => PROFILES

/** The one that a window's query asks for. @throws RangeError for a name that is none. */
export function profileOf(query: string): Profile {
    const wanted = new URLSearchParams(query).get("host") ?? "web"
    const found = PROFILES.find(({ id }) => id === wanted)
    if (found === undefined) throw new RangeError(`the sandbox imitates no ${wanted}`)
    return found
}

const parts = (version: string): [number, number] => {
    const [major = 0, minor = 0] = version.split(".").map(Number)
    return [major, minor]
}

/** Whether the version `held` is `wanted` or newer. */
export function isAtLeast(held: string, wanted: string): boolean {
    const [[major, minor], [wantedMajor, wantedMinor]] = [parts(held), parts(wanted)]
    return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

const COMMON: Readonly<Record<string, string>> = { openbrowserwindowapi: "1.1" }
const DOCUMENT: Readonly<Record<string, string>> = {
    ...COMMON, file: "1.1", compressedfile: "1.1", pdffile: "1.1", selection: "1.1", textcoercion: "1.1",
}

/** The requirement sets of a client, by lower-case name. */
export function setsOf(profile: Profile, app: "Outlook" | "Word" | "Excel"): Readonly<Record<string, string>> {
    const own = app === "Outlook" ? { ...COMMON, mailbox: profile.mailbox } : { ...DOCUMENT, ...(app === "Word" ? { htmlcoercion: "1.1" } : {}) }
    return profile.signsIn ? { ...own, nestedappauth: "1.1" } : own
}
