/** Notice when nobody has touched the page for a while. */

const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "touchstart"] as const

export interface Watch {
    readonly stop: () => void
    /** Signs of life come from here too. */
    readonly also: (place: EventTarget) => void
}

/**
 * Call `away` once, after `limit` milliseconds without a sign of life in the page or where it `also` looks.
 *
 * A device that slept wakes up late: the time is looked at, not only counted.
 */
export function watchIdle(limit: number, away: () => void): Watch {
    let last = Date.now()
    const live = new AbortController()
    const sign = (): void => { if (!late()) last = Date.now() }
    const late = (): boolean => {
        if (Date.now() - last < limit) return false
        live.abort()
        away()
        return true
    }
    const also = (place: EventTarget): void => {
        for (const name of SIGNS) place.addEventListener(name, sign, { passive: true, capture: true, signal: live.signal })
    }
    also(window)
    document.addEventListener("visibilitychange", late, { signal: live.signal })
    const timer = setInterval(late, Math.min(limit, 15_000))
    live.signal.addEventListener("abort", () => { clearInterval(timer) })
    return { stop: () => { live.abort() }, also }
}
