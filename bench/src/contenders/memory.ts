/**
 * In memory.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota } from "@tallystick/core"
import { type Command, decide, defaultSettings } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { RateLimiterMemory } from "rate-limiter-flexible"

import { collect } from "../../../packages/adapter-memory/src/collect.ts"
import { Tables } from "../../../packages/adapter-memory/src/tables.ts"
import { effectCaller, HELD, legNames, LIMIT, promiseCaller, USED } from "../contender.ts"
import type { Case, Contender, MakeContender, Turns } from "../contender.ts"
import { pairsOf, Refused, storeContender, usedOf } from "./commands.ts"

/** Endings that are remembered, by all that remember any: so that a long round does not measure how memory fills. */
const REMEMBERED = 100_000

/** Callers of what answers at once: one after the other, without a promise between. */
const plainCaller =
  (open: (account: number, id: string) => void, settle: (account: number, id: string) => void) =>
  async (turns: Turns): Promise<void> => {
    for (let account = turns.begin(); account !== undefined; account = turns.begin()) {
      const id = turns.id()
      open(account, id)
      turns.opened()
      settle(account, id)
      turns.settled()
    }
  }

/** The rules over maps, without a runtime and without reading input: what every store in TypeScript is built on. */
export const machine: MakeContender = async (of) => {
  const { finalize, refs, reserve } = pairsOf(of)
  const tables = new Tables()
  const run = (command: Command): void => {
    const nowMs = Date.now()
    const fetched = tables.fetch(command, nowMs)
    const decided = decide(fetched, command, nowMs, defaultSettings)
    if (!decided.answer.granted) throw new Refused(decided.answer)
    tables.write(fetched, decided)
    collect(tables, nowMs, defaultSettings, REMEMBERED, 8)
  }
  return {
    name: "machine",
    call: plainCaller(
      (account, id) => run(reserve(account, id)),
      (account, id) => run(finalize(account, id))
    ),
    used: async () => {
      const rows = tables.fetchAccounts(refs, Date.now())
      return rows.reduce((sum, { account }) => sum + (account?.used ?? 0), 0)
    },
    close: async () => {}
  }
}

/** The port, called by code that knows Effect. */
export const store: MakeContender = async (of) =>
  storeContender("store", memoryStore({ rememberAtMost: REMEMBERED }), of)

/** What users call: promises, heartbeat, journal, spans and metrics. */
export const front: MakeContender = async (of) => frontOf("front", memoryStore({ rememberAtMost: REMEMBERED }), of)

export const frontOf = (
  name: string,
  store: QuotaStore,
  asked: Case,
  close: () => Promise<void> = async () => {}
): Contender => {
  // Accounts of its own, also where it shares tables with another contender.
  const of = { ...asked, name: `${asked.name}:front` }
  const quota = createQuota({ store })
  const requests = legNames(of).map((legs) => ({
    limits: legs.map((account) => ({ account, unit: "tokens", limit: LIMIT })),
    estimate: { tokens: HELD }
  }))
  const { refs } = pairsOf(of)
  return {
    name,
    call: async (turns) => {
      for (let account = turns.begin(); account !== undefined; account = turns.begin()) {
        const reservation = await quota.open({ requestId: turns.id(), ...requests[account]! })
        if (!reservation.granted) throw new Error(reservation.message)
        turns.opened()
        await reservation.finalize({ tokens: USED })
        turns.settled()
      }
    },
    used: () => usedOf(store, refs),
    close: async () => {
      await quota.close()
      await close()
    }
  }
}

export const flexible: MakeContender = async (of) => {
  const limiter = new RateLimiterMemory({ points: LIMIT, duration: 86_400 })
  const names = legNames(of)
  return {
    name: "rate-limiter-flexible",
    call: flexibleCaller(limiter, names),
    used: () => flexibleUsed(limiter, names),
    close: async () => {
      for (const name of names.flat()) await limiter.delete(name)
    }
  }
}

interface Flexible {
  consume: (key: string, points: number) => Promise<unknown>
  reward: (key: string, points: number) => Promise<unknown>
  get: (key: string) => Promise<{ readonly consumedPoints: number } | null>
}

/** Several limits are several calls, each on its own: none is undone if another one refuses. */
export const flexibleCaller = (limiter: Flexible, names: ReadonlyArray<ReadonlyArray<string>>) => {
  const each = (account: number, act: (name: string) => Promise<unknown>): Promise<unknown> => {
    const legs = names[account]!
    return legs.length === 1 ? act(legs[0]!) : Promise.all(legs.map(act))
  }
  return promiseCaller(
    (account) => each(account, (name) => limiter.consume(name, HELD)),
    (account) => each(account, (name) => limiter.reward(name, HELD - USED))
  )
}

export const flexibleUsed = async (limiter: Flexible, names: ReadonlyArray<ReadonlyArray<string>>): Promise<number> => {
  const all = await Promise.all(names.flat().map((name) => limiter.get(name)))
  return all.reduce((used, one) => used + (one?.consumedPoints ?? 0), 0)
}

/** Its window ends `window / limit` after the last token for each token: so that none ends here. */
const WINDOW_MS = LIMIT * 60_000

/** Two consumes: it cannot give back. Its check is a last consume that tells what is left. */
export const effect: MakeContender = async (of) => {
  const limiter = await Effect.runPromise(Effect.provide(RateLimiter.make, RateLimiter.layerStoreMemory))
  const names = legNames(of)
  const consume = (key: string, tokens: number) =>
    limiter.consume({ key, tokens, window: WINDOW_MS, limit: LIMIT, onExceeded: "fail" })
  const each = (account: number, tokens: number) => {
    const legs = names[account]!
    return legs.length === 1
      ? consume(legs[0]!, tokens)
      : Effect.forEach(legs, (name) => consume(name, tokens), { discard: true })
  }
  return {
    name: "effect RateLimiter",
    call: effectCaller(
      (account) => each(account, USED - 1),
      (account) => each(account, 1)
    ),
    used: async () => {
      let used = 0
      for (const name of names.flat()) used += LIMIT - (await Effect.runPromise(consume(name, 0))).remaining
      return used
    },
    close: async () => {}
  }
}

/** A map of sums and a set of ids: the least that can tell a repeat from a call. No limit is asked. */
export const floor: MakeContender = async (of) => {
  const names = legNames(of)
  const sums = new Map<string, { used: number; held: number }>()
  const seen = new Set<string>()
  const order: Array<string> = Array.from({ length: REMEMBERED }, () => "")
  let calls = 0
  const each = (account: number, id: string, act: (sum: { used: number; held: number }) => void): void => {
    if (!seen.has(id)) {
      seen.add(id)
      seen.delete(order[calls % REMEMBERED]!)
      order[calls++ % REMEMBERED] = id
    }
    for (const name of names[account]!) {
      const sum = sums.get(name) ?? { used: 0, held: 0 }
      act(sum)
      sums.set(name, sum)
    }
  }
  return {
    name: "floor: a map and a set",
    call: plainCaller(
      (account, id) => each(account, id, (sum) => (sum.held += HELD)),
      (account, id) =>
        each(account, id, (sum) => {
          sum.held -= HELD
          sum.used += USED
        })
    ),
    used: async () => [...sums.values()].reduce((total, { used }) => total + used, 0),
    close: async () => {}
  }
}
