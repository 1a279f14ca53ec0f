/**
 * Commands that begin something: a reserve, a charge.
 */
import type { Charge, Reserve, ReserveLeg } from "@tallystick/core/machine"

import type { Block } from "../world/tape.ts"
import { termsOf } from "./accounts.ts"
import { askedAmount } from "./amounts.ts"
import type { Workload } from "./workload.ts"

/** Mostly a new id; else one that is known: the very same again, or other content under it. */
export const drawReserve = (work: Workload, block: Block, nowMs: number): Reserve => {
  const known = block.id < 144 ? undefined : work.ids.all[block.id % work.ids.all.length]
  if (known?.made.kind === "reserve" && block.id < 236) return known.made
  return newReserve(work, block, known?.id ?? work.ids.fresh, nowMs)
}

/** A reserve of an id, remembered if the id is new. */
export const newReserve = (work: Workload, block: Block, id: string, nowMs: number): Reserve => {
  const { swarm } = work
  const accounts = work.pickAccounts(block.legs)
  const legs: Array<ReserveLeg> = []
  for (const [position, index] of accounts.entries()) {
    const plan = swarm.accounts[index]!
    const amount = askedAmount(position === 0 ? block.amount : block.second + position - 1, work.edges(index))
    // An odd name in all legs would hide what the others do: the variant is of one leg.
    const variant = position === block.variant % accounts.length ? block.variant : 0
    legs.push({ ...termsOf(plan, nowMs, variant), amount, settle: plan.settle })
  }
  const made: Reserve = { kind: "reserve", id, ttlMs: swarm.ttls[(block.variant >> 2) % swarm.ttls.length]!, legs }
  if (id === work.ids.fresh) work.ids.add(made, accounts)
  return made
}

export const drawCharge = (work: Workload, block: Block, nowMs: number): Charge => {
  const known = block.id < 176 ? undefined : work.ids.all[block.id % work.ids.all.length]
  if (known?.made.kind === "charge" && block.id < 240) return known.made
  const id = known?.id ?? work.ids.fresh
  const accounts = work.pickAccounts(block.legs)
  const legs = accounts.map((index, position) => ({
    ...termsOf(work.swarm.accounts[index]!, nowMs, position === 0 ? block.variant : 0),
    amount: chargedAmount(work, position === 0 ? block.amount : block.second, index)
  }))
  const made: Charge = { kind: "charge", id, legs }
  if (id === work.ids.fresh) work.ids.add(made, accounts)
  return made
}

/** A charge may be of 0. */
const chargedAmount = (work: Workload, number: number, account: number): number =>
  number % 16 === 15 ? 0 : askedAmount(number, work.edges(account))
