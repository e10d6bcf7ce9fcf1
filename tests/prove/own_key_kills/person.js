/* global document, location, navigator, BroadcastChannel, Event, Worker, setInterval, clearInterval */
// Runs before the page's scripts. It is the person at /key, quick and without a mistake, and remembers
// what she has in her hands: the recovery code once it was shown, and what her passkey gave.
(() => {
    if (location.pathname !== "/key") return
    const { plan, password } = globalThis.__proof
    const state = { told: [], ended: false, done: false, code: null, prf: [], trouble: null }
    globalThis.__state = state
    globalThis.__plan = plan
    globalThis.__told = (one) => {
        state.told.push(one)
        if (one.ends) state.ended = true
    }
    globalThis.__channel = new BroadcastChannel("awaits")
    globalThis.__channel.onmessage = ({ data }) => { globalThis.__told(data) }

    const started = {}
    globalThis.Worker = class extends Worker {
        constructor(address, options) {
            const script = /worker|argon2/u.exec(String(address))[0]
            const number = started[script] = (started[script] ?? 0) + 1
            super(address, { ...options, name: JSON.stringify({ plan, which: number === 1 ? "" : ` (worker ${number})` }) })
        }
    }
    if (navigator.credentials !== undefined) {
        const get = navigator.credentials.get.bind(navigator.credentials)
        navigator.credentials.get = async (options) => {
            const made = await get(options)
            const first = made?.getClientExtensionResults().prf?.results?.first
            if (first !== undefined) state.prf.push(Array.from(new Uint8Array(first)))
            return made
        }
    }

    const at = (selector) => document.querySelector(selector)
    const sees = (selector) => at(selector)?.checkVisibility() === true
    const did = new Set()
    const once = (what, work) => {
        if (did.has(what)) return
        did.add(what)
        work()
    }
    const type = (selector, value) => {
        at(selector).value = value
        at(selector).dispatchEvent(new Event("input", { bubbles: true }))
    }
    const choose = () => {
        if (password === null) once("make", () => { at("#make-passkey").click() })
        else if (sees("#way-password")) {
            once("password", () => {
                type("#password", password)
                at("#way-password").requestSubmit()
            })
        } else once("instead", () => { at("#to-password").click() })
    }
    const finish = () => {
        const groups = Array.from(document.querySelectorAll("#slip-code li"), ({ textContent }) => textContent)
        state.code = groups.join("-")
        for (const selector of ["#group-1", "#group-2"]) type(selector, groups[Number(at(selector).getAttribute("aria-label").replace(/\D/gu, "")) - 1])
        if (password !== null) type("#again", password)
        at("#understood").click()
        at("#finish").requestSubmit()
    }
    const timer = setInterval(() => {
        if (document.readyState === "loading" || at("[data-stage]") === null) return
        for (const note of document.querySelectorAll("[data-trouble]")) if (note.checkVisibility()) state.trouble = note.textContent.trim()
        if (sees("[data-stage=done]")) {
            state.done = true
            clearInterval(timer)
        } else if (sees("#slip-code")) once("finish", finish)
        else if (sees("#way-passkey") || sees("#way-password")) choose()
    }, 10)
})()
