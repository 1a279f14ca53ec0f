import * as fc from "fast-check"
import { expect, test } from "vitest"

import { Queue } from "../src/queue.ts"
import type { Queued } from "../src/queue.ts"

interface Item extends Queued<Item> {
  readonly name: number
}

const item = (name: number): Item => ({ name, before: undefined, behind: undefined })

/** All items, from the first; and from the last, to see that the links agree. */
const walk = (queue: Queue<Item>): ReadonlyArray<number> => {
  const names: Array<number> = []
  let last: Item | undefined
  for (let at = queue.first; at !== undefined; at = at.behind) {
    expect(at.before).toBe(last)
    names.push(at.name)
    last = at
  }
  return names
}

test("an empty queue has no first", () => {
  const queue = new Queue<Item>()
  expect(queue.first).toBeUndefined()
  expect(queue.size).toBe(0)
})

test("one can leave from the front, the middle and the end", () => {
  const queue = new Queue<Item>()
  const items = [0, 1, 2, 3].map(item)
  for (const one of items) queue.push(one)
  queue.remove(items[1]!)
  expect(walk(queue)).toEqual([0, 2, 3])
  queue.remove(items[3]!)
  expect(walk(queue)).toEqual([0, 2])
  queue.remove(items[0]!)
  queue.remove(items[2]!)
  expect(walk(queue)).toEqual([])
  queue.push(items[1]!)
  expect(walk(queue)).toEqual([1])
})

test("what left holds on to nobody", () => {
  const queue = new Queue<Item>()
  const items = [0, 1, 2].map(item)
  for (const one of items) queue.push(one)
  queue.remove(items[1]!)
  expect(items[1]).toEqual(item(1))
})

test("it is what an array is, in any sequence of arrivals and departures", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 100 }), (names) => {
      const queue = new Queue<Item>()
      const items = Array.from({ length: 10 }, (_, name) => item(name))
      const model: Array<number> = []
      for (const name of names) {
        const at = model.indexOf(name)
        if (at === -1) {
          queue.push(items[name]!)
          model.push(name)
        } else {
          queue.remove(items[name]!)
          model.splice(at, 1)
        }
        expect(walk(queue)).toEqual(model)
        expect(queue.size).toBe(model.length)
        expect(queue.first?.name).toBe(model[0])
      }
    })
  )
})
