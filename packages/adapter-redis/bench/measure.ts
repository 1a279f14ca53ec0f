/**
 * What the Redis store costs: `node packages/adapter-redis/bench/measure.ts redis://127.0.0.1:6379`
 *
 * Redis calls and bytes per command, bytes per account, hold and remembered entry, and the time of a reserve beside a script that does nothing.
 */
import { redisDriver, redisStore, removeKeys } from "@tallystick/adapter-redis"
import type { Command } from "@tallystick/core/machine"
import { readCommand } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { Redis } from "ioredis"

const url = process.argv[2] ?? "redis://127.0.0.1:6379"
const prefix = `tallystick-measure:${process.pid}:`
const redis = new Redis(url)
const driver = redisDriver({ url })
const sizes = { request: 0, calls: 0 }
const store = redisStore({
  prefix,
  driver: {
    evaluate: (command, script, keys, args, signal) => {
      sizes.calls++
      for (const text of [command, script, ...keys, ...args]) sizes.request += Buffer.byteLength(text)
      return driver.evaluate(command, script, keys, args, signal)
    }
  }
})
const run = (commands: ReadonlyArray<Command>, on: QuotaStore = store) => Effect.runPromise(on.execute(commands))

const leg = (account: string, more: object = {}) => ({ account, unit: "tokens", limit: 1e12, ...more })
const reserve = (id: string, accounts: ReadonlyArray<string>): Command =>
  readCommand({ kind: "reserve", id, ttlMs: 60_000, legs: accounts.map((account) => leg(account, { amount: 4_000 })) })
const finalize = (id: string, accounts: ReadonlyArray<string>): Command =>
  readCommand({ kind: "finalize", id, legs: accounts.map((account) => leg(account, { actual: 2_500 })) })

const numberIn = (info: string, name: string): number => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1])
const callsOf = async (): Promise<number> => {
  const info = await redis.info("commandstats")
  let sum = 0
  for (const [, name, calls] of info.matchAll(/cmdstat_(\S+?):calls=(\d+)/g))
    if (!/^(info|evalsha|eval|script)/.test(name)) sum += Number(calls)
  return sum
}

const perCommand = async (name: string, commands: ReadonlyArray<Command>): Promise<void> => {
  const [calls, net] = [await callsOf(), await redis.info("stats")]
  sizes.request = 0
  for (const command of commands) await run([command])
  const stats = await redis.info("stats")
  const sent = numberIn(stats, "total_net_output_bytes") - numberIn(net, "total_net_output_bytes")
  console.log(
    `${name.padEnd(26)} ${(((await callsOf()) - calls) / commands.length).toFixed(1)} Redis calls, ` +
      `${Math.round(sizes.request / commands.length)} bytes sent, ${Math.round(sent / commands.length)} received`
  )
}

const memory = async (): Promise<number> => numberIn(await redis.info("memory"), "used_memory")

const bytesEach = async (name: string, count: number, make: (index: number) => Command): Promise<void> => {
  const before = await memory()
  for (let index = 0; index < count; index += 500) await run(Array.from({ length: 500 }, (_, at) => make(index + at)))
  console.log(`${name.padEnd(26)} ${Math.round(((await memory()) - before) / count)} bytes`)
}

const medianMicros = async (times: number, act: (index: number) => Promise<unknown>): Promise<number> => {
  const all: Array<number> = []
  for (let index = 0; index < times; index++) {
    const begin = performance.now()
    await act(index)
    all.push((performance.now() - begin) * 1_000)
  }
  return Math.round(all.toSorted((left, right) => left - right)[times >> 1] ?? 0)
}

await run([reserve("first", ["first"])])
const ids = Array.from({ length: 200 }, (_, index) => `call-${index}`)
for (const count of [1, 2, 4]) {
  const accounts = Array.from({ length: count }, (_, index) => `user:${count}:${index}`)
  const of = (id: string): string => `${count}-${id}`
  await perCommand(
    `reserve, ${count} accounts`,
    ids.map((id) => reserve(of(id), accounts))
  )
  await perCommand(
    `finalize, ${count} accounts`,
    ids.map((id) => finalize(of(id), accounts))
  )
}
await bytesEach("an account and its hold", 20_000, (index) => reserve("held", [`many:${index}`]))
await bytesEach("a hold of one account", 20_000, (index) => reserve(`hold-${index}`, ["one"]))
await bytesEach("the same, remembered", 20_000, (index) => finalize(`hold-${index}`, ["one"]))

// Side by side, in turns, so that a busy machine is busy for both.
const nothing = "#!lua\nreturn 1"
const text = Buffer.from("x".repeat(600)).toString()
for (let round = 1; round <= 3; round++) {
  const bare = await medianMicros(3_000, () => redis.eval(nothing, 1, prefix, text))
  const reserved = await medianMicros(3_000, (index) => run([reserve(`p50-${round}-${index}`, ["p50"])]))
  console.log(`round ${round}: reserve p50 ${reserved} us, a script that does nothing ${bare} us`)
}
await removeKeys(driver, prefix)
await Effect.runPromise(store.close)
await driver.close()
redis.disconnect()
