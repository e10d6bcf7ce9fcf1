/** How Outlook begins a reply or a forward: the mail that is answered stands below. */
import type { Message } from "./api.ts"
import type { Compose } from "./compose.ts"
import { el, moment } from "./dom.ts"
import { harmless } from "./rich.ts"
import { written } from "./people.ts"

function below(compose: Compose, message: Message): void {
    const head = ([
        ["From", written(message.from)], ["Sent", moment(message.sent)],
        ["To", message.to.map(written).join("; ")], ["Subject", message.subject],
    ] as const).flatMap(([term, said]) => [el("strong", {}, `${term}: `), said, el("br")])
    const quoted = message.html === null ? [el("pre", {}, message.text)] : harmless(message.html)
    compose.body.root.replaceChildren(el("div", {}, el("br")), el("hr"), el("div", {}, ...head), el("blockquote", {}, ...quoted as HTMLElement[]))
}

const titled = (subject: string, mark: string): string =>
    subject.toLowerCase().startsWith(mark.toLowerCase()) ? subject : `${mark} ${subject}`

/** Make `compose` a reply to the sender. */
export function answered(compose: Compose, message: Message): void {
    compose.kind = "reply"
    compose.setPeople("to", message.from.address)
    compose.subject = titled(message.subject, "RE:")
    below(compose, message)
}

/** Make `compose` a forward, to nobody yet. */
export function forwarded(compose: Compose, message: Message): void {
    compose.kind = "forward"
    compose.subject = titled(message.subject, "FW:")
    below(compose, message)
    compose.files.restore(message.attachments)
}
