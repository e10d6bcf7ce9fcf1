/** What this device is called until its owner calls it otherwise. */

import { say, type WordKey } from "@letterlock/kit"

type Name = Extract<WordKey, `key.device.${string}`>

// In this order: an Android says Linux too, and an iPhone says Mac.
const SIGNS: readonly (readonly [RegExp, Name])[] = [
    [/iPhone/u, "key.device.iphone"], [/iPad/u, "key.device.ipad"], [/Android/u, "key.device.android"], [/CrOS/u, "key.device.chromebook"],
    [/Windows/u, "key.device.windows"], [/Macintosh/u, "key.device.mac"], [/Linux/u, "key.device.linux"],
]

/** @param agent - `navigator.userAgent` */
export function deviceName(agent: string): string {
    return say(SIGNS.find(([sign]) => sign.test(agent))?.[1] ?? "key.device.other")
}
