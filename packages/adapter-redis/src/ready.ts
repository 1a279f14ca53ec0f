/**
 * Waiting for a connection. Nothing is sent before it is there, so that waiting in vain means: not applied.
 */
import { NotAppliedError } from "@tallystick/core/store"
import type { StoreError } from "@tallystick/core/store"
import type { Cluster, Redis } from "ioredis"

import { storeErrorOf } from "./errors.ts"

const known = new WeakMap<Redis | Cluster, Readiness>()

/** The one of this connection, however many stores share it. */
export const readinessOf = (client: Redis | Cluster): Readiness => {
  const readiness = known.get(client) ?? new Readiness(client)
  known.set(client, readiness)
  return readiness
}

/** However many calls wait, it hears each event once. */
class Readiness {
  readonly #client: Redis | Cluster
  readonly #waiting = new Set<(error: Error | undefined) => void>()
  #lastError: Error | undefined

  constructor(client: Redis | Cluster) {
    this.#client = client
    // Without a listener for errors ioredis writes every lost connection to the console.
    client.on("error", (error: Error) => {
      this.#lastError = error
      // A wrong password will not be right at the next attempt.
      const failure = this.#noConnection()
      if (failure._tag === "Misconfigured") this.#wake(failure)
    })
    client.on("ready", () => {
      this.#lastError = undefined
      this.#wake(undefined)
    })
    client.on("end", () => this.#wake(this.#noConnection()))
  }

  /** At once where the connection is there; rejects with `NotAppliedError` when the call is over before it is. */
  wait(signal: AbortSignal): Promise<void> {
    const client = this.#client
    if (client.status === "ready") return Promise.resolve()
    // A connection that its owner has closed stays closed.
    if (signal.aborted || client.status === "end") return Promise.reject(this.#noConnection())
    return new Promise((resolve, reject) => {
      const end = (error: Error | undefined): void => {
        this.#waiting.delete(end)
        signal.removeEventListener("abort", giveUp)
        if (error === undefined) resolve()
        else reject(error)
      }
      const giveUp = (): void => end(this.#noConnection())
      this.#waiting.add(end)
      signal.addEventListener("abort", giveUp)
      // The first call of a connection that was made lazily begins it; what befalls it comes as events.
      if (client.status === "wait") client.connect().catch(() => {})
    })
  }

  #wake(error: Error | undefined): void {
    for (const end of this.#waiting) end(error)
  }

  #noConnection(): StoreError {
    const known = storeErrorOf(this.#lastError)
    if (known._tag === "Misconfigured") return known
    const reason = this.#lastError === undefined ? "" : `: ${this.#lastError.message}`
    return new NotAppliedError(`no connection to Redis${reason}`, { cause: this.#lastError })
  }
}
