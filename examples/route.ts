/**
 * Anonymous visitors in one store, registered users in another: `node examples/route.ts`
 */
import { memoryStore } from "@tallystick/adapter-memory"
import {
  type Amounts,
  createQuota,
  InvalidInput,
  type Limit,
  type OpenOptions,
  QuotaDenied,
  route
} from "@tallystick/core"

// In production: redisStore({ url }), whose keys expire by themselves, since visitors are many and most never come back;
// and postgresStore({ pool }), where registered users' accounts last and lie beside their rows.
const anonymous = memoryStore()
const registered = memoryStore()

// The ids of visitors' accounts begin with "anon": anon_quota:session:, anon_quota:ip:, anon:streams:, anon:reqcount:
const quota = createQuota({
  store: route({ routes: [{ accounts: "anon*", store: anonymous }], otherwise: registered })
})

const month = { idleMs: 30 * 24 * 60 * 60 * 1_000 }
const visitor = {
  limits: [
    { account: "anon_quota:session:s1", unit: "tokens", limit: 10_000, window: month },
    { account: "anon_quota:ip:9f2c", unit: "tokens", limit: 30_000, window: month },
    { account: "anon:streams:9f2c", unit: "streams", limit: 2 },
    { account: "anon:reqcount:9f2c", unit: "requests", limit: 50, window: "day" }
  ] satisfies ReadonlyArray<Limit>,
  estimate: { tokens: 6_000 },
  used: { tokens: 5_500 }
}
const user = {
  limits: [{ account: "user:ada", unit: "microusd", limit: 5_000_000 }] satisfies ReadonlyArray<Limit>,
  estimate: { microusd: 60_000 },
  used: { microusd: 48_000 }
}

/** Stands for a request that calls a model. */
const ask = async ({ used, ...request }: OpenOptions & { readonly used: Amounts }): Promise<string> => {
  try {
    return await quota.guard(request, async (call) => {
      call.used(used)
      return "Yes."
    })
  } catch (error) {
    // A denial; or one call's accounts lie in two stores: then nothing was sent, and the message names both.
    if (error instanceof QuotaDenied || error instanceof InvalidInput)
      return error.message.replace(/\d+ \w+$/, "a while")
    throw error
  }
}

console.log(`visitor: ${await ask(visitor)}`)
console.log(`visitor: ${await ask(visitor)}`)
console.log(`user: ${await ask(user)}`)
const both = { limits: [...user.limits, ...visitor.limits] }
console.log(`both: ${await ask({ ...both, estimate: { ...visitor.estimate, ...user.estimate }, used: user.used })}`)
console.log(`accounts: ${anonymous.stats().accounts} anonymous, ${registered.stats().accounts} registered`)

// A read may span both.
for (const { account, limit, used } of await quota.usage(both.limits)) console.log(`${account}: ${used} of ${limit}`)
await quota.close() // both stores
