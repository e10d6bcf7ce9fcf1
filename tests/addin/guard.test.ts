/** The send guard: it runs where there is next to nothing, registers itself, and lets mail go. */

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { createContext, runInContext } from "node:vm"

type Completed = (options: { allowEvent: boolean }) => void
type Handler = (event: { completed: Completed }) => void

const source = readFileSync(new URL("../../addin/guard/launchevent.js", import.meta.url), "utf8")
const manifest = readFileSync(new URL("../../addin/manifest.xml", import.meta.url), "utf8")

/** Runs the guard as classic Outlook does: no DOM, no storage, no imports. */
function load(office: Record<string, unknown> = {}): Map<string, Handler> {
  const handlers = new Map<string, Handler>()
  const actions = { associate: (name: string, handler: Handler) => handlers.set(name, handler) }
  const world = { Office: { actions, ...office }, console, fetch, Promise, setTimeout }
  runInContext(source, createContext(world, { codeGeneration: { strings: false, wasm: false } }))
  return handlers
}

void test("registers the handler that the manifest names, and no other", () => {
  const [, named] = /FunctionName="(\w+)"/.exec(manifest) ?? []
  assert.deepEqual([...load().keys()], [named])
})

void test("completes once and allows the mail", () => {
  const answers: { allowEvent: boolean }[] = []
  load().get("onMessageSendHandler")?.({ completed: (options) => answers.push(options) })
  assert.deepEqual(answers.map(({ allowEvent }) => allowEvent), [true])
  assert.equal(answers.length, 1)
})

void test("registers even where what waits for onReady never runs", () => {
  const neverReady = (): Promise<never> => new Promise<never>(() => undefined)
  assert.equal(load({ onReady: neverReady }).has("onMessageSendHandler"), true)
})

void test("tells Office that the page is ready before it registers", () => {
  const order: string[] = []
  const actions = { associate: () => order.push("associate") }
  load({ actions, onReady: () => order.push("onReady") })
  assert.deepEqual(order, ["onReady", "associate"])
})

void test("is small enough for the five seconds that Outlook waits", () => {
  assert.ok(Buffer.byteLength(source) < 20_000)
})
