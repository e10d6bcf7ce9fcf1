/** An add-in of the tests: the unmodified msal-browser in a frame of the Outlook window. */
import { createNestablePublicClientApplication, InteractionRequiredAuthError } from "@azure/msal-browser"

const scopes = [`api://${document.body.dataset["client"]}/access_as_user`]
const app = (authority: string) =>
    createNestablePublicClientApplication({
        auth: {
            clientId: document.body.dataset["client"] ?? "", authority,
            knownAuthorities: [new URL(authority).host], // else MSAL's cache knows no such environment
        },
        cache: { cacheLocation: "memoryStorage" },
    })

const asPromise = (call: (done: (result: Office.AsyncResult<unknown>) => void) => void) =>
    new Promise((resolve) => call(({ status, value, error }) => resolve({ status, value, code: error?.code })))

Object.assign(window, {
    heard: [] as unknown[],
    ready: () => Office.onReady(),
    silent: async (claims?: string) => {
        const client = await app(document.body.dataset["authority"] ?? "")
        const request = { scopes, ...(claims === undefined ? {} : { claims }) }
        const first = await client.acquireTokenSilent(request).catch((error: unknown) => {
            if (error instanceof InteractionRequiredAuthError) return client.acquireTokenPopup(request)
            throw error
        })
        const again = claims === undefined ? await client.acquireTokenSilent(request) : first
        return { token: first.accessToken, cached: again.fromCache, username: first.account.username }
    },
    failing: () => app(document.body.dataset["authority"] ?? "").then((client) => client.acquireTokenSilent({ scopes }))
        .then(() => "token", (error: { errorCode: string }) => error.errorCode),
    office: (path: string, ...args: unknown[]) => asPromise((done) => {
        const names = path.split(".")
        const last = names.pop() ?? ""
        const owner = names.reduce((at, name) => at[name], Office.context.mailbox.item as any)
        owner[last](...args, done)
    }),
    listen: () => asPromise((done) => (Office.context.mailbox.item as any).addHandlerAsync(
        Office.EventType.RecipientsChanged, (args: unknown) => (window as any).heard.push(args), done)),
    supported: (name: string, version: string) => Office.context.requirements.isSetSupported(name, version),
})
