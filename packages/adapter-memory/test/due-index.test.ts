import { compareDue } from "@tallystick/core/machine"
import type { DueNeeded, DueRow } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { DueIndex } from "../src/due-index.ts"

const row = (tickMs: number, period = 0, count = 1, amount = 5, cost = 0): DueRow => ({
  tickMs,
  period,
  count,
  amount,
  cost
})

/** The definition, word by word: all that is due; the first later one, and the first later one of this period; those at these ticks. */
const needed = (rows: ReadonlyArray<DueRow>, { throughMs, period, ticks }: DueNeeded): ReadonlyArray<DueRow> => {
  const later = rows.filter(({ tickMs }) => tickMs > throughMs)
  const firsts = [later[0], later.find((one) => one.period === period)]
  return rows.filter((one) => one.tickMs <= throughMs || firsts.includes(one) || ticks.includes(one.tickMs))
}

test("adds up what falls due at one tick of one period, and nothing else", () => {
  const due = new DueIndex()
  for (const one of [row(2_000), row(1_000, 1), row(1_000), row(2_000, 0, 1, 7, 3)]) due.add(one)
  expect(due.fetch({ throughMs: 9_000, period: 0, ticks: [] })).toEqual([
    row(1_000),
    row(1_000, 1),
    row(2_000, 0, 2, 12, 3)
  ])
})

test("a row without holds is gone", () => {
  const due = new DueIndex()
  due.add(row(1_000))
  due.add(row(1_000, 0, -1, -5))
  expect(due.size).toBe(0)
})

test("100,000 holds of one tick are one row; of an hour's ticks a command gets the few that it needs", () => {
  const due = new DueIndex()
  for (let n = 0; n < 100_000; n++) due.add(row(1_000))
  expect(due.size).toBe(1)
  for (let n = 2; n <= 3_600; n++) due.add(row(n * 1_000))
  expect(due.fetch({ throughMs: 0, period: 0, ticks: [] })).toEqual([row(1_000, 0, 100_000, 500_000)])
  expect(due.fetch({ throughMs: 1_500, period: 9, ticks: [3_600_000, 7] }).map(({ tickMs }) => tickMs)).toEqual([
    1_000, 2_000, 3_600_000
  ])
})

test("fetch gives what the definition says, in order, whatever was added", () => {
  const rows = fc.array(
    fc.record({ tick: fc.nat({ max: 6 }), period: fc.nat({ max: 2 }), amount: fc.nat({ max: 9 }) }),
    { maxLength: 30 }
  )
  const asked = fc.record({
    through: fc.integer({ min: -1, max: 7 }),
    period: fc.nat({ max: 3 }),
    ticks: fc.array(fc.nat({ max: 8 }), { maxLength: 3 })
  })
  fc.assert(
    fc.property(rows, fc.array(fc.nat()), asked, (added, removed, ask) => {
      const due = new DueIndex()
      const present: Array<DueRow> = []
      for (const { tick, period, amount } of added) {
        const one = row(tick * 1_000, period, 1, amount)
        due.add(one)
        present.push(one)
      }
      for (const at of removed.slice(0, present.length)) {
        const [gone] = present.splice(at % present.length, 1)
        due.add({ ...gone!, count: -1, amount: 0 - gone!.amount, cost: 0 })
      }
      const model = new Map<string, DueRow>()
      for (const one of present) {
        const key = `${one.tickMs} ${one.period}`
        const was = model.get(key) ?? row(one.tickMs, one.period, 0, 0)
        model.set(key, { ...was, count: was.count + 1, amount: was.amount + one.amount })
      }
      const sorted = [...model.values()].toSorted(compareDue)
      expect(due.size).toBe(sorted.length)
      const question = {
        throughMs: ask.through * 1_000,
        period: ask.period,
        ticks: ask.ticks.map((tick) => tick * 1_000)
      }
      expect(due.fetch(question)).toEqual(needed(sorted, question))
    }),
    { numRuns: 500 }
  )
})
