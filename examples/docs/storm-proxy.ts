/**
 * Snippets of docs/storm.md.
 */
import { redisStore } from "@tallystick/adapter-redis"
import { createQuota } from "@tallystick/core"

import makeStore from "./storm-store.ts"

// #region proxy
import { Proxy } from "@tallystick/sim/proxy"

await using proxy = await Proxy.before("redis://localhost:6379")
const store = redisStore({ url: proxy.url })
proxy.decide = ({ text }) => (/EVALSHA/i.test(text) ? "cut-answer" : "forward") // it is done, and nobody hears of it
// #endregion

console.log(proxy.url.startsWith("redis://"), makeStore({ name: "storm1", callTimeoutMs: 1_000 }).capabilities.durable)
await createQuota({ store }).close()
