/** Drops whose files stand in the text: whoever holds the editor must not take them too. */

const taken = new WeakSet<Event>()

export const take = (event: Event): void => { taken.add(event) }
export const isTaken = (event: Event): boolean => taken.has(event)
