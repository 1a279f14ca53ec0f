/** The rows of the original's behaviour table that are about visitors, and the vectors that were measured on it. */
import { assert, describe, it } from "vitest"

import { anonymous, type AnonymousOptions, InvalidInput, isChallenge, QuotaDenied } from "../../src/index.ts"
import { address, DAY_MS, denied, given, granted, secret } from "./given.ts"

const small = { tokenLimit: 100, warnAtTokens: 80 }
const rejection = async (run: () => Promise<unknown>): Promise<InvalidInput> => {
  try {
    await run()
  } catch (error) {
    if (error instanceof InvalidInput) return error
    throw error
  }
  throw new Error("it was taken")
}

describe("compute_anon_identity_key, compute_ip_quota_key, compute_stream_slot_key, compute_request_count_key", () => {
  const accounts = async (visitor: { session?: string; address?: string | null; userAgent?: string }) => {
    const { limits } = await anonymous({ secret }).request({ session: "s1", address, ...visitor })
    return limits.map((limit) => limit.account)
  }

  it("keep the original's prefixes, and one hash of the address for all three", async () => {
    const [session, ip, streams, count] = await accounts({})
    const hash = ip!.slice("anon_quota:ip:".length)
    assert.match(hash, /^[0-9a-f]{32}$/)
    assert.match(session!, /^anon_quota:session:[0-9a-f]{32}$/)
    assert.deepEqual([streams, count], [`anon:streams:${hash}`, `anon:reqcount:${hash}`])
  })

  it("are the same however an address is written, and for all of an IPv6 /64 (K1)", async () => {
    assert.deepEqual(await accounts({ address: "::ffff:192.0.2.1" }), await accounts({}))
    const one = await accounts({ address: "2001:db8::1" })
    for (const same of ["2001:0DB8:0:0::0001", "2001:db8::ffff:1", "2001:db8::1%eth0"])
      assert.deepEqual(await accounts({ address: same }), one)
    assert.notDeepEqual(await accounts({ address: "2001:db8:0:1::1" }), one)
  })

  it("name neither the session nor the address, and differ by secret (K2)", async () => {
    const names = (await accounts({ session: "my-cookie" })).join()
    assert.notInclude(names, "my-cookie")
    assert.notInclude(names, address)
    const other = await anonymous({ secret: "another secret of mine" }).request({ session: "s1", address })
    assert.notStrictEqual(other.limits[1]!.account, (await accounts({}))[1])
  })

  it("have no place for a User-Agent", async () =>
    assert.strictEqual((await rejection(async () => accounts({ userAgent: "x" }))).field, "userAgent"))

  for (const [visitor, field] of [
    [{ session: "" }, "session"],
    [{ session: "a\nb" }, "session"],
    [{ session: "x".repeat(257) }, "session"],
    [{ address: "unknown" }, "address"],
    [{ address: "192.0.2.1:80" }, "address"],
    [{ address: "" }, "address"]
  ] as const)
    it(`refuse ${JSON.stringify(visitor).slice(0, 40)} (K4, K6)`, async () =>
      assert.strictEqual((await rejection(async () => accounts(visitor))).field, field))

  it("count the session alone if there is no address", async () => {
    const names = await accounts({ address: null })
    assert.lengthOf(names, 3)
    assert.isTrue(names.every((name) => name.includes("session:") || name.startsWith("anon:streams:session:")))
  })
})

describe("anon_reserve", () => {
  it("vector: limit 100, warn 80: 100 is admitted and nothing is left; one more is denied and holds nothing", async () => {
    const { numbers, open } = given(small)
    granted(await open(100))
    // The original says `warning` when nothing is left (AR11); `blocked` is what it means.
    assert.deepEqual(await numbers(), [0, 100, 0, "blocked"])
    const { accounts, refusals } = denied(await open(1))
    assert.deepEqual([refusals[0]!.asked, refusals[0]!.left, refusals[0]!.limit], [1, 0, 100])
    assert.isTrue(accounts.every(({ reserved, status }) => reserved === 100 && status === "blocked"))
  })

  it("vector: 85 warns in flight, in the answer and in a reading alike", async () => {
    const { numbers, open } = given(small)
    const turn = granted(await open(85))
    assert.strictEqual(turn.accounts[0]!.status, "warning")
    assert.deepEqual(await numbers(), [0, 85, 15, "warning"])
    const { accounts } = await turn.finalize({ tokens: 85 })
    assert.deepEqual([accounts[0]!.used, accounts[0]!.status], [85, "warning"])
  })

  it("vector: 200 sessions of 10 on an address of 1000: exactly 100 are admitted", async () => {
    const { numbers, open } = given({ tokenLimit: 1_000 })
    const turns = await Promise.all(Array.from({ length: 200 }, async (_, index) => open(10, `s${index}`)))
    assert.lengthOf(
      turns.filter((turn) => turn.granted),
      100
    )
    assert.deepEqual((await numbers("s0")).slice(0, 3), [0, 1_000, 0])
  })

  it("leaves no hold on the address if the session refuses (AR1), nor on the session if the address does", async () => {
    const { numbers, open, quota, visitors } = given({ tokenLimit: 100, addressTokenLimit: 150 })
    granted(await open(100))
    for (let retry = 0; retry < 10; retry++) assert.lengthOf(denied(await open(10)).refusals, 1)
    granted(await open(50, "s2"))
    denied(await open(1, "s3"))
    const { accounts } = await visitors.usage(quota, { session: "s3", address })
    assert.deepEqual(
      accounts.map(({ reserved }) => reserved),
      [0, 150]
    )
    assert.deepEqual((await numbers("s3")).slice(0, 3), [0, 150, 0])
  })

  it("says which account refused, with its numbers (AR10)", async () => {
    const { open } = given({ tokenLimit: 100, addressTokenLimit: 150 })
    granted(await open(100))
    const { reason, refusals } = denied(await open(80, "s2"))
    assert.strictEqual(reason, "limit")
    assert.match(refusals[0]!.account, /^anon_quota:ip:/)
    assert.deepEqual([refusals.length, refusals[0]!.left], [1, 50])
  })

  it("gives the same id the same reservation (AR5)", async () => {
    const { numbers, open } = given(small)
    granted(await open(30, "s1", { requestId: "same" }))
    granted(await open(30, "s1", { requestId: "same" }))
    assert.deepEqual((await numbers()).slice(0, 2), [0, 30])
  })

  for (const tokens of [0, -50, 1.5, Number.NaN, 2 ** 53])
    it(`refuses ${tokens} tokens (AR6, AR7, AR8, AR9)`, async () =>
      assert.strictEqual((await rejection(async () => given().open(tokens))).field, "estimate.tokens"))

  it("holds 8,000 if nothing is said", async () => {
    const { numbers, open } = given()
    granted(await open(1, "s1", { estimate: undefined }))
    assert.deepEqual(await numbers(), [0, 8_000, 492_000, "ok"])
  })

  it("starts anew after 30 days of silence, and says when (AR13)", async () => {
    const { clock, numbers, open } = given(small)
    await granted(await open(100)).finalize({ tokens: 100 })
    const { retryInMs } = denied(await open(1))
    assert.strictEqual(retryInMs, 30 * DAY_MS)
    await clock.advance(30 * DAY_MS)
    granted(await open(100))
    assert.deepEqual((await numbers()).slice(0, 2), [0, 100])
  })

  it("frees what a dead process held, whatever its neighbours do (AR4)", async () => {
    const { clock, numbers, open } = given({ tokenLimit: 100 })
    granted(await open(90, "s1", { ttlMs: 60_000, renewForMs: 1 }))
    await clock.advance(40_000)
    await granted(await open(10)).finalize({ tokens: 1 })
    await clock.advance(30_000)
    assert.deepEqual((await numbers()).slice(0, 2), [1, 0])
  })
})

describe("anon_finalize", () => {
  it("vector: 100 of 100: used 100, nothing held, and blocked in every answer", async () => {
    const { numbers, open } = given(small)
    const { accounts } = await granted(await open(100)).finalize({ tokens: 100 })
    assert.deepEqual(
      accounts.map(({ reserved, status, used }) => [used, reserved, status]),
      [
        [100, 0, "blocked"],
        [100, 0, "blocked"]
      ]
    )
    assert.deepEqual(await numbers(), [100, 0, 0, "blocked"])
  })

  it("vector: 5000 on a hold of 5: used 5000, blocked, with its overage (the original says warning)", async () => {
    const { open } = given(small)
    const { accounts, settled } = await granted(await open(5)).finalize({ tokens: 5_000 })
    assert.deepEqual([accounts[0]!.used, accounts[0]!.debt, accounts[0]!.status], [5_000, 4_900, "blocked"])
    assert.strictEqual(settled[0]!.overage, 4_995)
  })

  it("vector: of an id that nobody knows, at used 150: unknown, blocked, nothing written (the original says ok)", async () => {
    const { open, quota, numbers, visitors } = given(small)
    await granted(await open(5)).finalize({ tokens: 150 })
    const { limits } = await visitors.request({ session: "s1", address })
    const ended = await quota.finalize({ requestId: "phantom", limits, used: { tokens: 10 } })
    assert.deepEqual(ended.problem, { kind: "unknown" })
    assert.deepEqual([ended.accounts[0]!.status, ended.accounts[0]!.used], ["blocked", 150])
    assert.deepEqual((await numbers())[0], 150)
  })

  it("vector: twice is once", async () => {
    const { numbers, open } = given(small)
    const turn = granted(await open(30))
    const first = await turn.finalize({ tokens: 20 })
    assert.deepEqual(await turn.finalize({ tokens: 90 }), first)
    assert.deepEqual((await numbers()).slice(0, 2), [20, 0])
  })

  it("vector: after its hold expired it still charges, once, and says late (AF1)", async () => {
    const { clock, numbers, open } = given(small)
    const turn = granted(await open(30, "s1", { ttlMs: 60_000, renewForMs: 1 }))
    await clock.advance(120_000)
    const { settled } = await turn.finalize({ tokens: 20 })
    assert.isTrue(settled.every(({ debited, late }) => late && debited === 20))
    assert.deepEqual((await numbers()).slice(0, 2), [20, 0])
  })

  for (const tokens of [-900, 1.5, Number.NaN])
    it(`refuses ${tokens} and keeps the hold (AF3, AF4)`, async () => {
      const { numbers, open } = given(small)
      const turn = granted(await open(30))
      await rejection(async () => turn.finalize({ tokens }))
      assert.deepEqual((await numbers()).slice(0, 2), [0, 30])
    })
})

describe("anon_release", () => {
  it("gives both holds back, charges nothing, and may be repeated", async () => {
    const { numbers, open } = given(small)
    const turn = granted(await open(30))
    granted(await open(40))
    const first = await turn.release()
    assert.deepEqual(await turn.release(), first)
    assert.deepEqual(
      first.settled.map(({ debited, state }) => [state, debited]),
      [
        ["released", 0],
        ["released", 0]
      ]
    )
    assert.deepEqual((await numbers()).slice(0, 2), [0, 40])
  })

  it("of a turn that was measured keeps what it used (H3)", async () => {
    const { numbers, open } = given(small)
    const turn = granted(await open(30))
    turn.used({ tokens: 12 })
    await turn.release()
    assert.deepEqual((await numbers()).slice(0, 2), [12, 0])
  })

  it("of a denial does nothing (H2)", async () => {
    const { numbers, open } = given({ tokenLimit: 1_000 })
    granted(await open(900))
    await denied(await open(500))[Symbol.asyncDispose]()
    assert.deepEqual((await numbers()).slice(0, 2), [0, 900])
    denied(await open(500))
  })
})

describe("anon_get_usage", () => {
  it("gives zeros to who is unknown", async () => assert.deepEqual(await given().numbers("new"), [0, 0, 500_000, "ok"]))

  it("goes by the stricter of session and address, holds included, and says when it resets", async () => {
    const { open, quota, visitors } = given({ tokenLimit: 100 })
    granted(await open(30))
    granted(await open(60, "s2"))
    const { tokens } = await visitors.usage(quota, { session: "s1", address })
    assert.match(tokens.account, /^anon_quota:ip:/)
    assert.deepEqual([tokens.reserved, tokens.spendable], [90, 10])
    assert.isNumber(tokens.resetsInMs)
  })
})

describe("usage of tokens", () => {
  it("is of the tokens, however few streams and requests are left", async () => {
    const { quota, visitors } = given({ challengeAfter: 5, maxStreams: 2 })
    const { accounts, tokens } = await visitors.usage(quota, { session: "s1", address })
    assert.deepEqual([tokens.spendable, accounts.length], [500_000, 4])
  })

  it("is of the limited account if the other one is not", async () => {
    assert.deepEqual(await given({ tokenLimit: null, addressTokenLimit: 70 }).numbers(), [0, 0, 70, "ok"])
    assert.deepEqual(await given({ tokenLimit: 70, addressTokenLimit: null }).numbers(), [0, 0, 70, "ok"])
  })

  it("warns from the threshold on", async () => {
    const { numbers, open } = given({ tokenLimit: 100, warnAtTokens: 50 })
    granted(await open(49))
    assert.strictEqual((await numbers())[3], "ok")
    granted(await open(1))
    assert.strictEqual((await numbers())[3], "warning")
  })
})

describe("anon_acquire_stream_slot, anon_release_stream_slot", () => {
  it("admits two streams of an address, whatever their sessions", async () => {
    const { open } = given({ maxStreams: 2 })
    const first = granted(await open(1, "s1"))
    granted(await open(1, "s2"))
    const third = denied(await open(1, "s3"))
    assert.deepEqual([third.refusals[0]!.unit, third.refusals[0]!.limit, third.refusals.length], ["streams", 2, 1])
    assert.isFalse(isChallenge(third))
    await first.finalize({ tokens: 1 })
    // Ending it again returns nobody else's slot (S1).
    await first.release()
    granted(await open(1, "s3"))
    denied(await open(1, "s4"))
  })

  it("keeps the slot of a stream longer than 300 s (S3), and frees that of a dead one (S2)", async () => {
    const { clock, open } = given({ maxStreams: 1 })
    granted(await open(1))
    await clock.advance(400_000)
    denied(await open(1))
    const other = given({ maxStreams: 1 })
    granted(await other.open(1, "s1", { renewForMs: 1 }))
    await other.clock.advance(70_000)
    granted(await other.open(1))
  })
})

describe("anon_increment_request_count, anon_get_request_count, anon_reset_request_count", () => {
  const counting = { challengeAfter: 5 }

  it("asks for a captcha from the sixth request of a day on, and holds nothing then", async () => {
    const { open, quota, visitors } = given(counting)
    for (let request = 0; request < 5; request++) await granted(await open(10)).finalize({ tokens: 10 })
    const sixth = await open(10)
    assert.isTrue(isChallenge(sixth))
    const { accounts } = await visitors.usage(quota, { session: "s1", address })
    assert.deepEqual(
      accounts.map(({ reserved, used }) => [used, reserved]),
      [
        [50, 0],
        [50, 0],
        [5, 0]
      ]
    )
  })

  it("cannot be passed by requests at once (C2), nor by new sessions", async () => {
    const { open } = given(counting)
    const turns = await Promise.all(Array.from({ length: 20 }, async (_, index) => open(1, `s${index}`)))
    assert.lengthOf(turns.filter(isChallenge), 15)
  })

  it("counts a request that was aborted or failed", async () => {
    const { open } = given({ challengeAfter: 1 })
    await granted(await open(10)).release()
    assert.isTrue(isChallenge(await open(10)))
  })

  it("ends with the day, however many were refused in it (C1)", async () => {
    const { clock, open } = given({ challengeAfter: 1 })
    await granted(await open(10)).finalize({ tokens: 1 })
    for (let hour = 0; hour < 11; hour++) {
      await clock.advance(3_600_000)
      assert.isTrue(isChallenge(await open(10)))
    }
    await clock.advance(3_600_000)
    granted(await open(10))
  })

  it("is an ordinary denial if tokens refuse as well, since no captcha would help", async () => {
    const { open } = given({ challengeAfter: 1, tokenLimit: 10 })
    await granted(await open(10)).finalize({ tokens: 10 })
    const turn = denied(await open(10))
    assert.lengthOf(turn.refusals, 3)
    assert.isFalse(isChallenge(turn))
  })

  it("is no challenge if an operator closed the count", async () => {
    const { open, quota, visitors } = given({ challengeAfter: 5 })
    const { limits } = await visitors.request({ session: "s1", address })
    await quota.closeAccount(limits.at(-1)!)
    const turn = denied(await open(1))
    assert.strictEqual(turn.reason, "closed")
    assert.isFalse(isChallenge(turn))
  })

  it("is told apart in what guard rejects with, too", async () => {
    const { open, quota, visitors } = given({ challengeAfter: 0 })
    const request = await visitors.request({ session: "s1", address })
    const error = await quota.guard(request, () => "").catch((error: unknown) => error)
    assert.isTrue(error instanceof QuotaDenied && isChallenge(error.denial))
    assert.isTrue(isChallenge(await open(1)))
  })

  describe("a solved challenge", () => {
    it("lets this session go on, and nobody else behind the address", async () => {
      const { open, quota, visitors } = given({ challengeAfter: 2 })
      for (let request = 0; request < 2; request++) await granted(await open(1)).finalize({ tokens: 1 })
      const { pass, replayed } = await visitors.solved(quota, { session: "s1", token: "solved-1" })
      assert.isFalse(replayed)
      for (let request = 0; request < 2; request++) await granted(await open(1, "s1", { pass })).finalize({ tokens: 1 })
      assert.isTrue(isChallenge(await open(1, "s1", { pass })))
      assert.isTrue(isChallenge(await open(1, "s2")))
      assert.isTrue(isChallenge(await open(1, "s2", { pass })), "a pass of another session")
    })

    it("resets the session's count once by its token", async () => {
      const { open, quota, visitors } = given({ challengeAfter: 1 })
      const { pass } = await visitors.solved(quota, { session: "s1", token: "t1" })
      await granted(await open(1, "s1", { pass })).finalize({ tokens: 1 })
      assert.deepEqual(await visitors.solved(quota, { session: "s1", token: "t1" }), { pass, replayed: true })
      assert.isTrue(isChallenge(await open(1, "s1", { pass })))
      assert.deepEqual(await visitors.solved(quota, { session: "s1", token: "t2" }), { pass, replayed: false })
      await granted(await open(1, "s1", { pass })).finalize({ tokens: 1 })
    })

    it("takes tokens as long as those of Turnstile, and no empty one", async () => {
      const { quota, visitors } = given()
      await visitors.solved(quota, { session: "s1", token: "x".repeat(2_048) })
      const error = await rejection(async () => visitors.solved(quota, { session: "s1", token: "" }))
      assert.strictEqual(error.field, "token")
    })

    for (const pass of ["", "forged", "0".repeat(64)])
      it(`is not believed from a forged pass ${pass.slice(0, 8)}`, async () => {
        const { open } = given({ challengeAfter: 1 })
        await granted(await open(1)).finalize({ tokens: 1 })
        assert.isTrue(isChallenge(await open(1, "s1", { pass })))
      })
  })
})

describe("the options", () => {
  it("have the original's numbers", async () => {
    const { estimate, limits } = await anonymous({ secret }).request({ session: "s1", address })
    assert.deepEqual(
      limits.map(({ limit, window }) => [limit, window]),
      [
        [500_000, { idleMs: 30 * DAY_MS }],
        [500_000, { idleMs: 30 * DAY_MS }],
        [2, undefined],
        [5, "day"]
      ]
    )
    assert.deepEqual(estimate, { tokens: 8_000 })
    assert.strictEqual((await given().quota.usage([limits[0]!]))[0]!.status, "ok")
  })

  it("may be unlimited, and still count", async () => {
    const { numbers, open } = given({ tokenLimit: null })
    granted(await open(10_000_000))
    assert.deepEqual(await numbers(), [0, 10_000_000, null, "ok"])
  })

  for (const [options, field] of [
    [{ secret: "short" }, "secret"],
    [{ secret, tokenLimit: -1 }, "tokenLimit"],
    [{ secret, addressTokenLimit: 1.5 }, "addressTokenLimit"],
    [{ secret, idleDays: 0 }, "idleDays"],
    [{ secret, maxStreams: -1 }, "maxStreams"],
    [{ secret, reserveTokens: 0 }, "reserveTokens"],
    [{ secret, ipv6PrefixBits: 129 }, "ipv6PrefixBits"],
    [{ secret, tokenlimit: 5 }, "tokenlimit"]
  ] as const)
    it(`are refused by name: ${field}`, async () =>
      assert.strictEqual((await rejection(async () => anonymous(options as AnonymousOptions))).field, field))
})
