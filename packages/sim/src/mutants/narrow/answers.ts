/**
 * Bugs that break one invariant and no other: about what an id means and what is answered (I4, I5, I6, I9, I10, I11, I13, I14, LIN).
 */
import { lockingInOrderOfLegs } from "../broken/races.ts"
import type { Patch } from "../patch.ts"

export const narrowAnswers: ReadonlyArray<Patch> = [
  {
    name: "finalized-after-released",
    what: "a finalize of a released id is answered as though it had been finalized, and debits nothing",
    expects: "I4",
    edits: [
      {
        file: "core/src/machine/finalize.ts",
        find: `work.state === "released" || work.state === "charged"`,
        replace: `work.state === "charged"`
      }
    ]
  },
  {
    name: "one-leg-stays",
    what: "a reserve that a limit denies leaves the legs before the denied one held",
    expects: "I5",
    edits: [
      {
        file: "core/src/machine/reserve.ts",
        find: "  if (refused !== undefined) return decided(works, {",
        replace: `  if (refused?.reason === "limit") {
    for (const work of works) {
      if (refuse([{ work, amount: work.leg.amount, whole: work.leg.amount }], RESERVE_RANKS) !== undefined) break
      admit(command, work, accounts, digest)
    }
  }
  if (refused !== undefined) return decided(works, {`
      }
    ]
  },
  {
    name: "repeat-is-a-change",
    what: "a reserve that is sent again holds nothing more, and counts as a change",
    expects: "I6",
    edits: [
      {
        file: "core/src/machine/reserve.ts",
        find: `    return decided(works, answered("Granted", command, works, REPLAYED))
`,
        replace: `    for (const work of works) change(work, { cause: "reserved", id: command.id, entry: work.rows.entry })
    return decided(works, answered("Granted", command, works, REPLAYED))
`
      }
    ]
  },
  {
    name: "warns-too-early",
    what: "the amount from which on an account warns is rounded down",
    expects: "I9",
    edits: [{ file: "core/src/machine/status.ts", find: "Math.ceil(((limit", replace: "Math.floor(((limit" }]
  },
  {
    name: "locks-cross",
    what: "accounts are locked in the order in which a command names them, so that two commands wait for each other",
    expects: "I10",
    edits: lockingInOrderOfLegs
  },
  {
    name: "roll-counts-double",
    what: "a window that ends counts as two",
    expects: "I11",
    edits: [
      { file: "core/src/machine/due.ts", find: "period: account.period + 1", replace: "period: account.period + 2" }
    ]
  },
  {
    name: "admits-while-closed",
    what: "a closed account admits what it has room for",
    expects: "I13",
    edits: [
      {
        file: "core/src/machine/refuse.ts",
        find: `  for (const reason of ranks)
    for`,
        replace: `  const others = ranks.filter((reason) => reason !== "closed")
  if (ranks.includes("limit") && !others.some((other) => asked.some((one) => fails(other, one)))) return undefined
  for (const reason of ranks)
    for`
      }
    ]
  },
  {
    name: "torn-read",
    what: "a read of several accounts waits between them, so that it shows one of them before a command and the other after it",
    expects: "LIN",
    edits: [
      {
        file: "adapter-memory/src/memory-store.ts",
        find: `      step(
        () => readAccounts(accounts),
        (read, nowMs) => usageAt(tables, read, nowMs, settings)
      ),`,
        replace: `      Effect.gen(function* () {
        const read = yield* step(() => readAccounts(accounts), (input) => input)
        const nowMs = yield* step(() => 0, (_, clockMs) => clockMs)
        const answers = []
        for (const account of read) {
          if (answers.length > 0) yield* Effect.yieldNow
          answers.push(...usageAt(tables, [account], nowMs, settings))
        }
        return answers
      }),`
      }
    ]
  },
  {
    name: "read-moves-the-clock",
    what: "a read notes its time on the account, as only commands may",
    expects: "I14",
    edits: [
      {
        file: "adapter-memory/src/memory-store.ts",
        find: "  const answers = usage(accounts, tables.fetchAccounts(accounts, nowMs), nowMs, settings)\n",
        replace: `  const answers = usage(accounts, tables.fetchAccounts(accounts, nowMs), nowMs, settings)
  for (const account of accounts) {
    const slot = tables.slots.get(accountKey(account))
    if (slot !== undefined) slot.lastMs = accountTime(slot, nowMs)
  }
`
      }
    ]
  }
]
