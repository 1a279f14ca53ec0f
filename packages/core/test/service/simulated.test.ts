/**
 * The promise front in a world that owns clock and scheduler: the same seed gives the same run, to the step.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scheduler from "effect/Scheduler"
import { assert, describe, it } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { createQuota } from "../../src/index.ts"
import type { QuotaStore } from "../../src/store/port.ts"

class World implements Scheduler.Scheduler, Clock.Clock {
  readonly executionMode = "async"
  nowMs = 1_764_000_000_000
  steps = 0
  readonly tasks: Array<() => void> = []
  readonly timers = new Set<{ readonly atMs: number; readonly wake: () => void }>()
  state: number
  armed = false
  readonly currentTimeMillis = Effect.sync(() => this.nowMs)
  readonly currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())
  readonly monotonicTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())

  constructor(seed: number) {
    this.state = Math.imul(seed, 0x9e3779b1) >>> 0 || 1
  }

  pick(choices: number): number {
    this.state ^= this.state << 13
    this.state >>>= 0
    this.state ^= this.state >>> 17
    this.state ^= this.state << 5
    this.state >>>= 0
    return this.state % choices
  }

  shouldYield(): boolean {
    return false
  }

  makeDispatcher(): Scheduler.SchedulerDispatcher {
    const scheduleTask = (task: () => void): void => {
      this.tasks.push(task)
      this.arm()
    }
    return { scheduleTask, flush: () => this.drain() }
  }

  arm(): void {
    if (this.armed) return
    this.armed = true
    setImmediate(() => {
      this.armed = false
      this.drain()
    })
  }

  drain(): void {
    for (; this.tasks.length > 0; this.steps++) this.tasks.splice(this.pick(this.tasks.length), 1)[0]!()
    const atMs = Math.min(...[...this.timers].map((timer) => timer.atMs))
    for (const timer of this.timers) {
      if (timer.atMs !== atMs) continue
      this.nowMs = atMs
      this.timers.delete(timer)
      this.tasks.push(timer.wake)
    }
    if (this.tasks.length > 0) this.arm()
  }

  currentTimeMillisUnsafe(): number {
    return this.nowMs
  }

  currentTimeNanosUnsafe(): bigint {
    return BigInt(this.nowMs) * 1_000_000n
  }

  monotonicTimeNanosUnsafe(): bigint {
    return this.currentTimeNanosUnsafe()
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      const timer = { atMs: this.nowMs + Math.ceil(Duration.toMillis(duration)), wake: () => resume(Effect.void) }
      this.timers.add(timer)
      this.arm()
      return Effect.sync(() => void this.timers.delete(timer))
    })
  }
}

/** Three calls for a limit that takes two, over a wire of 0 to 4 ms each way. */
const run = async (seed: number): Promise<string> => {
  const world = new World(seed)
  const memory = memoryStore()
  const log: Array<string> = []
  const store: QuotaStore = {
    ...memory,
    execute: (commands) =>
      Effect.gen(function* () {
        yield* Effect.sleep(world.pick(5))
        const outcomes = yield* memory.execute(commands)
        log.push(`${world.nowMs} ${commands[0]!.id} ${outcomes[0]!._tag}`)
        yield* Effect.sleep(world.pick(5))
        return outcomes
      })
  }
  const layer = Layer.mergeAll(Layer.succeed(Clock.Clock, world), Layer.succeed(Scheduler.Scheduler, world))
  const quota = createQuota({ store, layer })
  const limit = { account: "a", unit: "tokens", limit: 10 }
  const call = async (requestId: string) =>
    quota.guard({ requestId, limits: [limit], estimate: { tokens: 5 } }, (call) => call.used({ tokens: 5 }))
  await Promise.allSettled([call("x"), call("y"), call("z")])
  const [usage] = await quota.usage([limit])
  await quota.close()
  return `${log.join(", ")}; ${usage?.used}; ${world.steps} steps`
}

describe("a simulated world", () => {
  it("gives the same run for the same seed, and others for others", async () => {
    const runs = new Set<string>()
    for (let seed = 1; seed <= 20; seed++) {
      const first = await run(seed)
      assert.strictEqual(await run(seed), first)
      assert.include(first, "; 10; ")
      runs.add(first)
    }
    assert.isAbove(runs.size, 10)
  })
})
