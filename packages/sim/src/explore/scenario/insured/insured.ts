/**
 * Processes over an insured store that goes and comes: what they are let use without it stays within the bound, and in
 * the end each call was debited once.
 */
import { createQuota, insured, memoryJournal } from "@tallystick/core"
import type { InsuredOptions, Limit, Quota, Reservation, SettlementJournal, Store } from "@tallystick/core"
import * as Effect from "effect/Effect"

import type { MakeStore } from "../../run.ts"
import type { Scenario, ScenarioClient, ScenarioOptions } from "../scenario.ts"
import { type InsuredCall, Ledger } from "./ledger.ts"
import { linkOf, type Weather } from "./link.ts"

/** Small, so that few calls fill them: what is one too large must show. */
const LIMIT = 4
const BOUND = 3

const PROCESSES = 2

/** Two at once of each process, four times. */
const ROUNDS = 4
const AT_ONCE = 2

/** Later than all that a call may take: its own waits, its deadlines, and the journal's. */
const AUDIT_AFTER_MS = 30 * 60_000

const REPLAYS = 200

/** Each call asks the tape some ten times. */
const BLOCKS = 160

const limits: ReadonlyArray<Limit> = [
  { account: "a", unit: "tokens", limit: LIMIT },
  { account: "b", unit: "tokens", limit: LIMIT }
]

/** To see that what is broken is found. */
export interface InsuredChanges {
  readonly insure?: ((store: Store, options: InsuredOptions) => Store) | undefined
  readonly journal?: ((journal: SettlementJournal) => SettlementJournal) | undefined
}

export interface InsuredScenario extends ScenarioOptions {
  readonly makeStore: MakeStore
  /** Over all runs. */
  readonly counts: Ledger["counts"]
}

/** The scenario and its store, which writes down what it answers. */
export const insuredScenario = (make: MakeStore, changes: InsuredChanges = {}): InsuredScenario => {
  const { insure = insured, journal: change = (journal) => journal } = changes
  const counts = { insured: 0, full: 0, overspentFully: 0, audited: 0 }
  let run = newRun(counts)

  const makeStore: MakeStore = async (settings) => {
    const store = await make(settings)
    run = newRun(counts)
    const { ledger } = run
    return {
      ...store,
      execute: (commands) =>
        Effect.tap(store.execute(commands), (outcomes) =>
          Effect.sync(() => outcomes.forEach((outcome) => ledger.saw(outcome)))
        )
    }
  }

  const scenario: Scenario = async (client) => {
    const { journals, ledger, weather } = run
    if (client.index === PROCESSES) return audited(client, journals, ledger)
    const retryAfterMs = client.pick(2) * 1_000
    const quota = createQuota({
      store: insure(linkOf(client, weather), { whenDown: "admit", upTo: { tokens: BOUND }, retryAfterMs }),
      ...client.runtime,
      settleWithinMs: client.pick(2) * 1_000,
      journal: change(journals[client.index]!)
    })
    for (let round = 0; round < ROUNDS; round++) {
      const calls = Array.from({ length: AT_ONCE }, (_, index) => `p${client.index}-${round}-${index}`)
      await Promise.all(calls.map((id) => called(quota, client, ledger, id)))
      // Long enough for the journal to be sent again.
      await client.sleep(client.pick(2) * 5_000)
    }
    await quota.close()
  }
  return { makeStore, scenario, counts, clients: PROCESSES + 1, faults: true, allowsDebt: true, blocks: BLOCKS }
}

const newRun = (counts: Ledger["counts"]) => ({
  ledger: new Ledger({ processes: PROCESSES, bound: BOUND }, counts),
  journals: Array.from({ length: PROCESSES }, () => memoryJournal()),
  weather: { isDown: false } satisfies Weather as Weather
})

/** One call: it is admitted or not, grows perhaps, uses at most what it holds, and ends. */
const called = async (quota: Quota, client: ScenarioClient, ledger: Ledger, id: string): Promise<void> => {
  const { pick } = client
  const named = pick(3) === 1 ? limits : [limits[pick(4) === 1 ? 1 : 0]!]
  const estimate = 1 + pick(BOUND)
  const call: InsuredCall = {
    id,
    process: client.index,
    accounts: named.map(({ account }) => account),
    amount: estimate,
    isInsured: false,
    used: undefined,
    isOver: false
  }
  ledger.calls.push(call)
  const opened = await quota
    .open({ requestId: id, limits: named, estimate: { tokens: estimate } })
    .catch(() => undefined)
  if (opened?.granted !== true) return
  heard(ledger, call, opened)
  // Long enough for a heartbeat, which hands the call over.
  await client.sleep([0, 300, 25_000][pick(3)]!)
  if (pick(3) === 1) {
    const grown = await opened.grow({ tokens: 1 }).catch(() => undefined)
    if (grown?.granted === true) call.amount++
    heard(ledger, call, opened)
  }
  call.used = call.amount - (pick(3) === 1 ? 1 : 0)
  call.amount = call.used
  await opened.finalize({ tokens: call.used })
  call.isOver = true
  ledger.check(client.index)
}

const heard = (ledger: Ledger, call: InsuredCall, { insured }: Reservation): void => {
  if (insured && !call.isInsured) {
    call.isInsured = true
    ledger.counts.insured++
  }
  ledger.check(call.process)
}

/** Processes that start when the others are gone, one for each journal. */
const audited = async (
  client: ScenarioClient,
  journals: ReadonlyArray<SettlementJournal>,
  ledger: Ledger
): Promise<void> => {
  await client.sleep(AUDIT_AFTER_MS)
  for (const journal of journals) {
    const quota = createQuota({ store: client.store, ...client.runtime, journal })
    for (let left = REPLAYS; left > 0; left--) {
      if ((await quota.replayJournal()).kept === 0) break
      await client.sleep(1_000)
    }
    await quota.close()
  }
  ledger.audit()
}
