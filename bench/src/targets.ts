/**
 * What must be reached (issue 7): ratios of medians of one run. A target that is missed is shown as missed, and is not moved.
 */
import type { Shape, StoreName } from "./matrix.ts"

export interface Target {
  readonly store: StoreName
  readonly shape: Shape
  readonly callers: number
  readonly legs: number
  readonly ours: string
  /** Of several the best. Absent: the number itself, in microseconds a pair. */
  readonly peers?: ReadonlyArray<string>
  /** The peer's number of legs, where it differs. */
  readonly peerLegs?: number
  /** `pairs`: how many times as many pairs per second. `open`: how many times as long the first half takes. `cost`: how many times as long a pair takes. */
  readonly of: "pairs" | "open" | "cost"
  readonly atLeast?: number
  readonly atMost?: number
}

const flexible = ["rate-limiter-flexible"]
const lock = ["the original's way"]
const better = ["rate-limiter-flexible", "rate-limiter-flexible, autopipelined"]

const postgres = (shape: Shape, callers: number, peers: ReadonlyArray<string>, atLeast: number): Target => ({
  store: "postgres",
  shape,
  callers,
  legs: 1,
  ours: "store",
  peers,
  of: "pairs",
  atLeast
})

const redis = (shape: Shape, callers: number, peers: ReadonlyArray<string>, atLeast: number, legs = 1): Target => ({
  store: "redis",
  shape,
  callers,
  legs,
  ours: "store",
  peers,
  of: "pairs",
  atLeast
})

export const targets: ReadonlyArray<Target> = [
  postgres("hot", 64, lock, 25),
  postgres("hot", 64, flexible, 15),
  postgres("hot", 512, lock, 45),
  postgres("hot", 512, flexible, 30),
  postgres("1,000 accounts", 64, lock, 5),
  postgres("1,000 accounts", 64, flexible, 3),
  postgres("1,000 accounts", 512, lock, 12),
  postgres("1,000 accounts", 512, flexible, 7),
  {
    store: "postgres",
    shape: "hot",
    callers: 1,
    legs: 1,
    ours: "store",
    peers: ["floor: UPDATE … RETURNING"],
    of: "open",
    atMost: 2
  },
  redis("hot", 64, better, 1.2),
  redis("1,000 accounts", 64, better, 0.9),
  redis("hot", 512, better, 1.6),
  redis("1,000 accounts", 512, better, 0.9),
  redis("1,000 accounts", 64, ["the original's way"], 25, 2),
  redis("1,000 accounts", 64, ["the original's way, one connection"], 1.5, 2),
  {
    store: "redis",
    shape: "hot",
    callers: 1,
    legs: 1,
    ours: "store",
    peers: ["floor: a script that does nothing"],
    of: "open",
    atMost: 1.3
  },
  {
    store: "redis",
    shape: "hot",
    callers: 64,
    legs: 4,
    ours: "store",
    peers: ["store"],
    peerLegs: 1,
    of: "cost",
    atMost: 2.5
  },
  { store: "memory", shape: "hot", callers: 1, legs: 1, ours: "machine", peers: flexible, of: "pairs", atLeast: 0.25 },
  { store: "memory", shape: "hot", callers: 1, legs: 1, ours: "front", of: "cost", atMost: 25 }
]

/** The cost of a command with 10^6 accounts, and with 10^5 holds in one account, over its cost with 10. */
export const MAX_SCALE_RATIO = 1.5

/** Messages per second of `explore` with all checks, in memory, on one core. */
export const MIN_EXPLORE_MESSAGES = 50_000
