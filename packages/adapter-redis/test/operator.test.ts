/** What operators ask beside the port: names that Redis would read as patterns, partitions, holds that come in between. */
import { redisDriver, redisOperator, redisStore } from "@tallystick/adapter-redis"
import { createQuota } from "@tallystick/core"
import { describeWith, keyPrefix, redisServer } from "@tallystick/test-servers"
import { expect, test } from "vitest"

describeWith(await redisServer(), "the operator of Redis", ({ url }) => {
  const withAll = async (
    partition: string | undefined,
    act: (all: {
      readonly quota: ReturnType<typeof createQuota>
      readonly operator: ReturnType<typeof redisOperator>
      readonly prefix: string
    }) => Promise<void>
  ) => {
    const prefix = await keyPrefix()
    const driver = redisDriver({ url })
    const partitioned = partition === undefined ? {} : { partition: () => partition }
    const quota = createQuota({ store: redisStore({ driver, prefix, ...partitioned }) })
    const operator = redisOperator({ url, prefix, partition })
    try {
      await act({ quota, operator, prefix })
    } finally {
      await quota.close({ graceMs: 0 })
      await operator.close()
      await driver.close()
    }
  }

  const strange = ["a*", "[a]", "a?", "\\a", "a", "h\u00e9 {x}", "^a-b"]
  const limitsOf = (id: string) => [
    { account: `user:${id}`, unit: "tokens", limit: 100, window: "day" as const },
    { account: "team", unit: "tokens", limit: 10_000, window: { idleMs: 60_000 } }
  ]

  for (const partition of [undefined, "team {1}"])
    test(`finds the accounts of a request by its very id (partition ${partition ?? "none"})`, async () =>
      withAll(partition, async ({ operator, quota }) => {
        for (const id of strange) await quota.open({ requestId: id, limits: limitsOf(id), estimate: { tokens: 5 } })
        for (const id of strange)
          expect(await operator.accountsOf(id)).toEqual([
            { account: "team", window: { kind: "idle", idleMs: 60_000 }, unit: "tokens" },
            { account: `user:${id}`, window: { kind: "calendar", every: "day", timeZone: "UTC" }, unit: "tokens" }
          ])
        expect(await operator.accountsOf("b")).toEqual([])
        for (const id of strange) {
          const window = { kind: "calendar", every: "day", timeZone: "UTC" } as const
          const found = await operator.repair(`user:${id}`, window, { apply: false })
          expect(found).toMatchObject({ found: true, holds: 1, dueDiffers: false, after: { used: 0, reserved: 5 } })
        }
      }))

  test("repairs an account of which holds come and go meanwhile, and leaves its sums true", async () =>
    withAll(undefined, async ({ operator, quota, prefix }) => {
      const limit = { account: "busy", unit: "tokens", limit: 1_000_000 }
      const driver = redisDriver({ url })
      const over = new AbortController()
      const traffic = async (): Promise<void> => {
        while (!over.signal.aborted) {
          const turn = await quota.open({ limits: [limit], estimate: { tokens: 10 } })
          if (turn.granted) await turn.finalize({ tokens: 3 })
        }
      }
      await quota.charge({ limits: [limit], used: { tokens: 1 } })
      const lanes = [traffic(), traffic(), traffic()]
      try {
        for (let round = 0; round < 10; round++) {
          const script =
            "local used, reserved, rest = string.match(redis.call('HGET', KEYS[1], 'row'), '^%[(%d+),(%d+),(.*)$') " +
            "redis.call('HSET', KEYS[1], 'row', '[' .. used .. ',' .. reserved + 1000 .. ',' .. rest)"
          await driver.evaluate("EVAL", script, [`${prefix}{/}a:busy`], [], AbortSignal.timeout(5_000))
          const repaired = await operator.repair("busy", { kind: "none" }, { apply: true })
          expect(repaired.applied, JSON.stringify(repaired)).toBe(true)
        }
      } finally {
        over.abort()
        await Promise.all(lanes)
      }
      expect((await quota.usage([limit]))[0]).toMatchObject({ reserved: 0, status: "ok" })
      await driver.close()
    }))
})
