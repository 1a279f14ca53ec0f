/**
 * What the proxy does to a request, seen from both sides: by what a store answers through it, and by what is there afterwards.
 */
import { postgresStore, trialSchema } from "@tallystick/adapter-postgres"
import type { TrialSchema } from "@tallystick/adapter-postgres"
import { redisStore } from "@tallystick/adapter-redis"
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import { Proxy } from "@tallystick/sim/proxy"
import type { Action } from "@tallystick/sim/proxy"
import { describeWith, postgresServer, redisServer, schemaName } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"

const leg = { account: "a", window: { kind: "none" }, unit: "tokens", limit: 100 } as const
const charge = (id: string): Command => ({ kind: "charge", id, legs: [{ ...leg, amount: 1 }] })
const CALL_TIMEOUT_MS = 400

/** What the caller hears, and what was charged. */
const expected: ReadonlyArray<readonly [Action, string, number]> = [
  ["forward", "Charged", 1],
  ["cut", "OutcomeUnknown", 0],
  ["cut-answer", "OutcomeUnknown", 1],
  ["lose-answer", "OutcomeUnknown", 1],
  ["swallow", "OutcomeUnknown", 0],
  ["stall", "OutcomeUnknown", 0]
]

const tagOf = (store: QuotaStore, command: Command): Promise<string> =>
  Effect.runPromise(
    Effect.match(store.execute([command]), { onSuccess: ([outcome]) => outcome!._tag, onFailure: ({ _tag }) => _tag })
  )

const suite = (open: (url: string) => QuotaStore, isAsked: (text: string) => boolean, url: string): void => {
  let proxy: Proxy
  let direct: QuotaStore
  beforeAll(async () => {
    proxy = await Proxy.before(url)
    direct = open(url)
  })
  afterAll(async () => {
    await Effect.runPromise(direct.close)
    await proxy[Symbol.asyncDispose]()
  })
  const used = async (): Promise<number> => (await Effect.runPromise(direct.usage([leg])))[0]!.used

  for (const [action, tag, debits] of expected)
    test(`${action}: ${tag}, and ${debits} charged; the same call again settles it`, async () => {
      const store = open(proxy.url)
      proxy.decide = () => "forward"
      expect(await tagOf(store, charge(`warm ${action}`))).toBe("Charged")
      const before = await used()
      let asked = 0
      proxy.decide = ({ text }) => {
        if (!isAsked(text)) return "forward"
        asked++
        return action
      }
      expect(await tagOf(store, charge(action))).toBe(tag)
      expect(asked).toBe(1)
      expect((await used()) - before).toBe(debits)
      proxy.decide = () => "forward"
      proxy.cut()
      expect(await tagOf(direct, charge(action))).toBe("Charged")
      expect((await used()) - before).toBe(1)
      await Effect.runPromise(store.close)
    })

  test("a request that is held arrives when it is let go, and what stands behind it after it", async () => {
    const store = open(proxy.url)
    proxy.decide = () => "forward"
    await tagOf(store, charge("warm"))
    const before = await used()
    const held = Promise.withResolvers<Action>()
    const seen = Promise.withResolvers<void>()
    proxy.decide = ({ text }) => {
      if (!isAsked(text)) return "forward"
      seen.resolve()
      return held.promise
    }
    const answer = tagOf(store, charge("held"))
    await seen.promise
    expect(await used()).toBe(before)
    held.resolve("forward")
    expect(await answer).toBe("Charged")
    expect(await used()).toBe(before + 1)
    await Effect.runPromise(store.close)
  })
}

const isScript = (text: string): boolean => /EVALSHA/i.test(text)
// The first call on a connection names the function, the next ones the statement.
const isFunction = (text: string): boolean => /\.execute\(|tallystick_/.test(text)

const name = await schemaName()

describeWith(await redisServer(), "before Redis", ({ url }) =>
  suite((url) => redisStore({ url, prefix: `${name}:`, callTimeoutMs: CALL_TIMEOUT_MS }), isScript, url)
)

describeWith(await postgresServer(), "before Postgres", ({ url }) => {
  let trial: TrialSchema
  beforeAll(async () => {
    trial = await trialSchema(url, name)
  })
  afterAll(() => trial.remove())
  suite((url) => postgresStore({ url, schema: name, callTimeoutMs: CALL_TIMEOUT_MS }), isFunction, url)
})
