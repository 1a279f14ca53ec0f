/** A server that speaks TLS and wants a password. The certificate is made for the test, by openssl. */
import { redisStore } from "@tallystick/adapter-redis"
import { readCommand } from "@tallystick/core/machine"
import { describeWith, owned, ownRedis, redisServer } from "@tallystick/test-servers"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"

import { certificateFor } from "../../sim/faults/certificate.ts"

const leg = { account: "user:ada", unit: "tokens", limit: 10, amount: 4 }
const reserve = readCommand({ kind: "reserve", id: "r", ttlMs: 10_000, legs: [leg] })

describeWith(await redisServer(), "TLS", () => {
  test("a certificate that is trusted, and one that is not", async () => {
    const { key, cert } = certificateFor("IP:127.0.0.1", "DNS:localhost")
    const args = ["--tls-cert-file", "{dir}/cert.pem", "--tls-key-file", "{dir}/key.pem", "--tls-auth-clients", "no"]
    const files = { "cert.pem": cert, "key.pem": key }
    await using server = owned(await ownRedis({ args: [...args, "--requirepass", "secret"], files }))

    const trusting = redisStore({ url: server.url, options: { tls: { ca: cert } } })
    const [answer] = await Effect.runPromise(trusting.execute([reserve]))
    expect(answer).toMatchObject({ _tag: "Granted", accounts: [{ reserved: 4, spendable: 6 }] })
    await Effect.runPromise(trusting.close)

    const doubting = redisStore({ url: server.url, callTimeoutMs: 500 })
    const error = await Effect.runPromise(Effect.flip(doubting.execute([reserve])))
    expect(error).toMatchObject({ _tag: "NotApplied", reason: expect.stringContaining("self-signed certificate") })
    await Effect.runPromise(doubting.close)
  }, 60_000)
})
