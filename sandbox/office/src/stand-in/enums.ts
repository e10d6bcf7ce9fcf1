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
        InitializationContextChanged: "olkInitializationContextChanged",
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
        AttachmentType: { File: "file", Item: "item", Cloud: "cloud" },
        AttachmentContentFormat: { Base64: "base64", Url: "url", Eml: "eml", ICalendar: "iCalendar" },
        RestVersion: { v1_0: "v1.0", v2_0: "v2.0", Beta: "beta" },
    },
} as const
