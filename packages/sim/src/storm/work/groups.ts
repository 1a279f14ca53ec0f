/**
 * The accounts of a storm. They come in groups that share commands, so that each group can be judged by itself; a group is small, and lives for some
 * seconds only, since the Book reads all that ever happened to an account again at each question.
 */
import type { AccountRef, Settle, Window } from "@tallystick/core/machine"

export interface StormAccount {
  readonly account: string
  readonly unit: string
  readonly window: Window
  /** In code; undefined: none, so that the account is unknown until an operator sets one. */
  readonly limit: number | undefined
  readonly settle: Settle
}

/** Whole seconds, as all ttls and windows of a storm: so what happens between two seconds does not depend on when. */
const none: Window = { kind: "none" }
const short: Window = { kind: "fixed", lengthMs: 3_000 }

/** Limits are such that about a third of what is asked is denied. */
export const accountsOf = (group: number): ReadonlyArray<StormAccount> => [
  { account: `g${group}:user`, unit: "tokens", window: none, limit: 240, settle: "actual" },
  { account: `g${group}:user`, unit: "tokens", window: short, limit: 60, settle: "actual" },
  { account: `g${group}:streams`, unit: "streams", window: none, limit: 9, settle: "none" },
  { account: `g${group}:requests`, unit: "requests", window: short, limit: 20, settle: "held" },
  { account: `g${group}:team`, unit: "tokens", window: none, limit: undefined, settle: "actual" }
]

/** As a read names them: with a limit, since of an unknown account no numbers are shown. */
export const refsOf = (group: number): ReadonlyArray<AccountRef> =>
  accountsOf(group).map(({ account, unit, window, limit }) => ({ account, unit, window, limit: limit ?? null }))

const COUNT = 24
const VISITS = 4

/** A group is visited again after 1.2 s: then the holds of one second have expired, and those of three live. */
export const SLOT_MS = 50

export interface Visit {
  readonly group: number
  /** From 0: how often everybody has been at this group before. */
  readonly visit: number
}

/** Where everybody is in a slot of 50 ms: all at the same group, so that they meet; at 24 groups in turn, four times each; then at the next 24. */
export const visitAt = (slot: number): Visit => {
  const round = Math.floor(slot / COUNT)
  return { group: Math.floor(round / VISITS) * COUNT + (slot % COUNT), visit: round % VISITS }
}

/** Of reservations and charges that a visit begins. Some are those of the visit before. */
const NEW_IDS = 40

/** All ids that a group may know after so many visits. */
export const idsOf = (group: number, visits = VISITS): ReadonlyArray<string> =>
  Array.from({ length: NEW_IDS * (visits + 1) }, (_, number) => `g${group}-${number}`)

/** One of the ids of a visit. `fraction` is in [0, 1). */
export const idAt = ({ group, visit }: Visit, fraction: number): string =>
  `g${group}-${NEW_IDS * visit + Math.floor(fraction * 1.5 * NEW_IDS)}`

export const isIdOf = ({ group }: Visit, id: string): boolean => id.startsWith(`g${group}-`)
