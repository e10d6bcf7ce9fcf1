/**
 * Every await of becoming self-held goes through here, numbered in its order, so that a run can stop
 * the browser before each of them and look at what still opens.
 */

/** Told before a step begins; what it throws, or never resolves, ends the flow there. */
export type Watch = (number: number, name: string) => Promise<void> | void

let watch: Watch | null = null
let count = 0

/** Watch all steps from now on, counted from 1; null ends it. For tests alone. */
export function watchSteps(next: Watch | null): void {
    watch = next
    count = 0
}

/** One await of a flow. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
    count += 1
    if (watch !== null) await watch(count, name)
    return work()
}
