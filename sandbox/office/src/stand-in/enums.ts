/** The constants of Office.js that add-ins compare with. */
export const enums = {
    AsyncResultStatus: { Succeeded: "succeeded", Failed: "failed" },
    CoercionType: { Text: "text", Html: "html" },
    HostType: { Outlook: "Outlook", Word: "Word", Excel: "Excel" },
    PlatformType: { PC: "PC", OfficeOnline: "OfficeOnline", Mac: "Mac", iOS: "iOS", Android: "Android" },
    EventType: {
        ItemChanged: "olkItemSelectedChanged",
        RecipientsChanged: "olkRecipientsChanged",
        AttachmentsChanged: "olkAttachmentsChanged",
        OfficeThemeChanged: "officeThemeChanged",
    },
    FileType: { Text: "text", Compressed: "compressed", Pdf: "pdf" },
    MailboxEnums: {
        ItemType: { Message: "message", Appointment: "appointment" },
        BodyType: { Text: "text", Html: "html" },
        RecipientType: {
            User: "user", ExternalUser: "externalUser", DistributionList: "distributionList", Other: "other",
        },
        ItemNotificationMessageType: {
            ProgressIndicator: "progressIndicator",
            InformationalMessage: "informationalMessage",
            ErrorMessage: "errorMessage",
            InsightMessage: "insightMessage",
        },
        RestVersion: { v1_0: "v1.0", v2_0: "v2.0", Beta: "beta" },
    },
} as const

/** Requirement sets of the client that is imitated: Outlook on the web, but no newer than what is built here. */
const SETS: Readonly<Record<string, string>> = {
    mailbox: "1.14",
    nestedappauth: "1.1",
    openbrowserwindowapi: "1.1",
}

const parts = (version: string): [number, number] => {
    const [major = 0, minor = 0] = version.split(".").map(Number)
    return [major, minor]
}

/** Office.context.requirements.isSetSupported. */
export function isSetSupported(name: string, least: number | string = "1.1"): boolean {
    const held = SETS[name.toLowerCase()]
    if (held === undefined) return false
    const [major, minor] = parts(held)
    const [wantedMajor, wantedMinor] = parts(String(least))
    return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}
