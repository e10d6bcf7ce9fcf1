/** Trusted Types: the one place where a text becomes a script's address. Policy name: `letterlock`. */

interface Policy { createScriptURL(text: string): string }
interface Factory { createPolicy(name: string, rules: Policy): Policy }

const WORKER = /^\/static\/(?:worker|argon2)-[A-Za-z0-9]+\.js$/u

let policy: Policy | undefined

/**
 * A module worker from our own bundle.
 *
 * @throws TypeError for any address but `/static/worker-<hash>.js` and `/static/argon2-<hash>.js`.
 */
export function startWorker(address: string): Worker {
    policy ??= factory()?.createPolicy("letterlock", { createScriptURL: ourWorker }) ?? { createScriptURL: ourWorker }
    return new Worker(policy.createScriptURL(address), { type: "module" })
}

function ourWorker(address: string): string {
    if (WORKER.test(address)) return address
    throw new TypeError("not a worker of ours")
}

function factory(): Factory | undefined {
    return (globalThis as { trustedTypes?: Factory }).trustedTypes
}
