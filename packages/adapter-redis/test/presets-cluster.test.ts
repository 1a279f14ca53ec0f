/**
 * The presets on a Cluster, with the partition of docs/presets.md: a visitor's accounts are decided together, a user's apart from them.
 */
import { connectionOptions, redisStore } from "@tallystick/adapter-redis"
import { anonymous, createQuota, registered } from "@tallystick/core"
import { describeWith, keyPrefix, redisCluster } from "@tallystick/test-servers"
import { Cluster } from "ioredis"
import { expect, test } from "vitest"

const prefix = await keyPrefix()
const partition = (account: string): string => (account.startsWith("anon") ? "visitors" : account)

describeWith(await redisCluster(), "the presets on a Cluster", ({ urls }) => {
  const withQuota = async (
    partition: ((account: string) => string) | undefined,
    act: (quota: ReturnType<typeof createQuota>) => Promise<void>
  ) => {
    const connection = new Cluster([...urls], { redisOptions: connectionOptions })
    const quota = createQuota({ store: redisStore({ connection, partition, prefix }) })
    try {
      await act(quota)
    } finally {
      await quota.close()
      connection.disconnect()
    }
  }
  const visitors = anonymous({ secret: "a secret of the operator" })

  test("any session meets any address, and users lie apart", async () =>
    withQuota(partition, async (quota) => {
      for (const session of ["s1", "s2"])
        for (const address of ["198.51.100.7", "203.0.113.9"]) {
          const turn = await visitors.open(quota, { session, address, estimate: { tokens: 10 } })
          if (!turn.granted) throw new Error(turn.message)
          await turn.finalize({ tokens: 7 })
        }
      const { accounts } = await visitors.usage(quota, { session: "s1", address: "198.51.100.7" })
      expect(accounts.map(({ used }) => used)).toEqual([14, 14, 0, 2])
      const users = registered()
      for (const user of ["ada", "bob", "cyd"])
        await quota.guard(users.request({ user, estimate: { microusd: 50 } }), (call) => call.used({ microusd: 40 }))
      expect((await users.usage(quota, "bob")).used).toBe(40)
    }))

  test("a partition for each account is refused by name, before anything is sent", async () =>
    withQuota(
      (account) => account,
      async (quota) => {
        const opening = visitors.open(quota, { session: "s1", address: "198.51.100.7", estimate: { tokens: 10 } })
        await expect(opening).rejects.toMatchObject({ _tag: "InvalidInput", field: "limits[1].account" })
      }
    ))
})
