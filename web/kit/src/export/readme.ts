/** What the README of an export says. It holds nothing of the letters. */

import { say } from "../words.ts"

/** Ten plain lines, with the line ends that every text editor shows. */
export function readme(name: string): string {
    const lines = [
        say("export.readme.what", { name }),
        say("export.readme.holder"),
        "",
        say("export.readme.reader"),
        say("export.readme.unpacked"),
        "",
        say("export.readme.age"),
        "    age -d -i identity.txt message.age",
        "    age -d -i identity.txt -o saved-file file-1.age",
        say("export.readme.names"),
        say("export.readme.originals"),
    ]
    return `${lines.join("\r\n")}\r\n`
}
