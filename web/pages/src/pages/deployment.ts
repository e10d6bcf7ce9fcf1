/** The page `/deployment`: files, links and scripts for whoever administers the firm's Microsoft 365. */

import { Api, find, Problem, say } from "@letterlock/kit"
import { deploymentTrouble, showDeployment } from "@letterlock/kit/deployment/index"

async function start(): Promise<void> {
    const api = new Api("/api/v1/set-up/deployment")
    try {
        await showDeployment({
            facts: () => api.get(""),
            file: (kind, sendMode) => api.bytes(`/${kind}?send_mode=${sendMode}`),
        })
    } catch (error) {
        const closed = error instanceof Problem && error.status === 401
        find("#closed", HTMLElement).hidden = !closed
        find("#lead", HTMLElement).hidden = closed
        if (!closed) deploymentTrouble(say("deployment.failed"))
    }
}

void start()
