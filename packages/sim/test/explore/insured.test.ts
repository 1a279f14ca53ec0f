/** The policy for a store that is down, under the explorer: over a store that goes and comes. */
import { memoryStore } from "@tallystick/adapter-memory"
import { insured } from "@tallystick/core"
import type { SettlementJournal, Store } from "@tallystick/core"
import type { Command, Outcome } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"

import { explore } from "../../src/index.ts"
import { tapeOf } from "../../src/explore/generate.ts"
import { playScenario } from "../../src/explore/scenario/play.ts"
import { Book } from "../../src/oracle/book.ts"
import { invariantIds, newAsked } from "../../src/oracle/checks.ts"
import { type InsuredChanges, insuredScenario } from "../../src/explore/scenario/insured/insured.ts"

const RUNS = Number(process.env["TALLYSTICK_INSURED_RUNS"] ?? 300)

const play = async (runs: number, changes: InsuredChanges = {}) => {
  const { counts, makeStore, ...options } = insuredScenario(memoryStore, changes)
  const report = await explore({ store: makeStore, runs, seed: 11, ...options })
  return { report, counts }
}

/** Without making it short, which takes longer than to find it. */
const firstFailure = async (runs: number, changes: InsuredChanges): Promise<string> => {
  const played = insuredScenario(memoryStore, changes)
  const options = {
    makeStore: played.makeStore,
    newBook,
    asked: newAsked(),
    isTimed: false,
    on: new Set(invariantIds),
    isSearched: false
  }
  for (let run = 0; run < runs; run++) {
    const { violation } = await playScenario(tapeOf(11, run, played.blocks), options, played)
    if (violation !== null) return violation.because
  }
  return "nothing was found"
}

const newBook = (settings: ConstructorParameters<typeof Book>[0]): Book => new Book(settings)

it("a process is let use its bound without the store and never more, and each call is debited once", async () => {
  const { counts, report } = await play(RUNS)
  assert.isTrue(report.ok, JSON.stringify(report.failure, null, 2))
  // The search goes where one more would show.
  assert.isAbove(counts.insured, RUNS)
  assert.isAbove(counts.full, RUNS)
  assert.isAbove(counts.overspentFully, RUNS / 100)
  assert.isAbove(counts.audited, RUNS / 2)
}, 120_000)

it("is a store of the command line: insured:memory", async () => {
  const report = await explore({ store: "insured:memory", runs: 20, seed: 1 })
  assert.isTrue(report.ok)
  assert.isAbove(report.answers["unreserved"]!, 0)
}, 60_000)

type Insure = NonNullable<InsuredChanges["insure"]>

describe("what is broken is found", () => {
  const oneMore: Insure = (store, options) => {
    const upTo = options.whenDown === "admit" ? options.upTo : {}
    return insured(store, { ...options, whenDown: "admit", upTo: { tokens: upTo["tokens"]! + 1 } })
  }
  /** What goes to the store and what comes back, with something changed. */
  const between =
    (sent: (command: Command) => Command, heard: (outcome: Outcome) => Outcome): Insure =>
    (store, options) => {
      const inner = store as QuotaStore
      const changed: Store & Pick<QuotaStore, "execute"> = {
        ...inner,
        execute: (commands) =>
          Effect.map(inner.execute(commands.map(sent)), (outcomes) => outcomes.map((outcome) => heard(outcome)))
      }
      return insured(changed, options)
    }
  const same = <A>(value: A): A => value
  const losing = (journal: SettlementJournal): SettlementJournal => ({ ...journal, record: () => undefined })
  for (const [name, because, changes] of [
    [
      "a bound that is one too large",
      /let its calls use 4 that no store has heard of; its bound is 3/,
      { insure: oneMore }
    ],
    [
      "an ending that is no charge where the store does not know the call",
      /used \d and cost 0/,
      {
        insure: between((command) => (command.kind === "finalize" ? { ...command, ifUnknown: "mark" } : command), same)
      }
    ],
    [
      "a debt that is forgotten when the store is back",
      /has overspent . by [1-3] and let calls use [1-3] more; its bound is 3/,
      {
        insure: between(same, (outcome) => ({
          ...outcome,
          legs: outcome.legs.map((leg) => ({ ...leg, unreserved: false, late: false, overage: 0 }))
        }))
      }
    ],
    ["a journal that keeps nothing", /used \d and cost 0/, { journal: losing }]
  ] as const)
    it(
      name,
      async () => {
        assert.match(await firstFailure(1_000, changes), because)
      },
      120_000
    )
})
