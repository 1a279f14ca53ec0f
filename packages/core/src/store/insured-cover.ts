/**
 * What this process has admitted by itself, as far as it may be overspent, and how much more it may. No I/O and no
 * clock.
 *
 * A reservation counts with what it holds, and from its ending on with what it cost, until the store has heard of that
 * ending. Its deadline takes nothing away: a call that ends late has been paid as well. What then did not fit into an
 * account's limit counts on, until the store says that the account is within its limit again: else each time that the
 * store is down could overspend it by the whole bound anew.
 */
import { accountKey } from "../machine/account.ts"
import type { AccountTerms, Reserve, ReserveLeg } from "../machine/command.ts"
import type { AccountAnswer, LegAnswer, Outcome } from "../machine/outcome.ts"
import type { Bounds } from "./insured-options.ts"

/** One limit of it. */
export interface CoveredLeg {
  readonly leg: ReserveLeg
  readonly held: number
  readonly measured: number | null
  /** Counts against the bounds. */
  readonly counts: number
}

export interface Covered {
  readonly reserve: Reserve
  legs: ReadonlyMap<string, CoveredLeg>
  deadlineMs: number
  /** An ending was asked for; the store may have heard of it. */
  isEnded: boolean
  /** When an ending was first sent that the store may have heard; undefined: none was. */
  sentMs: number | undefined
}

type Named = Parameters<typeof accountKey>[0]

/** What an account is above its limit because of this process, as of a revision. */
interface Overdrawn {
  readonly unit: string
  readonly amount: number
  readonly revision: number
}

export class Cover {
  readonly #bounds: Bounds
  /** By id and account: reservations that share an id and no account are unrelated, as in a store. */
  readonly #byLeg = new Map<string, Covered>()
  readonly #accounts = new Map<string, number>()
  readonly #units = new Map<string, number>()
  readonly #overdrawn = new Map<string, Overdrawn>()

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** The one under this id that names any of these accounts. */
  get({ id, legs }: Pick<Reserve, "id"> & { readonly legs: ReadonlyArray<Named> }): Covered | undefined {
    for (const leg of legs) {
      const covered = this.#byLeg.get(placeOf(id, leg))
      if (covered !== undefined) return covered
    }
    return undefined
  }

  /** On one account. */
  counted(account: Named): number {
    return this.#accounts.get(accountKey(account)) ?? 0
  }

  /** How much more fits: into the bound of the unit, that of each account, and the limit in code. */
  room(terms: AccountTerms): number {
    const { perAccount, upTo } = this.#bounds
    const unit = (upTo.get(terms.unit) ?? 0) - (this.#units.get(terms.unit) ?? 0)
    const account = Math.min(perAccount.get(terms.unit) ?? Infinity, terms.limit ?? Infinity) - this.counted(terms)
    return Math.max(0, Math.min(unit, account))
  }

  /** Takes a reservation, all of it or nothing; undefined: it does not fit. */
  admit(reserve: Reserve, deadlineMs: number): Covered | undefined {
    const none: Covered = { reserve, legs: new Map(), deadlineMs, isEnded: false, sentMs: undefined }
    const legs = new Map(
      reserve.legs.map((leg) => [
        accountKey(leg),
        { leg, held: leg.amount, measured: null, counts: leg.amount } satisfies CoveredLeg
      ])
    )
    if (!this.#fits(none, legs)) return undefined
    for (const leg of reserve.legs) this.#byLeg.set(placeOf(reserve.id, leg), none)
    this.#count(none, legs)
    return none
  }

  /** Holds and measures more, if it fits: what was measured always counts, for it is used. */
  raise(covered: Covered, totals: ReadonlyMap<string, number>, measured: ReadonlyMap<string, number>): boolean {
    const seen = new Map([...covered.legs].map(([key, one]) => [key, measuredTo(one, measured.get(key))]))
    this.#count(covered, seen)
    const grown = new Map(
      [...covered.legs].map(([key, one]) => {
        const held = Math.max(one.held, totals.get(key) ?? 0)
        return [key, { ...one, held, counts: Math.max(one.counts, held) }]
      })
    )
    if (!this.#fits(covered, grown)) return false
    this.#count(covered, grown)
    return true
  }

  /** It has ended, and cost so much by account; the dearest of several endings counts. */
  end(covered: Covered, costs: ReadonlyMap<string, number>): void {
    const wasEnded = covered.isEnded
    covered.isEnded = true
    const ended = new Map(
      [...covered.legs].map(([key, one]) => {
        const cost = costs.get(key) ?? 0
        return [key, { ...one, counts: wasEnded ? Math.max(one.counts, cost) : cost }]
      })
    )
    this.#count(covered, ended)
  }

  /** It holds nothing here: the store has it, or it was never told. */
  forget(covered: Covered): void {
    const { id, legs } = covered.reserve
    // Forgotten already; another may be under its id by now.
    if (this.get(covered.reserve) !== covered) return
    this.#count(covered, new Map())
    for (const leg of legs) this.#byLeg.delete(placeOf(id, leg))
  }

  /** The store has heard of its ending, and says what came of it. */
  settled(covered: Covered, { accounts, legs }: Outcome): void {
    const counted = covered.legs
    this.forget(covered)
    for (const [index, account] of accounts.entries()) {
      const own = counted.get(accountKey(account))
      if (own === undefined) continue
      const amount = Math.min(beyondHold(legs[index]!), aboveLimit(account))
      if (amount > 0) this.#overdraw(accountKey(account), own.leg.unit, amount, account.revision)
    }
  }

  /** The store's numbers of an account: within its limit it is no longer overdrawn. They may be older than the debt. */
  saw(accounts: ReadonlyArray<AccountAnswer>): void {
    if (this.#overdrawn.size === 0) return
    for (const account of accounts) {
      const key = accountKey(account)
      const debt = this.#overdrawn.get(key)
      if (debt === undefined || account.revision <= debt.revision || aboveLimit(account) > 0) continue
      this.#overdrawn.delete(key)
      add(this.#units, new Map([[debt.unit, debt.amount]]), new Map())
      add(this.#accounts, new Map([[key, debt.amount]]), new Map())
    }
  }

  #overdraw(key: string, unit: string, amount: number, revision: number): void {
    const before = this.#overdrawn.get(key)
    this.#overdrawn.set(key, {
      unit,
      amount: amount + (before?.amount ?? 0),
      revision: Math.max(revision, before?.revision ?? 0)
    })
    add(this.#units, new Map(), new Map([[unit, amount]]))
    add(this.#accounts, new Map(), new Map([[key, amount]]))
  }

  #fits(covered: Covered, legs: Covered["legs"]): boolean {
    const before = byUnit(covered.legs)
    for (const [unit, amount] of byUnit(legs)) {
      const more = amount - (before.get(unit) ?? 0)
      if (more > 0 && more > (this.#bounds.upTo.get(unit) ?? 0) - (this.#units.get(unit) ?? 0)) return false
    }
    for (const [key, { counts, leg }] of legs) {
      const more = counts - (covered.legs.get(key)?.counts ?? 0)
      const bound = Math.min(this.#bounds.perAccount.get(leg.unit) ?? Infinity, leg.limit ?? Infinity)
      if (more > 0 && more > bound - this.counted(leg)) return false
    }
    return true
  }

  #count(covered: Covered, legs: Covered["legs"]): void {
    add(this.#units, byUnit(covered.legs), byUnit(legs))
    add(this.#accounts, countsOf(covered.legs), countsOf(legs))
    covered.legs = legs
  }
}

/** Injective: an id holds no line feed. */
const placeOf = (id: string, leg: Named): string => `${id}\n${accountKey(leg)}`

const measuredTo = (one: CoveredLeg, seen: number | undefined): CoveredLeg => {
  if (seen === undefined) return one
  const measured = Math.max(one.measured ?? 0, seen)
  return { ...one, measured, counts: Math.max(one.counts, measured) }
}

/** What was debited without a hold that the store counted: it had none, it had expired, or it was smaller. */
const beyondHold = ({ debited, late, overage, unreserved }: LegAnswer): number =>
  unreserved || late ? debited : overage

const aboveLimit = ({ limit, reserved, used }: AccountAnswer): number =>
  limit === null ? 0 : Math.max(0, used + reserved - limit)

/** Limits of one unit are of one usage: the largest counts. */
const byUnit = (legs: Covered["legs"]): ReadonlyMap<string, number> => {
  const units = new Map<string, number>()
  for (const { counts, leg } of legs.values()) units.set(leg.unit, Math.max(units.get(leg.unit) ?? 0, counts))
  return units
}

const countsOf = (legs: Covered["legs"]): ReadonlyMap<string, number> =>
  new Map([...legs].map(([key, { counts }]) => [key, counts]))

/** Sums without one thing and with another; what is 0 is not kept. */
const add = (
  sums: Map<string, number>,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>
): void => {
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const sum = (sums.get(key) ?? 0) - (before.get(key) ?? 0) + (after.get(key) ?? 0)
    if (sum === 0) sums.delete(key)
    else sums.set(key, sum)
  }
}
