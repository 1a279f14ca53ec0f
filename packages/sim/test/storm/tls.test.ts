/**
 * The way of a storm's process through the proxy to servers that speak TLS. Their certificate names `localhost` alone, as the URL does: it is checked, though the
 * proxy stands at another name.
 */
import { trialSchema } from "@tallystick/adapter-postgres"
import { readCommand } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import { describeWith, ownPostgres, ownRedis } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { afterAll, beforeAll, expect, test } from "vitest"

import { certificateFor } from "../../faults/certificate.ts"
import { byWayOf, openStore } from "../../src/storm/places/open.ts"
import type { Address } from "../../src/storm/places/place.ts"
import { Proxy } from "../../src/storm/proxy/index.ts"

const { cert, key } = certificateFor("DNS:localhost")
const files = { "cert.pem": cert, "key.pem": key }
const folder = mkdtempSync(join(tmpdir(), "tallystick-storm-tls-"))
const trusted = join(folder, "cert.pem")
writeFileSync(trusted, cert)
afterAll(() => rmSync(folder, { recursive: true }))
// What NODE_EXTRA_CA_CERTS does for a process.
setDefaultCACertificates([...getCACertificates(), cert])

const leg = { account: "user:ada", unit: "tokens", limit: 10, amount: 1 }

const charged = (store: QuotaStore, id: string): Promise<string> =>
  Effect.runPromise(
    Effect.match(store.execute([readCommand({ kind: "charge", id, legs: [leg] })]), {
      onSuccess: ([outcome]) => `${outcome!._tag}${outcome!.replayed ? " again" : ""}`,
      onFailure: ({ _tag }): string => _tag
    })
  )

/** Redis tries until then: enough to be told once, on a machine that is busy. */
const NO_WAIT_MS = 4_000

const suite = (address: Address): void => {
  let proxy: Proxy
  beforeAll(async () => {
    proxy = await Proxy.before(address.url)
  })
  afterAll(() => proxy[Symbol.asyncDispose]())

  test("what it sends goes by way of the proxy, which can cut it", async () => {
    const store = await openStore(byWayOf(proxy, address), 20_000)
    expect(await charged(store, "one")).toBe("Charged")
    expect(proxy.connections).toBeGreaterThan(0)
    proxy.decide = () => "cut"
    expect(await charged(store, "two")).toBe("OutcomeUnknown")
    proxy.decide = () => "forward"
    expect(await charged(store, "two")).toBe("Charged")
    expect(await charged(store, "one")).toBe("Charged again")
    await Effect.runPromise(store.close)
  })

  test("a server of another name is refused", async () => {
    const url = new URL(address.url)
    url.hostname = "127.0.0.1"
    const store = await openStore(byWayOf(proxy, { ...address, url: url.href }), NO_WAIT_MS)
    const error = await Effect.runPromise(
      Effect.flip(store.execute([readCommand({ kind: "charge", id: "no", legs: [leg] })]))
    )
    expect(error).toMatchObject({ _tag: "NotApplied", reason: expect.stringMatching(/altnames|does not match/i) })
    await Effect.runPromise(store.close)
  })
}

const atLocalhost = (url: string): URL => Object.assign(new URL(url), { hostname: "localhost" })

const tls = ["--tls-cert-file", "{dir}/cert.pem", "--tls-key-file", "{dir}/key.pem", "--tls-auth-clients", "no"]
describeWith(await ownRedis({ args: tls, files }), "Redis with TLS", (server) => {
  afterAll(server.stop)
  const { href: url } = atLocalhost(server.url)
  suite({ kind: "redis", url, name: "tls:" })
})

const ssl = ["ssl=on", "ssl_cert_file={dir}/cert.pem", "ssl_key_file={dir}/key.pem"].flatMap((one) => ["-c", one])
describeWith(await ownPostgres({ args: ssl, files }), "Postgres with TLS", (server) => {
  const url = atLocalhost(server.url)
  url.search = new URLSearchParams({ sslmode: "verify-full", sslrootcert: trusted }).toString()
  beforeAll(async () => {
    await (await trialSchema(server.url, "tls")).pool.end()
  })
  afterAll(server.stop)
  suite({ kind: "postgres", url: url.href, name: "tls" })
})
