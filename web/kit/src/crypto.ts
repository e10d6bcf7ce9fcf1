/** The crypto worker of a page or pane. */

import { CryptoClient } from "@letterlock/crypto"

import { startWorker } from "./trust.ts"

/** Seals and opens in a worker of our own bundle; `address` is `/static/worker-<hash>.js`. */
export const startCrypto = (address: string): CryptoClient => new CryptoClient(() => startWorker(address))
