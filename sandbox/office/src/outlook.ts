/** Entry of the Outlook window's page. What it is about, the page's data attributes say. */
import { Api } from "./window/api.ts"
import { App } from "./window/app.ts"
import { faultsOf } from "./window/faults.ts"

const { as: address = "", name = "", addin = "" } = document.body.dataset
const api = new Api(address)
const faults = faultsOf(location.search)
const setting = addin === "" ? null : { api, address, name, addin, faults }
const app = new App(api, setting, address.slice(address.lastIndexOf("@") + 1))
void app.watch()
