import assert from "node:assert/strict"
import { test } from "node:test"

import { Files, freeName, Place, sizeWords, typeWords } from "../../src/writing/index.ts"
import { sealer, Server } from "./server.ts"

const file = (name: string, content: BlobPart = "Dear Maya"): File => new File([content], name)
const PDF = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"

async function desk(seal: Partial<typeof sealer> = {}) {
    const server = new Server()
    const own = await server.desk()
    const place = new Place({ ...own, crypto: { ...own.crypto, ...seal } }, null)
    const files = new Files(place, () => undefined)
    return { server, files, place }
}

test("each file is sealed and put up, and the letter names them in their order", async () => {
    const { server, files } = await desk()
    files.add([file("Notes.txt"), file("Accounts.pdf", PDF)])
    const ready = await files.settled()
    assert.deepEqual(ready?.map(({ name, type }) => [name, type]), [["Notes.txt", "text/plain"], ["Accounts.pdf", "application/pdf"]])
    assert.deepEqual(new Set(server.objects.keys()), new Set(ready.map(({ object }) => object)))
    assert.equal(files.total, 9 + PDF.length)
})

test("what cannot be taken says why beside its name, and the others go", async () => {
    const { server, files } = await desk()
    files.add([file("Notes.txt", ""), file("Letter.pdf", "MZ\x90\0 program"), file("Good.txt")])
    files.refuse("Clients")
    assert.equal(await files.settled(), null, "who waits for the files hears of it first")
    const ready = await files.settled()
    assert.deepEqual(ready?.map(({ name }) => name), ["Good.txt"])
    assert.deepEqual(files.rows.filter(({ state }) => state === "refused").map(({ note }) => note), [
        "Notes.txt is empty. It was not added.", "Letter.pdf says it is of the kind “PDF” but is a program. It was not added.",
        "Clients is a folder. It was not added; add the files in it.",
    ])
    assert.equal(server.objects.size, 1)
})

test("a name that no file may have is mended, and the row says so", async () => {
    const { files } = await desk()
    files.add([file("a:b.txt")])
    const [ready] = await files.settled() ?? []
    assert.equal(ready?.name, "a_b.txt")
    assert.match(files.rows[0]?.note ?? "", /now called a_b\.txt/u)
})

test("two files of one name both go, under two names", async () => {
    const { files } = await desk()
    files.add([file("Notes.txt"), file("NOTES.TXT")])
    assert.deepEqual((await files.settled())?.map(({ name }) => name), ["Notes.txt", "NOTES (2).TXT"])
    assert.equal(freeName("x", ["X", "x (2)"]), "x (3)")
})

test("a file that did not go up is tried again with the same bytes, and only then counts", async () => {
    const { server, files } = await desk()
    server.away = true
    files.add([file("Notes.txt")])
    assert.equal(await files.settled(), null)
    const [row] = files.rows
    assert.deepEqual([row?.state, row?.note], ["failed", "It did not go up: no connection."])
    server.away = false
    files.retry(row?.key ?? "")
    assert.equal((await files.settled())?.length, 1)
    const puts = server.asked.filter(({ path }) => path.includes("/objects/"))
    assert.equal(new Set(puts.map(({ path }) => path)).size, 1)
    assert.equal(new Set(puts.map(({ key }) => key)).size, 1)
})

test("a file that came damaged is not kept, and goes again", async () => {
    const { server, files } = await desk()
    server.damage = 1
    files.add([file("Notes.txt")])
    assert.equal(await files.settled(), null)
    assert.equal(files.rows[0]?.note, "It did not go up. It was damaged on the way.")
    assert.equal(server.objects.size, 0)
    files.retry(files.rows[0].key)
    assert.equal((await files.settled())?.length, 1)
})

test("a file that is taken away while it is being sealed leaves nothing", async () => {
    const { server, files } = await desk({
        sealFile: (_draft, options) => new Promise((_resolve, reject) => {
            options?.signal?.addEventListener("abort", () => { reject(new DOMException("", "AbortError")) })
        }),
    })
    files.add([file("Notes.txt")])
    const settled = files.settled()
    files.remove(files.rows[0]?.key ?? "")
    assert.deepEqual(await settled, [])
    assert.deepEqual([files.rows.length, server.objects.size], [0, 0])
})

test("the hundred-and-first file is not taken", async () => {
    const { files } = await desk()
    const of = (n: number) => ({ object: String(n), name: `${String(n)}.txt`, type: "text/plain", size: 1, sha256: "" })
    files.restore(Array.from({ length: 100 }, (_, n) => of(n)))
    files.add([file("One more.txt")])
    assert.match(files.rows.at(-1)?.note ?? "", /100 files at most/u)
    assert.equal((await files.settled())?.length, 100)
})

test("types and sizes are said in words", () => {
    assert.deepEqual(["application/pdf", "image/png", "image/svg+xml", "application/octet-stream"].map(typeWords), ["PDF", "Picture", "Web page", "File"])
    assert.deepEqual([1, 999, 48_211, 999_499, 999_500, 2_400_000, 26_214_400].map(sizeWords), [
        "1 byte", "999 bytes", "48 kB", "999 kB", "1 MB", "2.4 MB", "26 MB",
    ])
})

test("what is stopped while it is on its way can be tried again, and whoever waits for it goes on", async () => {
    const { files } = await desk()
    files.add([file("Notes.txt")])
    const settled = files.settled()
    files.stop()
    assert.deepEqual([await settled, files.rows[0]?.state, files.unsafe, files.busy], [null, "failed", 1, 0])
    files.retry(files.rows[0]?.key ?? "")
    assert.deepEqual([(await files.settled())?.length, files.unsafe], [1, 0])
})

test("a letter with a new place takes its files along, sealed anew; one that is only at the old place says so", async () => {
    const { server, files, place } = await desk()
    files.add([file("Notes.txt")])
    const [before] = await files.settled() ?? []
    files.restore([{ object: "o", name: "Old.pdf", type: "application/pdf", size: 1, sha256: "h" }])
    place.renew()
    assert.equal(await files.settled(), null)
    assert.deepEqual(files.rows.map(({ state, isLost }) => [state, isLost]), [["ready", undefined], ["failed", true]])
    assert.notEqual(files.ready[0]?.object, before?.object)
    files.retry("o")
    assert.equal(files.rows[1]?.state, "failed", "it cannot be tried again")
    files.remove("o")
    assert.deepEqual([(await files.settled())?.length, server.made.size], [1, 2])
})

test("a file whose letter was thrown away in another window goes up to the new place by itself", async () => {
    const { server, files, place } = await desk()
    server.gone.add((await place.where()).id)
    files.add([file("Notes.txt")])
    assert.deepEqual([(await files.settled())?.length, server.made.size, server.objects.size], [1, 2, 1])
})

test("a file that is taken out is forgotten at the server, at the next time if not at once", async () => {
    const { server, files } = await desk()
    const swept = async (left: number): Promise<void> => {
        while (server.objects.size > left) await new Promise((resolve) => { setImmediate(resolve) })
    }
    files.add([file("One.txt"), file("Two.txt"), file("Three.txt")])
    const [one, two] = await files.settled() ?? []
    const keyOf = (object: string | undefined): string => files.rows.find((row) => row.file?.object === object)?.key ?? ""
    server.refuse.push({ end: one?.object ?? "", status: 409, code: "busy" })
    files.remove(keyOf(one?.object))
    while (server.refuse.length > 0) await new Promise((resolve) => { setImmediate(resolve) })
    assert.equal(server.objects.size, 3)
    files.remove(keyOf(two?.object))
    await swept(1)
    assert.deepEqual([...server.objects.keys()], files.ready.map(({ object }) => object))
})
