/** A person's own key in a page: become its holder, open it, keep it for the session, read with it. */
export * from "./answering.ts"
export * from "./code.ts"
export {
    fetchOwn, fetchSlots, isSame, KeyNeeded, NoSlot, type Asked, type Openable, type OwnDesk, type OwnState, type Passkeys, type SlotLine,
} from "./desk.ts"
export * from "./enrol.ts"
export * from "./hints.ts"
export * from "./opened.ts"
export * from "./pairing.ts"
export { forgetPane, paneStorage, reopenPane, type PaneDesk, type PanePerson, type PaneStorage, type Reopened } from "./pane.ts"
export { forgetOwn, getOwn, putOwn } from "./shelf.ts"
export * from "./slots.ts"
export { watchSteps, type Watch } from "./step.ts"
export * from "./unlock.ts"
