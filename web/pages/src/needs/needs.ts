/**
 * What this browser lacks to open a letter: said on the page, and told to the server for whoever helps.
 *
 * Runs before the page's own script, and where that one does not even start: a classic script of
 * the oldest syntax that our build writes, and nothing newer than XMLHttpRequest.
 * The names are those of docs/spec/http.md section 4.
 */

type Need = "cookies" | "cryptography" | "scripts" | "workers"

/** Each is asked of an engine of which nothing is sure, whatever its types say. */
const has: Readonly<Record<Need, (scope: Scope) => boolean>> = {
    cookies: ({ navigator }) => navigator.cookieEnabled,
    cryptography: ({ crypto }) => crypto?.subtle !== undefined,
    scripts: ({ AbortSignal, URL }) =>
        "noModule" in document.createElement("script") && AbortSignal?.any !== undefined && URL?.canParse !== undefined,
    workers: ({ Worker }) => Worker !== undefined,
}

interface Scope {
    readonly navigator: { readonly cookieEnabled: boolean }
    readonly crypto?: { readonly subtle?: object }
    readonly AbortSignal?: { readonly any?: unknown }
    readonly URL?: { readonly canParse?: unknown }
    readonly Worker?: unknown
}

function start(): void {
    const names: readonly Need[] = ["cookies", "cryptography", "scripts", "workers"]
    const lacks = names.filter((name) => !has[name](window as unknown as Scope))
    const note = document.getElementById("lacks")
    if (lacks.length > 0 && note !== null) note.hidden = false
    for (const name of lacks) {
        const line = document.querySelector<HTMLElement>(`[data-need=${name}]`)
        if (line !== null) line.hidden = false
    }
    tell(document.getElementById("main")?.dataset["letter"] ?? "", lacks)
}

/** Not told again when it does not get through: it helps, and nothing depends on it. */
function tell(letter: string, lacks: readonly Need[]): void {
    const call = new XMLHttpRequest()
    call.open("POST", `/api/v1/messages/${letter}/visits`)
    call.setRequestHeader("content-type", "application/json")
    call.setRequestHeader("idempotency-key", `visit-${String(Date.now())}-${String(Math.random()).slice(2)}`)
    call.send(JSON.stringify({ lacks }))
}

start()

export {}   // a file of its own to the compiler; the build makes a plain script of it
