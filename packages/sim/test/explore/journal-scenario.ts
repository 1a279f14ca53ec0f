/**
 * Users' code over a store that fails at any call, with a journal that outlives its processes, and what must be true
 * in the end: a call that ended was settled once, for exactly what was measured.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota, memoryJournal, NotAppliedError, OutcomeUnknownError } from "@tallystick/core"
import type { Quota, SettlementJournal } from "@tallystick/core"
import type { Outcome } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

import type { MakeStore, Scenario, ScenarioClient } from "../../src/index.ts"

export const limits = [{ account: "user:ada", unit: "tokens", limit: 100_000 }]

/** One call of a client's code, as it saw it itself. */
export interface Call {
  readonly requestId: string
  /** Undefined: it was not admitted, or its first word did not come yet. */
  measured?: number
  /** Its code has been told how it ended. Else its process died on the way. */
  isOver: boolean
}

export interface Code {
  /** Makes one call, writing down what it measures. Whatever it throws is its own affair. */
  readonly run: (quota: Quota, client: ScenarioClient, call: Call, abort: AbortController) => Promise<unknown>
  readonly enforce: boolean
  /** Breaks the journal, to see that it is found. */
  readonly journal?: (journal: SettlementJournal) => SettlementJournal
}

/** What the store decided of an id, whether or not anybody heard it. */
type Decided = Map<string, Array<Outcome>>

/** Later than all that a call of a scenario may take: its own waits, its deadlines and its journal's. */
const AUDIT_AFTER_MS = 30 * 60_000

const CALLS = 2
const REPLAYS = 200

/** A store that writes down, a scenario, and how many runs were audited to the end. */
export const journalScenario = (code: Code) => {
  let decided: Decided = new Map()
  let journal = memoryJournal()
  let calls: Array<Call> = []
  const counts = { audits: 0, settled: 0, journaled: 0, cutOff: 0 }

  const store: MakeStore = (settings) => {
    const inner = memoryStore(settings)
    const log: Decided = new Map()
    decided = log
    journal = memoryJournal()
    calls = []
    const note = (outcome: Outcome): void => {
      if ("id" in outcome) log.set(outcome.id, [...(log.get(outcome.id) ?? []), outcome])
    }
    return {
      ...inner,
      execute: (commands) =>
        Effect.tap(inner.execute(commands), (outcomes) => Effect.sync(() => outcomes.forEach(note)))
    }
  }

  const audit = (): void => {
    counts.audits++
    for (const call of calls) {
      const debits = endingsOf(decided, call.requestId)
      if (debits.length > 1) throw new Error(`${call.requestId} was settled ${debits.length} times`)
      if (!call.isOver) {
        counts.cutOff++
        continue
      }
      const { measured } = call
      if (measured === undefined) {
        if (debits.some((debited) => debited > 0))
          throw new Error(`${call.requestId} did not run and cost ${debits[0]}`)
        continue
      }
      if (debits.length === 0) throw new Error(`${call.requestId} used ${measured} and was not settled`)
      if (debits[0] !== measured) throw new Error(`${call.requestId} used ${measured} and cost ${debits[0]}`)
      counts.settled++
    }
  }

  const makeQuota = (client: ScenarioClient): Quota => {
    const shared = slow(journal, client, () => counts.journaled++)
    return createQuota({
      store: failing(client),
      ...client.runtime,
      enforce: code.enforce,
      settleWithinMs: client.pick(2) * 1_000,
      journal: code.journal?.(shared) ?? shared
    })
  }

  const scenario: Scenario = async (client) => {
    if (client.index === 0) return audited(client, makeQuota, audit)
    const quota = makeQuota(client)
    for (let index = 0; index < CALLS; index++) {
      const call: Call = { requestId: `c${client.index}-${index}`, isOver: false }
      calls.push(call)
      const abort = new AbortController()
      // At any step: its gate is one of those that the tape opens.
      if (client.pick(2) === 0) void client.sleep(client.pick(3) * 400).then(() => abort.abort(new Error("gone")))
      await code.run(quota, client, call, abort).catch(() => undefined)
      call.isOver = true
    }
    await quota.close({ graceMs: client.pick(2) * 5_000 })
  }
  return { store, scenario, counts }
}

/** A store that takes none of the first endings of a process, or takes them without a word. */
const failing = (client: ScenarioClient): QuotaStore => {
  let left = client.pick(4)
  return {
    ...client.store,
    execute: (commands) =>
      Effect.suspend(() => {
        const isEnding = commands.some(({ kind }) => ["finalize", "release", "charge"].includes(kind))
        if (!isEnding || left === 0) return client.store.execute(commands)
        left--
        if (client.pick(2) === 0) return Effect.fail(new NotAppliedError("refused by the test"))
        return Effect.andThen(client.store.execute(commands), Effect.fail(new OutcomeUnknownError("lost by the test")))
      })
  }
}

/** The process that starts when all others are gone. */
const audited = async (
  client: ScenarioClient,
  makeQuota: (client: ScenarioClient) => Quota,
  audit: () => void
): Promise<void> => {
  await client.sleep(AUDIT_AFTER_MS)
  const quota = makeQuota(client)
  for (let left = REPLAYS; left > 0; left--) {
    if ((await quota.replayJournal()).kept === 0) break
    await client.sleep(1_000)
  }
  await quota.close()
  audit()
}

/** Takes its time before and after, so that a process can die in between. */
const slow = (journal: SettlementJournal, client: ScenarioClient, recorded: () => void): SettlementJournal => {
  const between = async <A>(act: () => A | PromiseLike<A>): Promise<A> => {
    await client.sleep(0)
    const value = await act()
    await client.sleep(0)
    return value
  }
  return {
    record: async (entry) => between(() => (recorded(), journal.record(entry))),
    pending: async (limit) => between(() => journal.pending(limit)),
    remove: async (id) => between(() => journal.remove(id))
  }
}

/** What was debited, by each ending that had an effect: of a request, its growths and its charge. */
const endingsOf = (decided: Decided, requestId: string): ReadonlyArray<number> =>
  [...decided]
    .filter(([id]) => id === requestId || id === `${requestId}~observed`)
    .flatMap(([, outcomes]) => outcomes)
    .flatMap((outcome) => {
      const isEnding = ["Finalized", "Released", "Charged"].includes(outcome._tag)
      if (!isEnding || ("replayed" in outcome && outcome.replayed)) return []
      return "legs" in outcome ? [outcome.legs[0]?.debited ?? 0] : []
    })
