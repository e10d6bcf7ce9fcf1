/** Entry of the windows' pages: mail, or a document. What a page is about, its data attributes say. */
import { profileOf, profiles } from "./profiles.ts"
import { Api, type Person } from "./window/api.ts"
import { App } from "./window/app.ts"
import { chooser } from "./window/chooser.ts"
import { DocumentWindow } from "./window/document.ts"
import { faultsOf } from "./window/faults.ts"

const { as: address = "", name = "", addin = "", senders = "[]", app = "Outlook" } = document.body.dataset
const setting = {
    profile: profileOf(location.search), api: new Api(address), address, name, addin,
    senders: JSON.parse(senders) as Person[], faults: faultsOf(location.search),
}

function mail(): void {
    const window = new App({ ...setting, app: "Outlook" })
    const draft = new URLSearchParams(location.search).get("draft")
    if (draft !== null) void window.openDraft(draft)
    void window.watch()
}

chooser(profiles(), setting.profile)
if (app === "Word" || app === "Excel") new DocumentWindow({ ...setting, app })
else mail()
