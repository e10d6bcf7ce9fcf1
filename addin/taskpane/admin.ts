/** The administrator's page in the pane: the steps that bring the add-in to everybody. */

import { find, Problem, say } from "@letterlock/kit"
import { showDeployment } from "@letterlock/kit/deployment/index"

import { showGuardRules } from "./guard-rules.ts"
import { showLevelRules } from "./level-rules.ts"
import { insideOutlook } from "./office.ts"
import { newSession, startTrouble } from "./start.ts"

const what = find("#what", HTMLElement)
const signInButton = find("#sign-in", HTMLButtonElement)

async function start(): Promise<void> {
    if (!(await insideOutlook())) {
        what.textContent = say("pane.no-office")
        return
    }
    signInButton.addEventListener("click", () => { void show() })
    await show()
}

async function show(): Promise<void> {
    signInButton.hidden = true
    what.textContent = say("pane.starting")
    try {
        const session = await newSession(find("#pane", HTMLElement))
        await session.desk()
        await showDeployment({
            facts: () => session.call((api) => api.get("/deployment")),
            file: (kind, sendMode) => session.call((api) => api.bytes(`/deployment/${kind}?send_mode=${sendMode}`)),
        })
        await showGuardRules(session.call)
        await showLevelRules(session.call)
        what.textContent = ""
    } catch (error) {
        const refused = error instanceof Problem && error.code === "administrators-only"
        what.textContent = refused ? say("deployment.admin-only") : startTrouble(error)
        signInButton.hidden = refused
    }
}

void start()
