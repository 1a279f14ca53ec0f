/**
 * Where a storm works: a place of its own in a user's store, which it makes, reads from outside and removes.
 */
import type { QuotaStore } from "@tallystick/core/store"

/** What a process needs to open the store. */
export interface Address {
  readonly kind: "redis" | "postgres" | "module"
  /** The store's URL, or by way of the proxy; of a module its path. */
  readonly url: string
  /** The prefix of its keys, or the name of its schema. */
  readonly name: string
  /** The proxy's port on the loopback interface, where the URL stays the store's own: a certificate is checked against the name in it. */
  readonly byPort?: number | undefined
}

/** What an audit found: how often it looked, and what is wrong. */
export interface Audit {
  readonly checks: number
  readonly problems: ReadonlyArray<Problem>
}

export interface Problem {
  readonly invariant: "I2" | "I3" | "I7" | "I8"
  readonly because: string
}

export interface Place {
  /** undefined: it lives in this process. */
  readonly address: Address | undefined
  /** Not by way of the proxy. */
  readonly store: QuotaStore
  /** Makes the server forget its scripts, where it has any. */
  readonly flushScripts: (() => Promise<void>) | undefined
  /** Reads the rows from outside of the library; undefined: nobody knows how. */
  readonly audit: (() => Promise<Audit>) | undefined
  /** Removes all that was made, and closes what was opened. */
  readonly remove: () => Promise<void>
}
