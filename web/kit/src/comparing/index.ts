/** Comparing keys with somebody, for the reader's page and for panes. The two scripts beside it are loaded when they are needed. */
export * from "./host.ts"
export * from "./line.ts"
export { compare, type Comparison, type SafetyDesk } from "../safety.ts"
