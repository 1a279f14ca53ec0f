/**
 * What a replay can be told, with defaults under which the real trace meets every kind of answer: most users never notice a
 * limit, the busiest are denied, one call in fifty takes more than it held, and one in three hundred ends late.
 */
import { defaultPrice, type Price } from "./price.ts"

export interface ReplaySettings {
  readonly users: number
  /** Tokens of one user in an hour (of the clock). */
  readonly tokensPerHour: number
  /** The credit of one user in micro-USD; it never starts anew. */
  readonly creditMicrousd: number
  /** Calls of one user at once. */
  readonly streams: number
  /** The answer that a call is estimated at, in tokens. The trace has longer ones: these end above their hold. */
  readonly outputCap: number
  readonly price: Price
  /** The ttl of a hold. The heartbeat renews it three times in each. */
  readonly ttlMs: number
  /** For how long the heartbeat renews. A call that lasts longer than this and a ttl ends late. */
  readonly renewForMs: number
}

export const defaultReplaySettings: ReplaySettings = {
  users: 1_000,
  tokensPerHour: 600_000,
  creditMicrousd: 5_000_000,
  streams: 8,
  outputCap: 512,
  price: defaultPrice,
  ttlMs: 20_000,
  renewForMs: 20_000
}
