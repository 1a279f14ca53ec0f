/**
 * What programs cannot see, as named checks without a test runner.
 */
import type { Redis } from "ioredis"

export interface Check {
  readonly name: string
  /** Rejects if this script, on this empty server, does otherwise. */
  readonly run: (client: Redis, script: string) => Promise<void>
}
