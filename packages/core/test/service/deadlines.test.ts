import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"

import { type Deadline, Deadlines } from "../../src/service/deadlines.ts"

/** A clock that shows who sleeps. */
class World {
  nowMs = 0
  slept = 0
  /** Its monotonic time stands still, as under timers that a test fakes. */
  isStill = false
  sleepers: Array<{ readonly atMs: number; readonly wake: () => void }> = []
  readonly clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => this.nowMs,
    currentTimeMillis: Effect.sync(() => this.nowMs),
    currentTimeNanosUnsafe: () => BigInt(this.nowMs) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(this.nowMs) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => (this.isStill ? 0n : BigInt(this.nowMs) * 1_000_000n),
    monotonicTimeNanos: Effect.sync(() => BigInt(this.nowMs) * 1_000_000n),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        this.slept++
        const sleeper = { atMs: this.nowMs + Duration.toMillis(duration), wake: () => resume(Effect.void) }
        this.sleepers.push(sleeper)
        return Effect.sync(() => {
          this.sleepers = this.sleepers.filter((other) => other !== sleeper)
        })
      })
  }
  readonly context = Context.make(Clock.Clock, this.clock)

  /** Time passes, millisecond by millisecond. */
  pass(ms: number): void {
    for (const until = this.nowMs + ms; this.nowMs < until;) {
      this.nowMs++
      const due = this.sleepers.filter((sleeper) => sleeper.atMs <= this.nowMs)
      this.sleepers = this.sleepers.filter((sleeper) => sleeper.atMs > this.nowMs)
      for (const sleeper of due) sleeper.wake()
    }
  }
}

const setUp = () => {
  const world = new World()
  const deadlines = new Deadlines(world.clock, 100)
  const late: Array<string> = []
  const add = (name: string) => deadlines.add(world.context, () => late.push(`${name} at ${world.nowMs}`))
  return { world, deadlines, late, add }
}

describe("deadlines of calls that are under way", () => {
  it("have one timer, that ends with the last call", () => {
    const { world, deadlines, late, add } = setUp()
    const calls = ["a", "b", "c"].map(add)
    assert.strictEqual(world.sleepers.length, 1)
    for (const call of calls) deadlines.remove(call)
    assert.strictEqual(world.sleepers.length, 0)
    assert.strictEqual(world.slept, 1)
    world.pass(1_000)
    assert.deepStrictEqual(late, [])
  })

  it("a timer that does not come is set anew", () => {
    const { world, late, add } = setUp()
    add("a")
    world.sleepers = []
    world.pass(1_100)
    add("b")
    world.pass(1)
    assert.deepStrictEqual(late, [])
    add("c")
    world.pass(1)
    assert.deepStrictEqual(late, ["a at 1102"])
    world.pass(100)
    assert.deepStrictEqual(late, ["a at 1102", "b at 1200", "c at 1201"])
  })

  it("pass each in its own time, also behind calls that were answered", () => {
    const { world, deadlines, late, add } = setUp()
    const first = add("a")
    world.pass(30)
    add("b")
    world.pass(30)
    add("c")
    deadlines.remove(first)
    world.pass(69)
    assert.deepStrictEqual(late, [])
    world.pass(1)
    assert.deepStrictEqual(late, ["b at 130"])
    world.pass(30)
    assert.deepStrictEqual(late, ["b at 130", "c at 160"])
    assert.strictEqual(world.sleepers.length, 0)
  })

  it("pass together, and a call that is removed by another's end does not", () => {
    const { world, deadlines, late, add } = setUp()
    deadlines.add(world.context, () => deadlines.remove(third))
    add("b")
    const third = add("c")
    add("d")
    world.pass(100)
    assert.deepStrictEqual(late, ["b at 100", "d at 100"])
    assert.strictEqual(world.sleepers.length, 0)
  })

  it("pass also for one who was late and calls again at once", () => {
    const { world, deadlines, late, add } = setUp()
    deadlines.add(world.context, () => add("again"))
    world.pass(199)
    assert.deepStrictEqual(late, [])
    world.pass(1)
    assert.deepStrictEqual(late, ["again at 200"])
    // One that calls again and is answered at once leaves no timer behind.
    deadlines.add(world.context, () => deadlines.remove(add("answered")))
    world.pass(100)
    assert.strictEqual(world.sleepers.length, 0)
    add("later")
    world.pass(100)
    assert.deepStrictEqual(late, ["again at 200", "later at 400"])
  })

  it("pass in time also where one who was late calls again before them", () => {
    const { world, deadlines, late, add } = setUp()
    deadlines.add(world.context, () => add("again"))
    world.pass(10)
    add("b")
    world.pass(10)
    add("c")
    world.pass(200)
    assert.deepStrictEqual(late, ["b at 110", "c at 120", "again at 200"])
    assert.strictEqual(world.sleepers.length, 0)
  })

  it("pass also behind one that has passed and then ends", () => {
    const { world, deadlines, late, add } = setUp()
    const deaf = add("a")
    world.pass(50)
    add("b")
    world.pass(60)
    deadlines.remove(deaf)
    world.pass(40)
    assert.deepStrictEqual(late, ["a at 100", "b at 150"])
  })

  it("pass also behind one whose caller throws", () => {
    const { world, deadlines, late, add } = setUp()
    deadlines.add(world.context, () => {
      throw new Error("not ours")
    })
    add("b")
    assert.throws(() => world.pass(100), "not ours")
    world.pass(1)
    assert.deepStrictEqual(late, ["b at 101"])
  })

  it("pass to the millisecond, whatever happens while others pass", () => {
    // Each number is a step: time passes, a call begins, one of those that began ends; and each call that is late takes the next steps.
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 59 }), { maxLength: 60 }), (steps) => {
        const world = new World()
        const deadlines = new Deadlines(world.clock, 10)
        const open = new Map<Deadline, number>()
        const rest = [...steps]
        const act = (inside: boolean): void => {
          const step = rest.shift() ?? 0
          if (step < 20 && !inside) world.pass(1 + (step % 12))
          else if (step < 40) begin()
          else {
            const [call] = [...open.keys()].slice(step % Math.max(1, open.size))
            if (call !== undefined) deadlines.remove(call)
            if (call !== undefined) open.delete(call)
          }
        }
        const begin = (): void => {
          const call = deadlines.add(world.context, () => {
            assert.strictEqual(world.nowMs, open.get(call))
            open.delete(call)
            act(true)
            act(true)
          })
          open.set(call, world.nowMs + 10)
        }
        while (rest.length > 0) {
          act(false)
          for (const dueMs of open.values()) assert.isAbove(dueMs, world.nowMs)
          assert.strictEqual(world.sleepers.length, open.size > 0 ? 1 : 0)
        }
      }),
      { numRuns: 3_000 }
    )
  })

  it("pass where monotonic time stands still and only sleeps end", () => {
    const { world, late, add } = setUp()
    world.isStill = true
    add("a")
    world.pass(100)
    assert.deepStrictEqual(late, ["a at 100"])
  })
})
