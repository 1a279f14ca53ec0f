/**
 * What random programs do not reach, as named checks without a test runner: `npm test` runs them, and the breaker (../break) runs them on broken SQL.
 */
import type { Pool } from "pg"

export interface Bench {
  /** A schema whose tables are empty. */
  readonly schema: string
  readonly pool: Pool
}

export interface Check {
  readonly name: string
  /** Rejects if this schema's functions do otherwise. */
  readonly run: (bench: Bench) => Promise<void>
}
