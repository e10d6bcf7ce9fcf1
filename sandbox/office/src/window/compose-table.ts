/** What the add-in may ask of a message that is being written. */
import { detailsOf } from "./attachments.ts"
import { FIELDS, type Compose, type Field } from "./compose.ts"
import { Refusal } from "./faults.ts"
import type { Table } from "./pane.ts"
import { details, taken, written } from "./people.ts"
import { common, contentOf, ews, hello, isHtml, notifications, text, type Setting } from "./tables.ts"

const MOST_HTML = 1_000_000   // characters that setAsync takes

function recipients(compose: Compose, field: Field, domain: string): Table {
    const set = (people: unknown, before: string): void => {
        compose.setPeople(field, [before, ...taken(people).map(written)].filter((one) => one !== "").join("; "))
    }
    return {
        [`${field}.get`]: () => compose.toldPeople(field).map((one) => details(one, domain)),
        [`${field}.set`]: (people) => { set(people, "") },
        [`${field}.add`]: (people) => { set(people, compose.people(field).map(written).join("; ")) },
    }
}

function headers(compose: Compose): Table {
    const names = (given: unknown): string[] => (Array.isArray(given) ? given.map(String) : [])
    return {
        "internetHeaders.get": (wanted) => Object.fromEntries(
            names(wanted).filter((name) => name in compose.headers).map((name) => [name, compose.headers[name]])),
        "internetHeaders.set": (given) => { Object.assign(compose.headers, given) },
        "internetHeaders.remove": (given) => {
            for (const name of names(given)) Reflect.deleteProperty(compose.headers, name)
        },
    }
}

function body(compose: Compose): Table {
    const whole = (html: string): string => `<html><head></head><body>${html}</body></html>`
    return {
        "body.getType": () => "html",
        "body.get": (kind) => (kind === "html" ? whole(compose.toldBody("html")) : compose.toldBody("text")),
        "body.set": (value, options) => {
            if (text(value).length > MOST_HTML) throw new Refusal(1007)
            if (isHtml(options)) compose.body.html = text(value)
            else compose.body.text = text(value)
            if (!compose.body.hasPictures) compose.files.restore(compose.files.all.filter(({ inline }) => !inline))
            compose.changed()
        },
        "body.prepend": (value, options) => {
            compose.body.add(text(value), isHtml(options), true)
            compose.changed()
        },
        "body.append": (value, options) => {
            compose.body.add(text(value), isHtml(options), false)
            compose.changed()
        },
    }
}

function attachments(setting: Setting, compose: Compose): Table {
    const { files } = compose
    return {
        "attachments.get": () => files.all.map(detailsOf),
        "attachments.content": (id) => {
            const found = files.all.find((one) => one.id === id)
            if (found === undefined) throw new Refusal(9020)
            return contentOf(setting, found)
        },
        // A picture in the text goes with the text only.
        "attachments.remove": (id) => {
            const found = files.all.find((one) => one.id === id)
            if (found?.inline === true || !files.remove(text(id))) throw new Refusal(9020)
        },
        "attachments.add": (content, name) => {
            const file = { id: crypto.randomUUID(), name: text(name), type: "application/octet-stream", content: text(content), inline: false }
            files.add(file)
            return file.id
        },
    }
}

function session(compose: Compose): Table {
    return {
        "sessionData.get": (name) => compose.session.get(text(name)) ?? "",
        "sessionData.set": (name, value) => void compose.session.set(text(name), text(value)),
        "sessionData.all": () => Object.fromEntries(compose.session),
        "sessionData.remove": (name) => void compose.session.delete(text(name)),
        "sessionData.clear": () => { compose.session.clear() },
    }
}

function life(compose: Compose): Table {
    const saved = (): string => {
        if (compose.id === null) throw new Refusal(9020)
        return ews(compose.id)
    }
    return {
        "composeType.get": () => ({ composeType: compose.kind, coercionType: "html" }),
        "itemId.get": saved,
        "signature.isEnabled": () => false,
        "signature.disable": () => undefined,
        save: async () => ews(await compose.save().catch(() => { throw new Refusal(9021) })),
        close: (options) => {
            const discard = typeof options === "object" && options !== null && "discardItem" in options && options.discardItem === true
            setTimeout(() => void compose.close(discard))
        },
        send: () => compose.send(),
    }
}

/** Calls of the compose pane. */
export function composeTable(setting: Setting, compose: Compose): Table {
    const domain = setting.address.slice(setting.address.lastIndexOf("@") + 1)
    return Object.assign({}, common(setting), headers(compose), body(compose), attachments(setting, compose), session(compose),
        life(compose), notifications(compose.notes), ...FIELDS.map((field) => recipients(compose, field, domain)), {
            hello: () => hello(setting, "compose", null),
            "initializationContext.get": () => compose.context,
            "from.get": () => ({ displayName: compose.from.name, emailAddress: compose.from.address, recipientType: "user" }),
            "subject.get": () => compose.subject,
            "subject.set": (subject: unknown) => { compose.subject = text(subject).slice(0, 255) },
        }) as Table
}
