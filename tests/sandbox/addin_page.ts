/** An add-in of the tests: the unmodified msal-browser in a frame of the Outlook window. */
import { createNestablePublicClientApplication, InteractionRequiredAuthError } from "@azure/msal-browser"

type Done = (result: Office.AsyncResult<unknown>) => void
type Member = (...args: unknown[]) => void

const scopes = [`api://${document.body.dataset["client"]}/access_as_user`]
const heard: unknown[] = []
const app = (authority: string) =>
    createNestablePublicClientApplication({
        auth: {
            clientId: document.body.dataset["client"] ?? "", authority,
            knownAuthorities: [new URL(authority).host], // else MSAL's cache knows no such environment
        },
        cache: { cacheLocation: "memoryStorage" },
    })

const asPromise = (call: (done: Done) => void) =>
    new Promise((resolve) => {
        call((result) => {
            const failed = result.status === Office.AsyncResultStatus.Failed
            resolve({ status: result.status, value: result.value, code: failed ? result.error.code : undefined })
        })
    })

/** The member of the open item at a dotted path, bound to its owner. */
function member(path: string): Member {
    const names = path.split(".")
    const last = names.pop() ?? ""
    let owner = Office.context.mailbox.item as unknown as Record<string, unknown>
    for (const name of names) owner = owner[name] as Record<string, unknown>
    return (owner[last] as Member).bind(owner)
}

Object.assign(window, {
    heard,
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
    failing: async () => {
        const client = await app(document.body.dataset["authority"] ?? "")
        try {
            return (await client.acquireTokenSilent({ scopes })).accessToken && "token"
        } catch (error) {
            return (error as { errorCode: string }).errorCode
        }
    },
    office: (path: string, ...args: unknown[]) => asPromise((done) => { member(path)(...args, done) }),
    listen: () => asPromise((done) => {
        member("addHandlerAsync")(Office.EventType.RecipientsChanged, (args: unknown) => { heard.push(args) }, done)
    }),
    supported: (name: string, version: string) => Office.context.requirements.isSetSupported(name, version),
})
