/**
 * The snippet of docs/scaling.md.
 */
import { postgresStore } from "@tallystick/adapter-postgres"
import { createQuota, route } from "@tallystick/core"

const [first, second, third] = [1, 2, 3].map((number) => `postgres://localhost/shard-${number}`)
const shardOf = (account: string): number => (account.codePointAt(account.length - 1) ?? 0) % 3

// #region route
const store = route({
  routes: [
    { accounts: (account) => shardOf(account) === 0, store: postgresStore({ url: first }) },
    { accounts: (account) => shardOf(account) === 1, store: postgresStore({ url: second }) }
  ],
  otherwise: postgresStore({ url: third })
})
// #endregion

console.log(["user:a", "user:b", "user:c"].map(shardOf).join(" "))
await createQuota({ store }).close()
