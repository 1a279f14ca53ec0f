/**
 * Stores that are broken on purpose, each in one way: a storm of two seconds finds it.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { redisDriver, redisStore } from "@tallystick/adapter-redis"
import type { RedisDriver } from "@tallystick/adapter-redis"
import type { Command, Outcome } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"

import type { StormReport } from "../../src/report/storm-model.ts"
import { reportOf } from "../../src/storm/report.ts"
import { runStorm } from "../../src/storm/run/storm.ts"

const stormOver = async (store: QuotaStore): Promise<StormReport> => {
  const place = { address: undefined, store, flushScripts: undefined, audit: undefined, remove: async () => {} }
  const terms = { seconds: 2, processes: 1, fibers: 16, seed: 1 }
  const record = await runStorm({ ...terms, place, faults: [], signal: new AbortController().signal })
  return reportOf(record, { ...terms, store: "broken" })
}

/** Every so often a command of this kind is answered otherwise. */
const breaking = (
  store: QuotaStore,
  kind: Command["kind"],
  answer: (command: Command) => Effect.Effect<Outcome>
): QuotaStore => {
  let count = 0
  return {
    ...store,
    execute: (commands) =>
      commands.length === 1 && commands[0]!.kind === kind && ++count % 10 === 0
        ? Effect.map(answer(commands[0]!), (outcome) => [outcome])
        : store.execute(commands)
  }
}

const one = (store: QuotaStore, command: Command): Effect.Effect<Outcome> =>
  Effect.map(Effect.orDie(store.execute([command])), ([outcome]) => outcome!)

/** It says that it was admitted, and writes nothing. */
const forgetful = (): QuotaStore => {
  const store = memoryStore()
  return breaking(store, "reserve", (command) =>
    Effect.map(one(store, { kind: "lookup", id: command.id, legs: command.legs }), (looked) => {
      const legs = looked.legs.map((leg) => ({ ...leg, state: "held" as const, expiresInMs: 1_000 }))
      return { ...looked, _tag: "Granted", command: "reserve", granted: true, replayed: false, legs }
    })
  )
}

/** It debits an ending twice. */
const greedy = (): QuotaStore => {
  const store = memoryStore()
  return breaking(store, "finalize", (command) =>
    Effect.flatMap(one(store, command), (outcome) => {
      const legs = command.legs.map(({ account, window, unit, limit }) => ({
        account,
        window,
        unit: unit!,
        limit,
        amount: 1
      }))
      return Effect.as(one(store, { kind: "charge", id: `${command.id} again`, legs }), outcome)
    })
  )
}

/** It lets a reader see what was there before. */
const stale = (): QuotaStore => {
  const store = memoryStore()
  let seen: Effect.Effect<ReadonlyArray<unknown>> | undefined
  let count = 0
  return {
    ...store,
    usage: (accounts) => {
      if (++count % 20 === 0 && seen !== undefined) return seen as ReturnType<QuotaStore["usage"]>
      return Effect.tap(store.usage(accounts), (answers) => Effect.sync(() => (seen = Effect.succeed(answers))))
    }
  }
}

const right = memoryStore

for (const [name, make, isRight] of [
  ["a right one", right, true],
  ["one that admits without writing", forgetful, false],
  ["one that debits an ending twice", greedy, false],
  ["one that shows a reader what was there before", stale, false]
] as const)
  test.concurrent(`${name}: ${isRight ? "nothing is found" : "found"}`, async () => {
    const report = await stormOver(make())
    expect(report.commands).toBeGreaterThan(100)
    expect(
      report.failures.map(({ because }) => because).slice(0, 3).length === 0,
      JSON.stringify(report.failures[0])
    ).toBe(isRight)
  })

/** The script as it is sent, with one change. */
const withScript = (driver: RedisDriver, change: (text: string) => string): RedisDriver => ({
  evaluate: (command, script, keys, args, signal) =>
    command === "EVALSHA"
      ? Promise.reject(new Error("NOSCRIPT it is always sent anew"))
      : driver.evaluate(command, change(script), keys, args, signal)
})

describeWith(await redisServer(), "a Redis script that is broken", ({ url }) => {
  const changes: ReadonlyArray<readonly [string, RegExp, string]> = [
    ["a change without its revision", /(row\[4\]) = \1 \+ 1/, "$1 = $1"],
    ["as it is", /$/, ""]
  ]
  for (const [name, pattern, replacement] of changes)
    test.concurrent(`${name}: ${replacement === "" ? "nothing is found" : "found"}`, async () => {
      const driver = redisDriver({ url })
      let isChanged = false
      const changed = withScript(driver, (text) => {
        isChanged ||= pattern.test(text)
        return text.replace(pattern, replacement)
      })
      try {
        const report = await stormOver(redisStore({ driver: changed, prefix: await keyPrefix() }))
        expect(isChanged).toBe(true)
        expect(report.failures.length === 0, JSON.stringify(report.failures[0])).toBe(replacement === "")
      } finally {
        await driver.close()
      }
    })
})
