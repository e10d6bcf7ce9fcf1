/** The letter's editor and its toolbar. */
export * from "./editor.ts"
export * from "./toolbar.ts"
