/** The little of the DOM that pane and pages need, without ever parsing markup. */

type Child = Node | string
type Attributes = Readonly<Record<string, string>>

const SVG = "http://www.w3.org/2000/svg"

/** A new element; an empty string is an attribute without a value. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag, attributes: Attributes = {}, ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
    const made = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
    made.append(...children)
    return made
}

/** The one element that `selector` names. @throws Error if the template lacks it or it is another kind. */
export function find<Kind extends Element>(
    selector: string, kind: new () => Kind, root: ParentNode = document
): Kind {
    const found = root.querySelector(selector)
    if (found instanceof kind) return found
    throw new Error(`the page lacks ${selector}`)
}

/** A drawing from the page's sprite (templates/parts/icons.html); hidden from screen readers. */
export function icon(name: string): SVGSVGElement {
    const svg = document.createElementNS(SVG, "svg")
    svg.setAttribute("class", "i")
    svg.setAttribute("aria-hidden", "true")
    const use = document.createElementNS(SVG, "use")
    use.setAttribute("href", `#i-${name}`)
    svg.append(use)
    return svg
}

/** What an element's `data-` attribute says. @throws Error if the template lacks it. */
export function fact(host: HTMLElement, name: string): string {
    const value = host.dataset[name]
    if (value === undefined) throw new Error(`the page lacks data-${name}`)
    return value
}

/** Move focus to something that is not a control, so that it is read out. */
export function focusOn(target: HTMLElement): void {
    if (!target.hasAttribute("tabindex")) target.tabIndex = -1
    target.focus({ preventScroll: false })
}
