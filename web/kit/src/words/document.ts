/** What is said in Word and Excel. */
export const DOCUMENT = {
    "document.reading": "Reading the document.",
    "document.added": "The document is in the letter, as it was when you pressed. The document itself stays where it is, as it is.",
    "document.selected": "What you selected stands in the letter.",
    "document.nothing": "Nothing is selected. Select something in the document, then press again.",
    "document.later": "You are not signed in yet, or the letter is on its way. Nothing was added; press again in a moment.",
    "document.empty": "Office gave an empty file. Nothing was added. Add the document itself instead, or save it and use Add files.",
    "document.other": "Office did not give a whole file. Nothing was added. Save the document, then use Add files.",
    "document.large": "The document has more than {size}, the most that a letter takes of one file. Nothing was added.",
    "document.failed": "Office did not give it. Nothing was added and nothing is lost; press again, or save the document and use Add files.",
    "document.none": "This Office does not hand over its document. Save it, then use Add files; a selection can be added here.",
    "document.untitled.word": "Document",
    "document.untitled.excel": "Workbook",
} as const
