/** The crypto worker of a page or pane. */

import { CryptoClient, Stretcher } from "@letterlock/crypto"

import { startWorker } from "./trust.ts"

/** Seals and opens in a worker of our own bundle; `address` is `/static/worker-<hash>.js`. */
export const startCrypto = (address: string): CryptoClient => new CryptoClient(() => startWorker(address))

/** Stretches passwords, each in a worker of its own; `address` is `/static/argon2-<hash>.js`, fetched when a password is used. */
export const startStretcher = (address: string): Stretcher => new Stretcher(() => startWorker(address))
