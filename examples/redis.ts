/**
 * One budget for many processes: `node examples/redis.ts redis://localhost:6379`
 *
 * Three processes' worth of callers ask at once; Redis admits exactly as many as fit.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { createQuota, type Limit } from "@tallystick/core"

const url = process.argv[2] ?? "redis://localhost:6379"
const daily: Limit = { account: `user:${process.pid}`, unit: "tokens", limit: 50_000, window: "day" }

// Each process has a quota and a connection of its own.
const processes = [1, 2, 3].map(() => createQuota({ store: redisStore({ url, prefix: "tallystick-example:" }) }))

const turns = await Promise.all(
  processes.flatMap((quota) =>
    Array.from({ length: 10 }, () => quota.open({ limits: [daily], estimate: { tokens: 4_000 } }))
  )
)
const granted = turns.filter((turn) => turn.granted)
console.log(`${granted.length} of ${turns.length} granted`)

for (const turn of granted) {
  turn.used({ tokens: 2_500 })
  await turn.finalize()
}
const [usage] = await processes[0]!.usage([daily])
console.log(`used ${usage?.used}, reserved ${usage?.reserved}, ${usage?.spendable} left`)
for (const quota of processes) await quota.close()
