/**
 * The snippets of docs/observing.md.
 */
import { createServer } from "node:http"

import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota, type Limit } from "@tallystick/core"

const events: Array<string> = []
const log = (text: string, _fields: object): number => events.push(text)

// #region observer
const quota = createQuota({
  store: memoryStore(),
  observer: {
    denied: ({ requestId, denial, during, enforced }) =>
      log("denied", { requestId, during, enforced, why: denial.message }),
    overage: ({ requestId, account, overage }) => log("cost more than was held", { requestId, account, overage }),
    late: ({ requestId, debited }) => log("ended after its deadline", { requestId, debited }),
    unsettled: ({ requestId, reason, journaled, amounts }) =>
      log("not counted", { requestId, reason, journaled, amounts }),
    unmeasured: ({ requestId, units, policy }) => log("ended without a report", { requestId, units, policy }),
    undecided: ({ requestId, error }) => log("went on without a decision", { requestId, why: error.message }),
    lost: ({ requestId, state }) => log("ended elsewhere while it ran", { requestId, state })
  }
})
// #endregion

/** Stands for a collector. */
let posts = 0
const collector = createServer((request, response) => {
  posts += 1
  request.resume()
  request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
}).listen(0, "127.0.0.1")
await new Promise((resolve) => collector.once("listening", resolve))
const address = collector.address()
const collectorUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`

// #region spans
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"

const telemetry = Otlp.layerJson({ baseUrl: collectorUrl, resource: { serviceName: "chat" } }).pipe(
  Layer.provide(FetchHttpClient.layer)
)
const traced = createQuota({ store: memoryStore(), layer: telemetry })
// #endregion

const daily: Limit = { account: "user:ada", unit: "tokens", limit: 100, window: "day" }
for (const one of [quota, traced]) {
  await one.open({ limits: [daily], estimate: { tokens: 101 } })
  await one.guard({ limits: [daily], estimate: { tokens: 10 } }, (call) => call.used({ tokens: 12 }))
  await one.guard({ limits: [daily], estimate: { tokens: 10 } }, () => "no report")
  await one.close()
}
console.log(events.join(", "))
console.log(posts > 0 ? "the collector has heard of it" : "nothing came")
collector.closeAllConnections()
collector.close()
