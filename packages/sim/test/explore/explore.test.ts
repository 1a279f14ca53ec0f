import { assert, it } from "vitest"

import { answerKinds, faultKinds } from "../../src/explore/coverage.ts"
import { explore } from "../../src/index.ts"

const RUNS = 2_000

it("the memory store is clean, everything happens, and the same seed gives the same bytes", async () => {
  const report = await explore({ runs: RUNS, seed: 7 })
  assert.isTrue(report.ok, report.failure?.because)
  assert.equal(report.runs, RUNS)
  for (const fault of faultKinds) assert.isAbove(report.faults[fault], 0, fault)
  for (const kind of answerKinds) assert.isAtLeast(report.answers[kind] ?? 0, RUNS / 100, kind)
  // Of one run in 16 all answers are searched for an order; some histories are too long.
  for (const { id, checks } of report.invariants) assert.isAbove(checks, id === "LIN" ? RUNS / 2 : RUNS, id)
  assert.isAbove(report.histories.judged, RUNS / 20)
  assert.isAbove(report.interleavings, RUNS * 0.9)
  assert.equal(JSON.stringify(await explore({ runs: RUNS, seed: 7 })), JSON.stringify(report))
}, 60_000)

it("another seed gives other runs", async () => {
  const [first, second] = [await explore({ runs: 20, seed: 1 }), await explore({ runs: 20, seed: 2 })]
  assert.notEqual(JSON.stringify(first.answers), JSON.stringify(second.answers))
})

it("on a tape of zeros nothing happens", async () => {
  const report = await explore({ tape: Array.from({ length: 80 }, () => 0) })
  assert.deepEqual([report.ok, report.messages, report.interleavings], [true, 0, 0])
  assert.deepEqual(new Set(Object.values(report.answers)), new Set([0]))
})

it("progress is told, and a signal ends the search with the report so far", async () => {
  const stop = new AbortController()
  const told: Array<number> = []
  const report = await explore({
    runs: 100_000,
    signal: stop.signal,
    onProgress: ({ runs }) => {
      told.push(runs)
      if (told.length === 2) stop.abort()
    }
  })
  assert.equal(report.runs, told[1])
  assert.isTrue(report.ok)
})

it("a store that does not exist is refused by name", async () => {
  for (const store of ["memori", "./no-such-file.ts", "redis://127.0.0.1:1"]) {
    const error = await explore({ store }).catch((error: unknown) => error)
    assert.include(String(error), store)
    assert.include(String(error), "memory")
  }
})
