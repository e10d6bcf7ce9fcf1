/** Letters of one's own that wait for a reader's key: listed, given, ended (docs/spec/waiting.md). For the pane, and for the page at the portal. */
export * from "./granting.ts"
export * from "./list.ts"
