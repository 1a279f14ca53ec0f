/**
 * The quick start, with Redis: `node examples/docs/quick-start-redis.ts`, REDIS_URL
 */
import { createQuota, type Limit } from "@tallystick/core"
// #region redis
import { redisStore } from "@tallystick/adapter-redis"

const quota = createQuota({ store: redisStore({ url: process.env["REDIS_URL"] }) })
// #endregion

const daily: Limit = { account: `user:${process.pid}`, unit: "tokens", limit: 5_000, window: "day" }
const turn = await quota.open({ limits: [daily], estimate: { tokens: 1_200 } })
if (turn.granted) await turn.finalize({ tokens: 900 })
const [usage] = await quota.usage([daily])
console.log(`used ${usage?.used}, reserved ${usage?.reserved}`)
await quota.close()
