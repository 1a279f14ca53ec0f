/**
 * The options of a world, drawn from the header of its tape (swarm testing: most worlds miss some faults and commands, so that the others get room).
 *
 * All zero is the plain world: two clients, two accounts of limit 10 without windows, every fault and command allowed.
 */
import { defaultSettings, MAX_AMOUNT } from "@tallystick/core/machine"
import type { Settings, Settle } from "@tallystick/core/machine"

import type { Tape } from "../world/tape.ts"
import type { AccountPlan } from "./accounts.ts"
import { windowPlans } from "./windows.ts"
import type { WindowPlan } from "./windows.ts"

/** What can happen to a message. */
export const faults = ["none", "delayed", "lost", "duplicated", "replyLost", "replyDelayed", "crash", "slow"] as const
export type Fault = (typeof faults)[number]

/** Commands that a world can do without. A reserve it always has. */
export const optional = ["extend", "charge", "adjust", "read", "sweep", "batch"] as const
export type Optional = (typeof optional)[number]

export interface Swarm {
  readonly clients: number
  readonly accounts: ReadonlyArray<AccountPlan>
  readonly settings: Settings
  readonly startMs: number
  readonly ttls: ReadonlyArray<number>
  /** Also a second ending, after everything is forgotten. */
  readonly isForgetful: boolean
  /**
   * The clock may step back. Only where nothing is forgotten: an account whose row was collected has lost its lead over the clock, so that what it then
   * answers depends on when somebody swept, and no Book can say it.
   */
  readonly isWobbly: boolean
  readonly allowsFault: (fault: Fault) => boolean
  readonly allows: (kind: Optional) => boolean
}

type Limit = number | null | undefined

/** Tight, so that amounts of 1 to 8 meet them. null: unlimited; undefined: none in code, so the account is unknown unless it has a stored one. */
const limits: ReadonlyArray<readonly [Limit, Limit, Limit]> = [
  [10, 10, 10],
  [10, 5, 3],
  [5, 10, null],
  [3, 3, 10],
  [10, null, undefined],
  [100, 10, 1],
  [null, 10, 10],
  [10, undefined, null],
  [1, 2, 3],
  [MAX_AMOUNT, 10, null],
  [0, 10, 5],
  [10, 10, undefined]
]

const settles: ReadonlyArray<readonly [Settle, Settle, Settle]> = [
  ["actual", "actual", "actual"],
  ["actual", "none", "held"],
  ["actual", "held", "none"],
  ["held", "actual", "actual"]
]

/** Small retentions, so that forgetting happens within the minutes and hours of a run. */
const forgetful: Settings = { settledRetentionMs: 60_000, unsettledRetentionMs: 180_000, longestCallMs: 10_000 }
const middling: Settings = { settledRetentionMs: 600_000, unsettledRetentionMs: 3_600_000, longestCallMs: 60_000 }

/** Monday noon; then seconds before the end of a day in UTC, of a night without 02:30 in Berlin, of a year. */
const starts: ReadonlyArray<number> = [1_767_614_400_000, 1_767_657_590_000, 1_774_738_795_000, 1_798_761_590_000]

const everyTtl: ReadonlyArray<number> = [
  10_000, 1_000, 30_000, 1_500, 10_000, 60_000, 300_000, 3_600_000, 86_400_000, 1
]
/** Where windows end, most holds outlive them. */
const longTtls: ReadonlyArray<number> = [30_000, 10_000, 300_000, 1_000, 3_600_000, 60_000, 86_400_000]
const shortTtls: ReadonlyArray<number> = [10_000, 1_000, 2_000, 1_500]

/** A number that takes no option away in a good third of the worlds. */
const mask = (number: number): number => (number < 96 ? 0 : number)

const names = ["a", "b", "c"] as const

export const swarmOf = (tape: Tape): Swarm => {
  const at = (index: number): number => tape[index] ?? 0
  const faultsOff = mask(at(0))
  const kindsOff = mask(at(7))
  const windows = windowPlans(at(1))
  const limit = limits[at(2) < 64 ? 0 : at(2) % limits.length]!
  const settle = settles[at(4) < 64 ? 0 : at(4) % settles.length]!
  const count = at(5) < 128 ? 2 : 3
  const accounts: Array<AccountPlan> = []
  for (let index = 0; index < count; index++)
    accounts.push(planOf(index, windows[index]!, limit[index], settle[index]!))
  const isWobbly = at(6) % 4 >= 2 && at(3) < 112
  return {
    clients: 2 + (at(5) % 3),
    accounts,
    settings: at(3) < 112 ? defaultSettings : at(3) < 208 ? forgetful : middling,
    startMs: starts[at(6) < 96 ? 0 : at(6) % starts.length]!,
    ttls: at(3) % 4 === 3 ? shortTtls : at(1) >= 48 && at(3) % 4 !== 0 ? longTtls : everyTtl,
    isForgetful: at(6) % 8 === 1,
    isWobbly,
    // Bit 6 of 0 to 6 belongs to `slow`; "none" is always allowed.
    allowsFault: (fault) => fault === "none" || (faultsOff & (1 << (faults.indexOf(fault) - 1))) === 0,
    allows: (kind) => (kindsOff & (1 << optional.indexOf(kind))) === 0
  }
}

const planOf = (index: number, window: WindowPlan, limit: Limit, settle: Settle): AccountPlan => ({
  account: names[index]!,
  unit: "tokens",
  window,
  limit,
  settle
})
