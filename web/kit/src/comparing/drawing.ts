/** A QR code on the page: dark on white in every colour scheme, else cameras do not read it. */

const SVG = "http://www.w3.org/2000/svg"

/** A drawing that is read out as `label`. */
export function drawCode(squares: readonly (readonly boolean[])[], label: string): SVGSVGElement {
    const size = String(squares.length)
    const svg = part("svg", { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": label, "shape-rendering": "crispEdges" })
    svg.append(part("rect", { width: size, height: size, fill: "#fff" }), part("path", { d: squares.map(rowPath).join(""), fill: "#000" }))
    return svg
}

const rowPath = (row: readonly boolean[], y: number): string =>
    row.map((dark, x) => dark ? `M${String(x)} ${String(y)}h1v1h-1z` : "").join("")

function part<Tag extends keyof SVGElementTagNameMap>(tag: Tag, attributes: Readonly<Record<string, string>>): SVGElementTagNameMap[Tag] {
    const made = document.createElementNS(SVG, tag)
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
    return made
}
