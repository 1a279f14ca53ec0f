/**
 * How a turn ended, for the caller: plain data.
 */
import type { LegAnswer, LegState } from "../machine/outcome.ts"
import type { WindowName } from "../machine/window.ts"
import type { AccountUsage } from "./denial.ts"
import type { Ending } from "./ending.ts"
import type { UnsettledReason } from "./observer.ts"
import type { Delivery } from "./settle.ts"
import type { Ended } from "./turn.ts"

/** What became of one account's share. */
export interface SettledAccount {
  readonly account: string
  readonly window: WindowName
  readonly unit: string
  readonly state: LegState
  readonly held: number
  readonly debited: number
  readonly overage: number
  readonly unbilled: number
  readonly late: boolean
}

/** The end of a turn. Every way to end it gives the same one, whoever came first. */
export interface Settlement {
  readonly requestId: string
  /**
   * Who came first: `finalize`, `release`, or an abort, a failure or `close` of the quota; `charged` by `charge`;
   * `handedOver` by `handOver`: then nothing was settled, since another process does.
   */
  readonly ended: Ended | "charged"
  /** The store has answered. false: see `problem`; it is in the journal if `journaled`. */
  readonly delivered: boolean
  readonly journaled: boolean
  /** Why (part of) it was not counted; null: it was. */
  readonly problem: UnsettledReason | null
  readonly settled: ReadonlyArray<SettledAccount>
  /** The accounts' numbers after it. */
  readonly accounts: ReadonlyArray<AccountUsage>
}

export const settlementOf = (
  requestId: string,
  ended: Settlement["ended"],
  endings: ReadonlyArray<Ending>,
  deliveries: ReadonlyArray<Delivery>
): Settlement => {
  const settled: Array<SettledAccount> = []
  const accounts: Array<AccountUsage> = []
  for (const [index, { outcome }] of deliveries.entries()) {
    if (outcome === null) continue
    const { legs } = endings[index]!
    for (const [at, leg] of outcome.legs.entries()) settled.push(settledOf(leg, legs[at]!.unit))
    accounts.push(...outcome.accounts)
  }
  return {
    requestId,
    ended,
    delivered: deliveries.every((delivery) => delivery.outcome !== null),
    journaled: deliveries.some((delivery) => delivery.journaled),
    problem: deliveries.find((delivery) => delivery.problem !== null)?.problem ?? null,
    settled,
    accounts
  }
}

const settledOf = (
  { account, window, state, held, debited, overage, unbilled, late }: LegAnswer,
  unit: string
): SettledAccount => ({ account, window, unit, state, held, debited, overage, unbilled, late })
