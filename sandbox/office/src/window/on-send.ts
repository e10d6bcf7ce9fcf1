/**
 * OnMessageSend as Outlook raises it under SoftBlock: the add-in's event page in a hidden frame, and
 * the dialog that it may ask for. What the dialog's buttons do, each client decides (docs/sandbox.md).
 */
import { isAtLeast, type Profile } from "../profiles.ts"
import { button, el } from "./dom.ts"
import { Pane, type Table } from "./pane.ts"
import { text, type Setting } from "./tables.ts"

/** As the add-in's manifest names them; the sandbox does not read it. */
const HANDLER = "onMessageSendHandler"
const PAGE = "/guard/launchevent.html"
const STARTING = 5000
const LATEST = 300_000

/** What the add-in said; `away`: it could not be loaded, or said nothing; `mute`: loaded, without its handler. */
type Outcome = Readonly<Record<string, unknown>> | "away" | "mute"
type Choice = "send" | "stay" | "act"

/**
 * Whether a mail may go.
 *
 * @param table - What the add-in may ask of it.
 * @param act - Opens the add-in's pane, with the context that the add-in gave.
 */
export async function maySend(setting: Setting, table: () => Table, act: (context: string) => void): Promise<boolean> {
    if (setting.addin === "" || !isAtLeast(setting.profile.mailbox, "1.12") || setting.profile.platform === "iOS") return true
    const outcome = await raised(setting, table())
    if (typeof outcome === "object" && outcome["allowEvent"] === true) return true
    const choice = await asked(setting.profile, outcome)
    if (choice === "act" && typeof outcome === "object") act(text(outcome["contextData"]))
    return choice === "send"
}

function raised(setting: Setting, table: Table): Promise<Outcome> {
    return new Promise((resolve) => {
        let [isThere, isBound] = [false, false]
        const end = (outcome: Outcome): void => {
            runtime.remove()
            resolve(outcome)
        }
        const runtime: Pane = new Pane(new URL(PAGE, setting.addin).href, {
            ...table,
            hello: () => {
                isThere = true
                return table["hello"]?.()
            },
            "event.associated": (name) => {
                if (name !== HANDLER || isBound) return
                isBound = true
                runtime.tell("event", HANDLER)
            },
            "event.completed": (options) => { end(options as Outcome) },
        }, setting.faults, () => undefined, "Event")
        runtime.root.style.display = "none"
        document.body.append(runtime.root)
        setTimeout(() => { if (!isBound) end(isThere ? "mute" : "away") }, STARTING)
        setTimeout(() => { end("away") }, LATEST)
    })
}

function asked(profile: Profile, outcome: Outcome): Promise<Choice> {
    const said = typeof outcome === "object" ? outcome : {}
    const words = outcome === "away" ? "Letterlock is unavailable and can't check your message." : text(said["errorMessage"])
    return new Promise((resolve) => {
        const dialog = el("dialog", { class: "send-alert", "aria-labelledby": "send-alert-title" })
        const answer = (choice: Choice) => (): void => {
            dialog.close()
            dialog.remove()
            resolve(choice)
        }
        dialog.append(el("h2", { id: "send-alert-title" }, "Letterlock"),
            el("p", {}, words || "Letterlock is preventing this email from being sent."), ...buttonsOf(profile, outcome, answer))
        dialog.addEventListener("cancel", answer("stay"))
        document.body.append(dialog)
        dialog.showModal()
    })
}

function buttonsOf(profile: Profile, outcome: Outcome, answer: (choice: Choice) => () => void): HTMLElement[] {
    const said = typeof outcome === "object" ? outcome : {}
    const knowsCommands = isAtLeast(profile.mailbox, "1.14") && text(said["commandId"]) !== ""
    const label = text(said["cancelLabel"])
    const isNew = profile.mailbox !== "1.14"   // before, "Don't Send" itself opens the pane
    const buttons = isNew
        ? [...(knowsCommands ? [button(label || "Take Action", answer("act"), { class: "primary" })] : []), button("Don't Send", answer("stay"))]
        : [button(label || "Don't Send", answer(knowsCommands ? "act" : "stay"), { class: "primary" })]
    const maySendAnyway = outcome === "away" || (knowsCommands && said["sendModeOverride"] === "promptUser")
    return maySendAnyway ? [...buttons, button("Send Anyway", answer("send"))] : buttons
}
