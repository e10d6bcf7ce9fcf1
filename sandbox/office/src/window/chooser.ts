/** Which client the window imitates; another one is another address. */
import type { Profile } from "../profiles.ts"
import { el, need } from "./dom.ts"

/** Fill the page's list, and go where it points. */
export function chooser(all: readonly Profile[], current: Profile): void {
    const list = need("host") as HTMLSelectElement
    list.append(...all.map(({ id, title }) => el("option", { value: id, selected: id === current.id }, title)))
    list.addEventListener("change", () => {
        const target = new URL(location.href)
        target.searchParams.set("host", list.value)
        location.assign(target)
    })
}
