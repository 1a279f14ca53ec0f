/**
 * Commands that go on with something: extend, finalize, release, lookup. Mostly with what the client itself was granted last.
 */
import { MAX_AMOUNT } from "@tallystick/core/machine"
import type {
  AccountTerms,
  Extend,
  Finalize,
  FinalizeLeg,
  Lookup,
  Release,
  WhenUnknown
} from "@tallystick/core/machine"

import type { Block } from "../world/tape.ts"
import { termsOf } from "./accounts.ts"
import { usedAmount } from "./amounts.ts"
import type { Client } from "./client.ts"
import type { Known } from "./known.ts"
import type { Workload } from "./workload.ts"

interface Target {
  readonly id: string
  /** undefined: nothing was made under this id yet. */
  readonly known: Known | undefined
  readonly accounts: ReadonlyArray<number>
}

/** The client's own, somebody's, or an id that comes only later: then its ending arrives first. */
const targetOf = (work: Workload, block: Block, client: Client, isHeartbeat: boolean): Target => {
  const { all } = work.ids
  let known: Known | undefined
  // Its own first; without one, and sometimes else, what somebody holds: a heartbeat of nothing says little.
  const own = client.open.length > 0 && block.id < 112 && !isHeartbeat ? client.open : work.heldIds()
  if ((block.id < 160 || (isHeartbeat && block.id < 224)) && own.length > 0) {
    // The last one is of an earlier window, if there is such a one: a heartbeat goes there every other time.
    const back = isHeartbeat && block.id % 2 === 0 ? 0 : (block.id >> 2) % own.length
    known = work.ids.find(own[own.length - 1 - back]!)
  } else if (block.id < 240) {
    known = all[all.length - 1 - (block.id % all.length)]
  }
  const isOther = known === undefined || block.legs >= 240
  return { id: known?.id ?? work.ids.fresh, known, accounts: isOther ? work.pickAccounts(block.legs) : known!.accounts }
}

const termsFor = (work: Workload, { accounts }: Target, variant: number, nowMs: number): Array<AccountTerms> =>
  accounts.map((index, position) => termsOf(work.swarm.accounts[index]!, nowMs, position === 0 ? variant : 0))

/** What the reserve held on this leg, as far as it was sent. */
const heldOf = (known: Known | undefined, position: number): number => {
  const leg = known?.made.legs[position]
  return leg === undefined ? 5 : leg.amount
}

/** Whether a leg has an actual; one time in 16 wrongly. */
const hasActual = (work: Workload, account: number, block: Block): boolean =>
  (work.swarm.accounts[account]!.settle === "actual") !== (block.legs >= 224 && block.legs < 240)

export const drawFinalize = (work: Workload, block: Block, client: Client, nowMs: number): Finalize => {
  const target = targetOf(work, block, client, false)
  const legs: Array<FinalizeLeg> = termsFor(work, target, block.variant, nowMs).map((terms, position) => {
    const account = target.accounts[position]!
    if (!hasActual(work, account, block)) return terms
    const number = position === 0 ? block.amount : block.second
    return { ...terms, actual: usedAmount(number, heldOf(target.known, position), work.edges(account).limit) }
  })
  if (target.known !== undefined) target.known.finalizedMs ??= nowMs
  const isCharge = block.second >= 176
  // A journal may send what it could not deliver an hour or a week ago.
  const sentAgoMs =
    block.second >= 240 ? work.swarm.settings.settledRetentionMs : nowMs - (target.known?.finalizedMs ?? nowMs)
  return {
    kind: "finalize",
    id: target.id,
    overage: block.second % 3 === 2 ? "cap" : "debit",
    ifUnknown: isCharge ? "charge" : "mark",
    sentAgoMs: Math.max(0, sentAgoMs),
    legs
  }
}

export const drawRelease = (work: Workload, block: Block, client: Client, nowMs: number): Release => {
  const target = targetOf(work, block, client, false)
  return { kind: "release", id: target.id, legs: termsFor(work, target, block.variant, nowMs) }
}

export const drawLookup = (work: Workload, block: Block, client: Client, nowMs: number): Lookup => {
  const target = targetOf(work, block, client, false)
  return { kind: "lookup", id: target.id, legs: termsFor(work, target, block.variant, nowMs) }
}

const policies: ReadonlyArray<WhenUnknown | undefined> = [
  undefined,
  "charge-held",
  undefined,
  "refund",
  "charge-measured"
]

/** A heartbeat: it renews, and mostly grows or measures too. */
export const drawExtend = (work: Workload, block: Block, client: Client, nowMs: number): Extend => {
  const target = targetOf(work, block, client, true)
  const legs = termsFor(work, target, block.variant, nowMs).map((terms, position) => {
    const account = target.accounts[position]!
    if (!hasActual(work, account, block)) return terms
    const held = heldOf(target.known, position)
    const number = position === 0 ? block.amount : block.second
    const total = number % 4 === 3 ? undefined : Math.min(MAX_AMOUNT, held + 1 + (number % 7))
    const measured = number % 3 === 0 ? undefined : usedAmount(number, held, work.edges(account).limit)
    return { ...terms, total, measured }
  })
  const ttlMs = block.variant % 5 === 4 ? undefined : work.swarm.ttls[(block.variant >> 2) % work.swarm.ttls.length]!
  return { kind: "extend", id: target.id, ttlMs, whenUnknown: policies[block.second % policies.length], legs }
}
