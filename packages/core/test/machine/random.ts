/**
 * Random sequences of commands for the property tests: few ids and few accounts, so that they meet, and amounts at the edges.
 */
import { readCommand } from "@tallystick/core/machine"
import type { AccountTerms, Command, Settings } from "@tallystick/core/machine"
import * as fc from "fast-check"

const MAX = Number.MAX_SAFE_INTEGER

/** Edges: 2^k and its neighbours, the limits and theirs, the largest amount. */
export const amounts = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -1, max: 1 }))
      .map(([k, d]) => clamp(2 ** k + d))
  },
  { weight: 2, arbitrary: fc.constantFrom(99, 100, 101, MAX, MAX - 1, MAX - 10) }
)

const clamp = (value: number): number => Math.min(MAX, Math.max(0, value))

const LIMITS = [0, 9, 10, 11, 100, 2 ** 40, MAX, null, undefined] as const

interface Account {
  readonly account: string
  readonly window: "none" | "fixed" | "idle" | "calendar"
  readonly limit: number | null | undefined
}

/** The pool: every kind of window and limit; one id with two windows; ids whose order in bytes is not that of UTF-16. */
export const pool: ReadonlyArray<Account> = [
  { account: "a", window: "none", limit: 10 },
  { account: "a", window: "fixed", limit: 100 },
  { account: "b", window: "idle", limit: 100 },
  { account: "c", window: "calendar", limit: 12 },
  { account: "\u{1F600}", window: "none", limit: null },
  { account: "\uFF5E", window: "fixed", limit: MAX },
  { account: "d", window: "none", limit: undefined }
]

export const WINDOW_MS = 20_000
const IDLE_MS = 15_000

/** The window as a server whose clock reads `callerMs` sends it. The calendar's months have uneven lengths: 20 s and 30 s in turn. */
export const windowAt = (kind: Account["window"], callerMs: number): AccountTerms["window"] => {
  if (kind === "none") return { kind }
  if (kind === "fixed") return { kind, lengthMs: WINDOW_MS }
  if (kind === "idle") return { kind, idleMs: IDLE_MS }
  const start = (n: number): number => Math.floor(n / 2) * 50_000 + (n % 2 === 0 ? 0 : 20_000)
  let current = 2 * Math.floor(callerMs / 50_000)
  if (start(current + 1) <= callerMs) current++
  const starts = [start(current - 1), start(current), start(current + 1), start(current + 2)] as const
  return { kind, every: "month", timeZone: "UTC", starts }
}

const legArbitrary = fc.record({
  index: fc.nat({ max: pool.length - 1 }),
  unit: fc.oneof({ weight: 30, arbitrary: fc.constant("u") }, { weight: 1, arbitrary: fc.constant("v") }),
  limit: fc.oneof(
    { weight: 12, arbitrary: fc.constant("own" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...LIMITS) }
  ),
  amount: amounts,
  measured: fc.option(amounts, { nil: undefined }),
  hasAmount: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
  settle: fc.constantFrom("actual" as const, "actual" as const, "actual" as const, "none" as const, "held" as const),
  warnAt: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ amount: amounts }) },
    { weight: 1, arbitrary: fc.record({ basisPoints: fc.constantFrom(0, 1, 5_000, 9_999, 10_000) }) }
  )
})

const adjustments = fc.oneof(
  fc.record({ kind: fc.constant("setLimit"), limit: fc.constantFrom("code", null, 0, 9, 10, 11, 100, MAX) }),
  fc.record({ kind: fc.constant("credit"), amount: fc.constantFrom(-1, 0, 1, 10, -10, -MAX, MAX) }),
  fc.constantFrom({ kind: "reset" }, { kind: "close" }, { kind: "reopen" }),
  fc.constantFrom({ kind: "close" }, { kind: "reopen" })
)

const commandArbitrary = fc.record({
  kind: fc.constantFrom(
    ...([
      "reserve",
      "reserve",
      "reserve",
      "extend",
      "extend",
      "extend",
      "finalize",
      "finalize",
      "release",
      "charge",
      "adjust",
      "lookup"
    ] as const)
  ),
  id: fc.constantFrom("r1", "r2", "r3", "r4", "r5"),
  /** Mostly the accounts of the id's own set, so that commands fit each other. */
  usual: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
  legs: fc.uniqueArray(legArbitrary, { minLength: 1, maxLength: 3, selector: ({ index }) => index }),
  ttlMs: fc.constantFrom(1, 999, 1_000, 1_001, 5_000, 12_345, 60_000),
  hasTtl: fc.boolean(),
  whenUnknown: fc.constantFrom(undefined, undefined, "refund", "charge-measured", "charge-held"),
  overage: fc.constantFrom("debit", "debit", "cap"),
  ifUnknown: fc.constantFrom("mark", "charge"),
  sentAgoMs: fc.constantFrom(0, 0, 0, 8_999, 9_000, 9_001),
  adjustment: adjustments
})

/** A hold that is meant to live, something about its accounts, and a growth of it: what chance alone brings together too seldom. */
const growthArbitrary = fc
  .tuple(commandArbitrary, commandArbitrary, commandArbitrary, fc.boolean())
  .map(([reserve, between, extend, isAdjust]): Array<typeof reserve> => {
    const usual = { id: reserve.id, usual: true }
    const small = reserve.legs.map((leg) => ({
      ...leg,
      amount: leg.amount % 5,
      limit: "own" as const,
      unit: "u" as const
    }))
    const grown = extend.legs.map((leg) => ({ ...leg, hasAmount: true }))
    return [
      { ...reserve, ...usual, kind: "reserve", ttlMs: 60_000, legs: small },
      { ...between, ...usual, kind: isAdjust ? "adjust" : between.kind },
      { ...extend, ...usual, kind: "extend", legs: grown }
    ]
  })

/** How the clock moves before a call: mostly a little, also back by up to an hour, seldom by ten years and back. */
const jumps = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, 0, 1, 500, 999, 1_000, 1_001, 4_000) },
  { weight: 3, arbitrary: fc.constantFrom(9_999, 10_000, 10_001, 14_999, 15_000, 20_000, 29_999, 30_000, 60_000) },
  { weight: 2, arbitrary: fc.constantFrom(-1, -1_000, -20_000, -60_000) },
  { weight: 1, arbitrary: fc.constantFrom(3_600_000, -3_600_000, 315_360_000_000, -315_360_000_000) }
)

export const stepArbitrary = fc.record({
  jumpMs: jumps,
  /** How far the caller's clock, which made the calendar's starts, is from the store's. */
  skewMs: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(-21_000, 21_000, 60_000, -60_000) }
  ),
  commands: fc.oneof(
    { weight: 5, arbitrary: fc.array(commandArbitrary, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: growthArbitrary },
    { weight: 1, arbitrary: commandArbitrary.map((command) => [command, command]) }
  )
})

export type Step = typeof stepArbitrary extends fc.Arbitrary<infer A> ? A : never

export const stepsArbitrary = (most: number) => fc.array(stepArbitrary, { minLength: 1, maxLength: most, size: "max" })

/** Small retentions, so that short sequences forget. */
export const settingsArbitrary: fc.Arbitrary<Settings> = fc.record({
  settledRetentionMs: fc.constantFrom(10_000, 30_000),
  unsettledRetentionMs: fc.constantFrom(10_000, 30_000, 100_000),
  longestCallMs: fc.constantFrom(1_000)
})

/** Accounts that commands of this id mostly name. */
const usualLegs: Readonly<Record<string, ReadonlyArray<number>>> = {
  r1: [0, 1],
  r2: [2, 3, 5],
  r3: [4],
  r4: [1],
  r5: [1, 4]
}

type Drawn = Step["commands"][number]

/** The command, read as a store reads it. */
export const commandOf = (drawn: Drawn, callerMs: number): Command => {
  const { kind, id, ttlMs, whenUnknown, overage, ifUnknown, sentAgoMs, adjustment } = drawn
  const drawnLegs = drawn.usual
    ? usualLegs[id]!.map((index, at) => ({ ...drawn.legs[at % drawn.legs.length]!, index }))
    : drawn.legs
  const settleOf = (index: number, settle: string): string =>
    drawn.usual ? (["held", "actual", "none", "actual", "actual", "actual"][index] ?? "actual") : settle
  const legs = drawnLegs.map(({ index, unit, limit, amount, measured, hasAmount, settle, warnAt }) => {
    const own = pool[index]!
    const terms = {
      account: own.account,
      window: windowAt(own.window, callerMs),
      unit,
      limit: limit === "own" ? own.limit : limit,
      warnAt
    }
    const isActual = settleOf(index, settle) === "actual"
    const mayName = drawn.usual ? isActual : hasAmount
    switch (kind) {
      case "reserve":
        return { ...terms, amount: Math.max(1, amount), settle: settleOf(index, settle) }
      case "charge":
        return { ...terms, amount }
      case "extend":
        return { ...terms, total: mayName && hasAmount ? amount : undefined, measured: mayName ? measured : undefined }
      case "finalize":
        return { ...terms, actual: mayName ? amount : undefined }
      case "adjust":
        return { ...terms, unit: hasAmount ? unit : undefined }
      case "release":
      case "lookup":
        return terms
    }
  })
  switch (kind) {
    case "reserve":
      return readCommand({ kind, id, ttlMs, legs })
    case "extend":
      return readCommand({ kind, id, ttlMs: drawn.hasTtl ? ttlMs : undefined, whenUnknown, legs })
    case "finalize":
      return readCommand({ kind, id, overage, ifUnknown, sentAgoMs, legs })
    case "adjust":
      return readCommand({ kind, id, adjustment, legs: legs.slice(-1) })
    case "release":
    case "charge":
    case "lookup":
      return readCommand({ kind, id, legs })
  }
}

/** Where the sequences begin: well above the largest step back. */
export const START_MS = 1_000_000_000_000

/**
 * How the clock of a sequence goes: anyhow; only forwards; by a minute at most, so that nothing is collected; or never more than
 * an hour behind where it has been, which is how far stores let it.
 */
export type ClockMoves = "anyhow" | "forwards" | "near" | "hour"

/** The calls of a sequence with the times at which the store gets them. */
export const callsOf = (
  steps: ReadonlyArray<Step>,
  moves: ClockMoves = "anyhow"
): ReadonlyArray<{ nowMs: number; commands: ReadonlyArray<Command> }> => {
  let nowMs = START_MS
  let latestMs = nowMs
  return steps.map(({ jumpMs, skewMs, commands }) => {
    const near = Math.max(-60_000, Math.min(jumpMs, 60_000))
    nowMs += moves === "forwards" ? Math.abs(jumpMs) : moves === "near" ? near : jumpMs
    latestMs = Math.max(latestMs, nowMs)
    if (moves === "hour") nowMs = Math.max(nowMs, latestMs - 3_600_000)
    // Ten years back are possible, twenty are not.
    nowMs = Math.max(nowMs, 400_000_000_000)
    return { nowMs, commands: commands.map((drawn) => commandOf(drawn, nowMs + skewMs)) }
  })
}
