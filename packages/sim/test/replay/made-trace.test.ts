import { assert, describe, it } from "vitest"

import { Heap } from "../../src/replay/heap.ts"
import { makeTrace } from "../../src/replay/made-trace.ts"
import { costOf } from "../../src/replay/price.ts"
import { Random } from "../../src/replay/random.ts"
import { zipf } from "../../src/replay/zipf.ts"

describe("a made trace", () => {
  const { rows } = makeTrace(5_000, 1)

  it("is the same for the same seed, and another for another", () => {
    assert.deepStrictEqual(makeTrace(5_000, 1).rows, rows)
    assert.notDeepEqual(makeTrace(5_000, 2).rows, rows)
  })

  it("has rows in order of time, with whole numbers", () => {
    for (const [i, row] of rows.entries()) {
      assert.isTrue(row.atMs >= (rows[i - 1]?.atMs ?? 0))
      for (const n of Object.values(row)) assert.isTrue(Number.isSafeInteger(n) && n > 0)
    }
  })

  it("is shaped like the real one: medians, tails, rate and bursts", () => {
    const quantile = (of: (row: (typeof rows)[number]) => number, q: number) =>
      rows.map(of).toSorted((a, b) => a - b)[Math.floor(rows.length * q)] ?? 0
    assert.closeTo(
      quantile((row) => row.promptTokens, 0.5),
      1_020,
      250
    )
    assert.closeTo(
      quantile((row) => row.promptTokens, 0.9),
      2_735,
      500
    )
    assert.closeTo(
      quantile((row) => row.outputTokens, 0.5),
      129,
      50
    )
    assert.closeTo(
      quantile((row) => row.outputTokens, 0.9),
      424,
      60
    )
    const perSecond = new Map<number, number>()
    for (const { atMs } of rows)
      perSecond.set(Math.floor(atMs / 1_000), (perSecond.get(Math.floor(atMs / 1_000)) ?? 0) + 1)
    assert.closeTo(rows.length / perSecond.size, 5.5, 1)
    assert.isAbove(Math.max(...perSecond.values()), 14)
  })
})

describe("the skewed choice", () => {
  it("chooses the k-th user in proportion to 1/k", () => {
    const user = zipf(10, new Random(7, 2))
    const counts = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 100_000; i++) {
      const chosen = user()
      counts[chosen] = (counts[chosen] ?? 0) + 1
    }
    const harmonic = counts.reduce((sum, _, k) => sum + 1 / (k + 1), 0)
    for (const [k, count] of counts.entries()) assert.closeTo(count, 100_000 / (k + 1) / harmonic, 600)
  })

  it("has one user to choose if there is one", () => assert.strictEqual(zipf(1, new Random(1, 2))(), 0))
})

describe("the heap", () => {
  it("gives things back by time, and those of one time as they came", () => {
    const heap = new Heap<number>()
    const random = new Random(3, 0)
    const items = Array.from({ length: 500 }, (_, i) => ({ at: Math.floor(random.fraction() * 50), i }))
    for (const { at, i } of items) heap.push(at, i)
    const sorted = items.toSorted((a, b) => a.at - b.at || a.i - b.i).map(({ i }) => i)
    assert.deepStrictEqual(
      items.map(() => heap.pop()),
      sorted
    )
    assert.isUndefined(heap.pop())
    assert.isUndefined(heap.nextAt)
  })
})

describe("the price of a call", () => {
  const price = { inputPerMillion: 2_500_000, outputPerMillion: 10_000_000 }
  it("is rounded up once, to at least the floor", () => {
    assert.strictEqual(costOf(price, 1_000, 100), 3_500)
    assert.strictEqual(costOf(price, 1_001, 100), 3_503) // 3,502.5
    assert.strictEqual(costOf(price, 1, 1), 100)
  })
  it("is exact beyond what doubles count", () => {
    assert.strictEqual(
      costOf({ inputPerMillion: 9_999_999_999, outputPerMillion: 0 }, 999_999_999, 0),
      9_999_999_989_001
    )
  })
})
