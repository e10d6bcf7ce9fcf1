/* global document, BroadcastChannel */
// At the head of each script of the proof's build: one await, which may be the last.
globalThis.__await ??= (() => {
    const { plan, which } = typeof document === "undefined" ? JSON.parse(globalThis.name) : { plan: globalThis.__plan, which: "" }
    const channel = typeof document === "undefined" ? new BroadcastChannel("awaits") : null
    const tell = (one) => { channel === null ? globalThis.__told(one) : channel.postMessage(one) }
    const times = new Map()
    const never = new Promise(() => undefined)
    return async (place, work) => {
        const name = place + which
        const time = (times.get(name) ?? 0) + 1
        times.set(name, time)
        const reach = (moment) => {
            const ends = plan !== null && plan.place === name && plan.time === time && plan.moment === moment
            tell({ place: name, time, moment, ends })
            return ends
        }
        if (reach("before")) await never
        const begun = work()
        if (reach("during")) await never
        try {
            return await begun
        } finally {
            if (reach("after")) await never
        }
    }
})()
