/**
 * What each process was told it may use without the store, and what the store has heard of, written down from outside:
 * it shares no code with `insured`.
 */
import type { AccountAnswer, Outcome } from "@tallystick/core/machine"

import { ScenarioViolation } from "../violation.ts"

/** One call of a process, as its own code saw it. */
export interface InsuredCall {
  readonly id: string
  readonly process: number
  readonly accounts: ReadonlyArray<string>
  /** What it was told it may use; then what it did use. */
  amount: number
  /** The process was told that it covers the call itself. */
  isInsured: boolean
  /** Undefined: it did not run. */
  used: number | undefined
  /** Its code heard how it ended. Else its process died on the way. */
  isOver: boolean
}

export interface Bounds {
  readonly processes: number
  /** Of each process. */
  readonly bound: number
}

/** How often, over all runs: to see that the search goes where a bound that is one too large would show. */
export interface Counts {
  insured: number
  /** A process used its whole bound. */
  full: number
  /** An account was overspent by all that all processes may. */
  overspentFully: number
  audited: number
}

export class Ledger {
  readonly calls: Array<InsuredCall> = []
  readonly #bounds: Bounds
  /** What the store holds of an id; null: it has heard of its end, or its hold has expired. */
  readonly #held = new Map<string, number | null>()
  readonly #debits = new Map<string, Array<number>>()
  /** By account and process: what the account is above its limit because of the process. */
  readonly #overdrawn = new Map<string, Map<number, number>>()
  #overspent = ""
  readonly counts: Counts

  constructor(bounds: Bounds, counts: Counts) {
    this.#bounds = bounds
    this.counts = counts
  }

  /** An answer of the store, whether or not anybody hears it. */
  saw(outcome: Outcome): void {
    for (const account of outcome.accounts) this.#sawAccount(account)
    const [leg] = outcome.legs
    if (leg === undefined || leg.state === "none") return
    this.#held.set(outcome.id, leg.state === "held" ? leg.held : null)
    const isEnding = outcome._tag === "Finalized" || outcome._tag === "Released"
    if (!isEnding || outcome.replayed) return
    this.#debits.set(outcome.id, [...(this.#debits.get(outcome.id) ?? []), leg.debited])
    this.#overdraw(outcome)
  }

  #sawAccount({ account, limit, reserved, used }: AccountAnswer): void {
    const { bound, processes } = this.#bounds
    const above = used + reserved - (limit ?? Infinity)
    // Because of nobody more than it is.
    const debts = this.#overdrawn.get(account) ?? new Map<number, number>()
    for (const [process, amount] of debts) debts.set(process, Math.max(0, Math.min(amount, above)))
    if (above === processes * bound) this.counts.overspentFully++
    if (above > processes * bound)
      this.#overspent ||= `${account} is ${above} above its limit, and ${processes} processes may overspend ${bound} each`
  }

  /** What a process let its call use without a hold of the store's, and did not fit into the limit: its until the account is within it again. */
  #overdraw({ accounts, id, legs }: Outcome): void {
    const call = this.calls.find((call) => call.id === id)
    for (const [index, leg] of legs.entries()) {
      const { limit, reserved, used } = accounts[index]!
      // A hold that counts when it ends was within the limit; of one that is gone, or smaller, the rest was not.
      const counted = leg.late || leg.unreserved ? 0 : leg.held
      const above = Math.min(leg.debited - counted, used + reserved - (limit ?? Infinity))
      if (call === undefined || !call.isInsured || above <= 0) continue
      const debts = this.#overdrawn.get(leg.account) ?? new Map<number, number>()
      this.#overdrawn.set(leg.account, debts.set(call.process, (debts.get(call.process) ?? 0) + above))
    }
  }

  /** @throws ScenarioViolation if a process let its calls use more than its bound, or an account was overspent by more */
  check(process: number): void {
    const { bound } = this.#bounds
    const own = this.calls.filter((call) => call.process === process && call.isInsured)
    const apartOf = (calls: ReadonlyArray<InsuredCall>) => calls.reduce((sum, call) => sum + this.#unheardOf(call), 0)
    const apart = apartOf(own)
    if (apart === bound) this.counts.full++
    if (apart > bound)
      throw new ScenarioViolation(
        "I1",
        `process ${process} let its calls use ${apart} that no store has heard of; its bound is ${bound}`
      )
    for (const [account, debts] of this.#overdrawn) {
      const unheard = apartOf(own.filter(({ accounts }) => accounts.includes(account)))
      const above = debts.get(process) ?? 0
      if (unheard + above > bound)
        throw new ScenarioViolation(
          "I1",
          `process ${process} has overspent ${account} by ${above} and let calls use ${unheard} more; its bound is ${bound}`
        )
    }
    if (this.#overspent !== "") throw new ScenarioViolation("I1", this.#overspent)
  }

  #unheardOf({ amount, id }: InsuredCall): number {
    const held = this.#held.get(id)
    return held === null ? 0 : Math.max(0, amount - (held ?? 0))
  }

  /** Every process is gone and every journal delivered: each call was debited once, for what it used. */
  audit(): void {
    this.counts.audited++
    for (const { id, isOver, used } of this.calls) {
      const debits = this.#debits.get(id) ?? []
      const sum = debits.reduce((total, debited) => total + debited, 0)
      if (debits.filter((debited) => debited > 0).length > 1)
        throw new ScenarioViolation("I12", `${id} was debited ${debits.join(" and ")}`)
      if (used === undefined && sum > 0) throw new ScenarioViolation("I12", `${id} did not run and cost ${sum}`)
      if (isOver && used !== undefined && sum !== used)
        throw new ScenarioViolation("I12", `${id} used ${used} and cost ${sum}`)
    }
  }
}
