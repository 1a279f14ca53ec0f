/**
 * What a collector of OpenTelemetry sees of a denied, an over and a late call: Effect's own exporter, over real HTTP.
 */
import { createServer } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"

import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Otlp from "effect/observability/Otlp"
import { assert, describe, it } from "vitest"

import { daily, makeWorld } from "./world.ts"

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: ReadonlyArray<Attribute>
}

/** What is posted, as far as it is read here. */
interface Posted {
  readonly resourceSpans?: ReadonlyArray<{
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Span> }>
  }>
  readonly resourceMetrics?: ReadonlyArray<{
    readonly scopeMetrics: ReadonlyArray<{ readonly metrics: ReadonlyArray<Metric> }>
  }>
}

interface Metric {
  readonly name: string
  readonly sum?: { readonly dataPoints: ReadonlyArray<{ readonly asInt?: string; readonly asDouble?: number }> }
}

/** A collector: takes what is posted. */
const collector = async () => {
  const bodies: Array<Posted> = []
  const server = createServer((request, response) => {
    let text = ""
    request.setEncoding("utf8").on("data", (part: string) => (text += part))
    request.on("end", () => {
      bodies.push(JSON.parse(text))
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: (): ReadonlyArray<Span> =>
      bodies.flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      ),
    /** The last value of each counter. */
    counters: (): ReadonlyMap<string, number> => {
      const metrics = bodies.flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      )
      return new Map(
        metrics.flatMap(({ name, sum }) =>
          (sum?.dataPoints ?? []).map((point) => [name, Number(point.asInt ?? point.asDouble)] as const)
        )
      )
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

const told = (span: Span | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]))

describe("a collector of OpenTelemetry", () => {
  it("sees a denied, an over and a late call", { timeout: 30_000 }, async () => {
    const collected = await collector()
    const layer = Otlp.layerJson({ baseUrl: collected.url, resource: { serviceName: "chat" } }).pipe(
      Layer.provide(FetchHttpClient.layer)
    )
    const world = makeWorld({ layer, renewForMs: 1 })
    const request = { limits: [daily], estimate: { tokens: 100 } }

    await world.quota.open({ ...request, requestId: "denied", estimate: { tokens: 60_000 } })
    await world.quota.guard({ ...request, requestId: "over" }, (call) => call.used({ tokens: 150 }))
    const late = await world.quota.open({ ...request, requestId: "late" })
    // Its hold expires: nobody renews it.
    await world.clock.advance(70_000)
    if (late.granted) await late.finalize({ tokens: 80 })
    await world.quota.charge({ requestId: "charged", limits: [daily], used: { tokens: 5 } })
    await world.quota.close({ graceMs: 0 })
    await collected.close()

    const spans = collected.spans()
    const of = (name: string, requestId: string) =>
      spans.find((span) => span.name === name && told(span)["tallystick.request_id"] === requestId)
    assert.deepInclude(told(of("tallystick.open", "denied")), {
      "tallystick.granted": false,
      "tallystick.reason": "limit"
    })
    assert.deepInclude(told(of("tallystick.settle", "over")), { "tallystick.overage": 50 })
    assert.deepInclude(told(of("tallystick.settle", "late")), { "tallystick.late": true })
    assert.isDefined(of("tallystick.settle", "charged"))
    const guard = of("tallystick.guard", "over")
    assert.deepInclude(told(guard), { "tallystick.granted": true })
    assert.strictEqual(of("tallystick.settle", "over")?.parentSpanId, guard?.spanId)

    const counters = collected.counters()
    for (const name of ["grants", "denials", "overage", "late"])
      assert.isAtLeast(counters.get(`tallystick_${name}_total`) ?? 0, 1, name)
    // Neither names an account: they would be without bound, and traces go to more people than quotas.
    assert.notInclude(JSON.stringify([spans, ...counters]), "user:ada")
  })
})
