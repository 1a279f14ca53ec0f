/** A quota over a memory store with a clock that stands still, and what the original's tables call things. */
import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { anonymous, type AnonymousOptions, createQuota, type Denial, type Reservation } from "../../src/index.ts"
import { manualClock } from "../service/manual-clock.ts"

export const secret = "a secret of the operator"
export const address = "192.0.2.1"
export const DAY_MS = 86_400_000

export const given = (options: Partial<AnonymousOptions> = {}) => {
  const clock = manualClock()
  const quota = createQuota({ store: memoryStore(), clock })
  // No challenge unless a test asks for one.
  const visitors = anonymous({ secret, challengeAfter: null, maxStreams: null, ...options })
  let ids = 0
  const open = async (tokens: number, session = "s1", more: object = {}) =>
    visitors.open(quota, { requestId: `r${++ids}`, session, address, estimate: { tokens }, ...more })
  /** used, reserved and spendable of the stricter account. */
  const numbers = async (session = "s1") => {
    const { used, reserved, spendable, status } = (await visitors.usage(quota, { session, address })).tokens
    return [used, reserved, spendable, status]
  }
  return { clock, quota, visitors, open, numbers }
}

export const granted = (turn: Reservation | Denial): Reservation => {
  if (turn.granted) return turn
  throw new Error(`denied: ${turn.message}`)
}

export const denied = (turn: Reservation | Denial): Denial => {
  if (!turn.granted) return turn
  throw new Error("granted")
}
