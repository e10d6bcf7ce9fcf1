/**
 * Our parsers as the mutation run sees them: valid inputs, what a right reading is, and a planted
 * fault. A right reading is told without the code under trial, as far as that goes.
 */

import { bech32 } from "@scure/base"

import { decryptWith, encryptTo } from "../../web/crypto/src/age.ts"
import { encodeHeader, encodeStanzas, parseHeader, readHeader, type Header } from "../../web/crypto/src/age/header.ts"
import { plainPrimitives } from "../../web/crypto/src/age/plain.ts"
import { NONCE_SIZE, openFile, payloadKey, type Unwrapper } from "../../web/crypto/src/age/reader.ts"
import { Source } from "../../web/crypto/src/age/source.ts"
import { openChunks, type NextChunk } from "../../web/crypto/src/age/stream.ts"
import { writeFile } from "../../web/crypto/src/age/writer.ts"
import { parseBody, parseJson } from "../../web/crypto/src/body.ts"
import { concat, decodeText, encodeText, equal } from "../../web/crypto/src/bytes.ts"
import { canonical, parseCanonical } from "../../web/crypto/src/canonical.ts"
import { cutZeros, parseOpened } from "../../web/crypto/src/envelope.ts"
import { MalformedFile } from "../../web/crypto/src/errors.ts"
import { decodeIdentity, decodeRecipient } from "../../web/crypto/src/keytext.ts"
import { parseStatement } from "../../web/crypto/src/statement.ts"
import { ann, BODY, maya, reader, signText, statementText, tom } from "../../web/crypto/test/people.ts"
import type { Bytes, Tokens } from "./fuzz_mutate.ts"

export interface Parser {
    readonly name: string
    readonly valid: readonly Bytes[]
    readonly tokens: Tokens
    readonly parse: (data: Bytes) => unknown
    /** Whether what came out is what stands in the input, in the one spelling that there is. */
    readonly right: (data: Bytes, result: unknown) => boolean
    readonly planted: { readonly name: string; readonly parse: (data: Bytes) => unknown }
    /** Of the run's inputs; less for what takes milliseconds each. */
    readonly share?: number
}

const AGE_TOKENS: Tokens = {
    usual: words(
        "\n", " ", "-> ", "---", "--- ", "=", "\r\n", "-> X25519 a\n\n", "age-encryption.org/v1\n", "age-encryption.org/v2\n",
        "A".repeat(64), "\0", "\u00ff",
    ),
    long: words("A".repeat(70_000), "\n".repeat(2000), "-> a\n\n".repeat(300)),
}
const JSON_TOKENS: Tokens = {
    usual: words(
        "{", "}", "[", "]", '"', ":", ",", "\\", "null", "true", "0", "-0", "1", "1.0", "1e9", "9007199254740993", '"v":1,', '"v":2',
        '"x":0,', "\\ud800", "\\u0000", "\ufeff", "\u00e9", " ", "\n", "NaN", "pending", '"__proto__":{},', '"constructor":1,', "\0",
    ),
    long: words("9".repeat(5000), "[".repeat(3000), '{"":'.repeat(2000), '"a",'.repeat(3000)),
}
const KEY_TOKENS: Tokens = {
    usual: words("1", "q", "Q", "AGE", "age1", "age1pq1", "AGE-SECRET-KEY-PQ-1", "b", "i", "o", " ", "\u212a", "\u00ff"),
    long: words("q".repeat(20_000)),
}

const own: Unwrapper = async ([stanza]) => Promise.resolve(stanza?.args[0] === "own" ? stanza.body.slice(0, 16) : null)

async function fileOf(size: number): Promise<Bytes> {
    const wrap = async (body: Bytes): Promise<Header["stanzas"]> => Promise.resolve([{ args: ["own", "x"], body: body.slice() }])
    const { head, next } = await writeFile(plainPrimitives, Source.of(new Uint8Array(size)), wrap)
    return concat(head, ...(await all(next)))
}

async function all(next: NextChunk): Promise<Bytes[]> {
    const chunks: Bytes[] = []
    for (let chunk = await next(); chunk !== null; chunk = await next()) chunks.push(chunk)
    return chunks
}

/** Every parser, with inputs made anew. */
export async function parsers(): Promise<Parser[]> {
    return [await headers(), await files(), await door(), keyTexts(), canonicalTexts(), statements(), await envelopes(), bodies()]
}

async function headers(): Promise<Parser> {
    const whole = await encryptTo(maya.recipient, new Uint8Array(), plainPrimitives)
    const other = encodeStanzas([{ args: ["a", "b"], body: new Uint8Array(96) }, { args: ["c"], body: new Uint8Array() }])
    return {
        name: "header",
        valid: [whole.slice(0, 1627), ...Array<Bytes>(4).fill(encodeHeader({ covered: other, mac: new Uint8Array(32) }))],
        tokens: AGE_TOKENS,
        parse: parseHeader,
        right: (data, result) => {
            const { stanzas, mac } = result as Header
            return equal(encodeHeader({ covered: encodeStanzas(stanzas), mac }), data)
        },
        planted: { name: "forgives carriage returns", parse: (data) => parseHeader(data.filter((byte) => byte !== 0x0d)) },
    }
}

async function files(): Promise<Parser> {
    const small = [await fileOf(0), await fileOf(1), await fileOf(100)]
    const valid = [...Array<Bytes[]>(20).fill(small).flat(), await fileOf(65536 + 1)]
    return {
        name: "whole file",
        valid,
        tokens: AGE_TOKENS,
        parse: async (data) => all(await openFile(plainPrimitives, Source.of(data), own)),
        right: (data) => valid.some((each) => equal(each, data)),
        planted: {
            name: "ignores the MAC",
            parse: async (data) => {
                const file = Source.of(data)
                const fileKey = (await own((await readHeader(file)).stanzas)) ?? new Uint8Array(16)
                const derive = await plainPrimitives.kdf.from(fileKey)
                const key = await payloadKey(derive, await file.take(NONCE_SIZE))
                return all(openChunks(await plainPrimitives.aead(key), file))
            },
        },
    }
}

async function door(): Promise<Parser> {
    const valid = [await encryptTo(maya.recipient, new Uint8Array(), plainPrimitives), await encryptTo(maya.recipient, new Uint8Array(50), plainPrimitives)]
    return {
        name: "production door",
        valid,
        tokens: AGE_TOKENS,
        parse: async (data) => decryptWith(maya.identity, data, plainPrimitives),
        right: (data) => valid.some((each) => equal(each, data)),
        planted: {
            name: "forgives the payload",
            parse: async (data) =>
                decryptWith(maya.identity, data, plainPrimitives).catch((error: unknown) => {
                    if (error instanceof MalformedFile && ["payload", "truncated"].includes(error.reason)) return new Uint8Array()
                    throw error
                }),
        },
        share: 0.002,
    }
}

function keyTexts(): Parser {
    const parse = (text: string): Bytes => (text.startsWith("AGE") ? decodeIdentity(text) : decodeRecipient(text))
    const upper = maya.identity.startsWith("AGE")
    return {
        name: "key text",
        valid: [maya, tom].flatMap(({ identity, recipient }) => words(identity, identity, recipient)),
        tokens: KEY_TOKENS,
        parse: (data) => parse(latin1(data)),
        right: (data, result) => {
            const text = latin1(data)
            const secret = upper && text.startsWith("AGE")
            const again = bech32.encode(secret ? "age-secret-key-pq-" : "age1pq", bech32.toWords(result as Bytes), false)
            return text === (secret ? again.toUpperCase() : again)
        },
        planted: { name: "ignores the checksum", parse: (data) => parse(mended(latin1(data))) },
    }
}

/** The same with the checksum that belongs to it. */
function mended(text: string): string {
    const at = text.lastIndexOf("1")
    const alphabet = Array.from("qpzry9x8gf2tvdw0s3jn54khce6mua7l")
    const values = Array.from(text.slice(at + 1, -6).toLowerCase(), (character) => alphabet.indexOf(character))
    if (at < 1 || values.includes(-1)) return text
    const whole = bech32.encode(text.slice(0, at).toLowerCase(), values, false)
    return text === text.toUpperCase() ? whole.toUpperCase() : whole
}

function canonicalTexts(): Parser {
    const value = { a: [1, null, true, { "\u00e9": "\ud83d\ude00" }], b: "", "\n": -5, z: { y: {}, x: [] } }
    return {
        name: "canonical JSON",
        valid: words(canonical(value), statement()),
        tokens: JSON_TOKENS,
        parse: (data) => parseCanonical(decodeText(data)),
        right: (data) => sorted(JSON.parse(utf8(data))) === utf8(data),
        planted: { name: "takes any JSON", parse: (data) => parseJson(data) },
    }
}

function statements(): Parser {
    const names = Object.keys(JSON.parse(statement()) as object)
    return {
        name: "statement",
        valid: words(statement()),
        tokens: JSON_TOKENS,
        parse: (data) => parseStatement(decodeText(data)),
        right: (data, result) => sorted(result) === utf8(data) && Object.keys(result as object).length === names.length,
        planted: { name: "leaves unknown members out", parse: (data) => parseStatement(canonical(only(parseJson(data), names))) },
    }
}

async function envelopes(): Promise<Parser> {
    const text = statement()
    const { signature } = await signText(text)
    const grant = { text, signature }
    const base = { message_key: tom.identity, statement: text, signature, grants: [], merge: {} }
    return {
        name: "envelope content",
        valid: words(canonical(base), `${canonical({ ...base, grants: [grant], merge: { name: "Tom" } })}\0\0\0`),
        tokens: JSON_TOKENS,
        parse: (data) => parseOpened(parseJson(cutZeros(data))),
        right: (data, result) => sorted(JSON.parse(utf8(data).replace(/\0+$/, ""))) === sorted(result),
        planted: { name: "leaves unknown members out", parse: (data) => parseOpened(only(parseJson(cutZeros(data)), Object.keys(base))) },
    }
}

function bodies(): Parser {
    const names = Object.keys(BODY)
    const files = [{ object: "A".repeat(22), name: "Accounts.pdf", type: "application/pdf" }]
    return {
        name: "body",
        valid: words(canonical(BODY), canonical({ ...BODY, files })),
        tokens: JSON_TOKENS,
        parse: (data) => parseBody(data),
        right: (data, result) => sorted(JSON.parse(utf8(data))) === sorted(result),
        planted: {
            name: "leaves unknown members out",
            parse: (data) => parseBody(encodeText(canonical(only(parseJson(data), names)))),
        },
    }
}

function statement(): string {
    const hash = "A".repeat(43)
    const objects = [
        { id: "B".repeat(22), role: "body", size: 208, sha256: hash }, { id: "C".repeat(22), role: "file", size: 70_000, sha256: hash },
    ] as const
    return statementText(objects, hash, [reader(ann, "sender"), reader(maya, "to"), reader(tom, "cc")])
}

/** Members that are named, as a reader without a list of them would see it. */
function only(value: unknown, names: readonly string[]): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))
}

/** RFC 8785 without our own writer, for what is read here. */
function sorted(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`
    if (typeof value !== "object" || value === null) return JSON.stringify(value)
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${sorted(member)}`).join(",")}}`
}

function utf8(data: Bytes): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(data)
}

function latin1(data: Bytes): string {
    return Buffer.from(data).toString("latin1")
}

function words(...texts: readonly string[]): Bytes[] {
    return texts.map(encodeText)
}
