/** Entry of the Outlook window's page. What it is about, the page's data attributes say. */
import { profileOf, profiles } from "./profiles.ts"
import { Api, type Person } from "./window/api.ts"
import { App } from "./window/app.ts"
import { chooser } from "./window/chooser.ts"
import { faultsOf } from "./window/faults.ts"

const { as: address = "", name = "", addin = "", senders = "[]" } = document.body.dataset
const app = new App({
    app: "Outlook", profile: profileOf(location.search), api: new Api(address), address, name, addin,
    senders: JSON.parse(senders) as Person[], faults: faultsOf(location.search),
})
chooser(profiles(), profileOf(location.search))
const draft = new URLSearchParams(location.search).get("draft")
if (draft !== null) void app.openDraft(draft)
void app.watch()
