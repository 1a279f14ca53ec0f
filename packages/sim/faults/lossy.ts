/**
 * Each command over a connection that breaks before the request arrives, or after the server acted and before its answer comes: it is told as unknown, and
 * the same call again makes one effect of it.
 */
import type { QuotaStore } from "@tallystick/core/store"
import type { Decide } from "@tallystick/sim/proxy"

import { ask, before, type Case, cases, executed, type Numbers, numbersOf, prepare } from "./cases.ts"

export type Loss = "cut" | "cut-answer"

/** Requests about these accounts get lost; a number per account, so that no name is part of another's. */
export class Losses {
  readonly #lost = new Map<string, Loss>()

  readonly decide: Decide = ({ text }) => {
    const account = /fault-\w+-end/.exec(text)?.[0]
    return (account === undefined ? undefined : this.#lost.get(account)) ?? "forward"
  }

  set(account: string, loss: Loss | undefined): void {
    if (loss === undefined) this.#lost.delete(account)
    else this.#lost.set(account, loss)
  }
}

export interface LossyOptions {
  /** Its connection is whole. */
  readonly direct: QuotaStore
  /** Each over a connection of its own, through the proxy. */
  readonly stores: ReadonlyArray<QuotaStore>
  readonly losses: Losses
  readonly loss: Loss
  /** Of each command. */
  readonly times: number
}

/** @throws Error that says which command was told or counted wrongly; gives how many were lost. */
export const loseEach = async (options: LossyOptions): Promise<number> => {
  const { losses, loss, times } = options
  const jobs = cases.flatMap((which) =>
    Array.from({ length: times }, (_, time) => ({
      which,
      account: `fault-${loss.replace("-", "")}${which.kind}${time}-end`
    }))
  )
  let next = 0
  const line = async (store: QuotaStore): Promise<void> => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      losses.set(job.account, loss)
      await loseOne(options, store, job.which, job.account)
    }
  }
  await Promise.all(options.stores.map(line))
  return jobs.length
}

const loseOne = async (
  { direct, loss, losses }: LossyOptions,
  store: QuotaStore,
  { after, answer, command }: Case,
  account: string
): Promise<void> => {
  await executed(direct, prepare(account))
  const told = await ask(store, command(account))
  same(account, "told", told._tag, "OutcomeUnknown")
  numbers(account, "lost", await numbersOf(direct, account), loss === "cut" ? before : after)
  losses.set(account, undefined)
  for (const isReplay of [loss === "cut-answer", true]) {
    const again = await ask(store, command(account))
    same(account, "told again", again._tag, answer)
    same(account, "replayed", "replayed" in again && again.replayed, isReplay)
    numbers(account, "again", await numbersOf(direct, account), after)
  }
}

const numbers = (account: string, when: string, found: Numbers, expected: Numbers): void =>
  same(account, when, found.join(), expected.join())

const same = (account: string, what: string, found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${account}: ${what} was ${String(found)}, not ${String(expected)}`)
}
