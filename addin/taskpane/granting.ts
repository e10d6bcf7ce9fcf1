/** Let one more person read a letter that was sent, from the pane. */

import type { Person } from "@letterlock/kit"
import type { OpenLetter } from "@letterlock/kit/reading/index"
import { addLateReader, type GrantingDesk } from "@letterlock/kit/waiting/index"
import type { Desk } from "@letterlock/kit/writing/index"

/** What granting takes of the pane's desk, whose person may have another key by the time of a call. */
export const grantingDesk = ({ call, crypto, log, own, me: { directoryKey } }: Desk): GrantingDesk =>
    ({ call, crypto, log, directoryKey, ...(own === undefined ? {} : { own }) })

/** @throws as addLateReader of the kit: then nothing was changed. */
export async function addReader(desk: Desk, letter: Pick<OpenLetter, "id">, person: Person): Promise<void> {
    await addLateReader(grantingDesk(desk), letter.id, person)
}
