/** Show what can be shown; what cannot takes nothing else with it. */

/**
 * Do something with each item in turn.
 *
 * @param instead - Called for an item that `show` failed with, so that its place is not empty.
 * @returns How many failed.
 */
export async function showEach<Item>(
    items: Iterable<Item>, show: (item: Item, index: number) => Promise<void> | void, instead: (item: Item, index: number) => void,
): Promise<number> {
    let failed = 0
    let index = 0
    for (const item of items) {
        try {
            await show(item, index)
        } catch {
            failed += 1
            instead(item, index)
        }
        index += 1
    }
    return failed
}
