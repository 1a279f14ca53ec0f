/**
 * The lines of `batched`, by random arrivals, departures, flushes and callers that go away.
 */
import * as fc from "fast-check"
import { expect, test } from "vitest"

import { BatchQueue } from "../../src/store/batch-queue.ts"

interface Request {
  readonly number: number
  readonly accounts: ReadonlyArray<string>
  readonly commands: number
  readonly bytes: number
}

const arrival = fc.record({
  kind: fc.constant("arrive" as const),
  accounts: fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 3 }),
  commands: fc.integer({ min: 1, max: 4 })
})
const step = fc.oneof(
  { weight: 5, arbitrary: arrival },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("take" as const), enough: fc.option(fc.integer({ min: 1, max: 8 })) })
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("takeBehind" as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("done" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), which: fc.nat() }) }
)

const accountsOf = (batch: ReadonlyArray<Request>): Set<string> => new Set(batch.flatMap(({ accounts }) => accounts))

test("order per account, one flush per account, bounds, and nothing is forgotten", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const queue = new BatchQueue<Request>()
      const waiting = new Set<Request>()
      const flights: Array<ReadonlyArray<Request>> = []
      /** What leaves when the flight has ended behind which it was taken. */
      const behind = new Map<ReadonlyArray<Request>, ReadonlyArray<Request>>()
      let number = 0
      const commandsOf = (account: string): number =>
        [...waiting].reduce((sum, { accounts, commands }) => sum + (accounts.includes(account) ? commands : 0), 0)
      const take = (before?: ReadonlyArray<Request>, enough = Infinity): ReadonlyArray<Request> => {
        const lines = new Map(["a", "b", "c", "d"].map((account) => [account, commandsOf(account)]))
        const batch = queue.take({ maxCommands: 5, maxBytes: 1_000, enough }, before)
        const mine = new Set<string>()
        for (const { accounts } of batch) {
          // With enough in the lines of its accounts it begins with no other.
          const promised = [...mine].reduce((sum, account) => sum + lines.get(account)!, 0)
          expect(promised < enough || accounts.some((account) => mine.has(account))).toBe(true)
          for (const account of accounts) mine.add(account)
        }
        const others = [...flights, ...behind.values()].filter((flight) => flight !== before)
        const busy = accountsOf(others.flat())
        const ours = before === undefined ? undefined : accountsOf(before)
        for (const request of batch) {
          // What is free does not wait for that flight.
          if (ours !== undefined) expect(request.accounts.some((account) => ours.has(account))).toBe(true)
          for (const account of request.accounts) ours?.add(account)
          expect(waiting.delete(request)).toBe(true)
          for (const account of request.accounts) expect(busy.has(account)).toBe(false)
          const before = [...waiting].filter((other) => other.number < request.number)
          expect(before.filter(({ accounts }) => accounts.some((name) => request.accounts.includes(name)))).toEqual([])
        }
        expect(batch.length === 1 || batch.reduce((sum, { commands }) => sum + commands, 0) <= 5).toBe(true)
        if (before !== undefined) {
          if (batch.length > 0) behind.set(before, batch)
        } else if (batch.length > 0) flights.push(batch)
        // The oldest of all can always go where nothing is in flight.
        else if (flights.length === 0) expect(waiting.size).toBe(0)
        return batch
      }
      const done = (which: number): void => {
        const [batch] = flights.splice(which % Math.max(1, flights.length), 1)
        if (batch === undefined) return
        const next = behind.get(batch)
        behind.delete(batch)
        if (next !== undefined) flights.push(next)
        queue.done(batch)
      }
      for (const one of steps) {
        if (one.kind === "arrive") {
          const request = { number: number++, accounts: one.accounts, commands: one.commands, bytes: 10 }
          waiting.add(request)
          queue.add(request)
        } else if (one.kind === "take") take(undefined, one.enough ?? Infinity)
        else if (one.kind === "takeBehind") {
          const before = flights[one.which % Math.max(1, flights.length)]
          if (before !== undefined && !behind.has(before)) take(before)
        } else if (one.kind === "done") done(one.which)
        else {
          const gone = [...waiting][one.which % Math.max(1, waiting.size)]
          if (gone === undefined) continue
          waiting.delete(gone)
          queue.remove(gone)
        }
        for (const account of ["a", "b", "c", "d"]) {
          expect(queue.commandsOf(account)).toBe(commandsOf(account))
        }
        expect(queue.commands).toBe([...waiting].reduce((sum, { commands }) => sum + commands, 0))
      }
      while (flights.length > 0) done(0)
      while (take().length > 0) done(0)
      expect(queue.isEmpty).toBe(true)
    }),
    { numRuns: 1_000 }
  )
})

test("accounts take turns: a hot one does not keep the others from the next flush", () => {
  const queue = new BatchQueue<Request>()
  const add = (number: number, account: string) => queue.add({ number, accounts: [account], commands: 1, bytes: 10 })
  for (let number = 0; number < 1_000; number++) add(number, "hot")
  add(1_000, "b")
  add(1_001, "c")
  const batch = queue.take({ maxCommands: 10, maxBytes: 1_000 })
  expect(batch.map(({ accounts }) => accounts[0])).toEqual(["hot", "b", "c", ...Array(7).fill("hot")])
})

test("with enough the accounts of a flush leave whole, and others leave in the next one", () => {
  const queue = new BatchQueue<Request>()
  const add = (number: number, account: string) => queue.add({ number, accounts: [account], commands: 1, bytes: 10 })
  for (const [number, account] of ["a", "b", "c", "a", "b", "c", "a"].entries()) add(number, account)
  const numbers = () => queue.take({ maxCommands: 100, maxBytes: 1_000, enough: 4 }).map(({ number }) => number)
  expect(numbers()).toEqual([0, 1, 3, 4, 6])
  expect(numbers()).toEqual([2, 5])
})

test("a request that is larger than a batch goes alone", () => {
  const queue = new BatchQueue<Request>()
  queue.add({ number: 0, accounts: ["a"], commands: 50, bytes: 10 })
  queue.add({ number: 1, accounts: ["b"], commands: 1, bytes: 5_000 })
  expect(queue.take({ maxCommands: 5, maxBytes: 1_000 }).map(({ number }) => number)).toEqual([0])
  expect(queue.take({ maxCommands: 5, maxBytes: 1_000 }).map(({ number }) => number)).toEqual([1])
})
