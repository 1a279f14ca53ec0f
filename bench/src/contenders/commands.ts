/**
 * A pair as Tallystick's commands.
 */
import type { Command, Finalize, FinalizeLeg, Outcome, Reserve, ReserveLeg } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

import { type Case, type Contender, effectCaller, HELD, legNames, LIMIT, USED } from "../contender.ts"

const window = { kind: "none" } as const
const TTL_MS = 60_000
const ACCOUNTS_PER_READ = 16

/** The legs of every account, made once, as an app has them. */
export const pairsOf = (of: Case) => {
  const names = legNames(of)
  const common = (account: string) => ({ account, window, unit: "tokens", limit: LIMIT })
  const opening = names.map((legs): ReadonlyArray<ReserveLeg> =>
    legs.map((name) => ({ ...common(name), amount: HELD, settle: "actual" }))
  )
  const ending = names.map((legs): ReadonlyArray<FinalizeLeg> =>
    legs.map((name) => ({ ...common(name), actual: USED }))
  )
  return {
    reserve: (account: number, id: string): Reserve => ({
      kind: "reserve",
      id,
      ttlMs: TTL_MS,
      legs: opening[account]!
    }),
    finalize: (account: number, id: string): Finalize => ({
      kind: "finalize",
      id,
      overage: "debit",
      ifUnknown: "mark",
      sentAgoMs: 0,
      legs: ending[account]!
    }),
    refs: names.flat().map(common)
  }
}

export class Refused extends Error {
  constructor(outcome: Outcome | undefined) {
    super(`a call of the benchmark was refused: ${JSON.stringify(outcome)}`)
  }
}

/** A store as code that knows Effect calls it. */
export const storeContender = (
  name: string,
  store: QuotaStore,
  of: Case,
  close: () => Promise<void> = () => Effect.runPromise(store.close)
): Contender => {
  const { finalize, refs, reserve } = pairsOf(of)
  const send = (command: Command, tag: Outcome["_tag"]) =>
    Effect.map(store.execute([command]), ([outcome]) => {
      if (outcome?._tag !== tag) throw new Refused(outcome)
    })
  return {
    name,
    call: effectCaller(
      (account, id) => send(reserve(account, id), "Granted"),
      (account, id) => send(finalize(account, id), "Finalized")
    ),
    used: () => usedOf(store, refs),
    close
  }
}

export const usedOf = async (store: QuotaStore, refs: ReturnType<typeof pairsOf>["refs"]): Promise<number> => {
  const parts = Array.from({ length: Math.ceil(refs.length / ACCOUNTS_PER_READ) }, (_, part) =>
    refs.slice(part * ACCOUNTS_PER_READ, (part + 1) * ACCOUNTS_PER_READ)
  )
  let used = 0
  for (const answer of (await Promise.all(parts.map((part) => Effect.runPromise(store.usage(part))))).flat()) {
    if (answer.reserved !== 0) throw new Error(`${answer.account} still holds ${answer.reserved}`)
    used += answer.used
  }
  return used
}
