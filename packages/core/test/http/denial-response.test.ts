import { assert, describe, it } from "vitest"

import {
  anonymous,
  denialResponse,
  type InvalidInput,
  type Limit,
  type ProblemBody,
  problemOf,
  QuotaDenied
} from "../../src/index.ts"
import { denied, granted, secret } from "../presets/given.ts"
import { daily, makeWorld } from "../service/world.ts"

const deny = async (
  limits: ReadonlyArray<Limit>,
  asked: Record<string, number>,
  before: (world: ReturnType<typeof makeWorld>) => Promise<unknown> = async () => undefined
) => {
  const world = makeWorld()
  await before(world)
  return denied(await world.quota.open({ limits, estimate: asked }))
}

/** 49,688 of 50,000 are used, and the day ends in a little less than three hours. */
const late = async () =>
  deny([daily], { tokens: 4_000 }, async ({ clock, quota }) => {
    await quota.guard({ limits: [daily], estimate: { tokens: 49_688 } }, (call) => call.used({ tokens: 49_688 }))
    await clock.advance(9 * 3_600_000 + 1)
  })
const read = async (response: Response) => (await response.json()) as ProblemBody
const header = (response: Response, name: string): string | null => response.headers.get(name)

describe("denialResponse", () => {
  it("is 429 with problem details, Retry-After and RateLimit fields if a window is used up", async () => {
    const response = denialResponse(await late())
    assert.strictEqual(response.status, 429)
    assert.strictEqual(header(response, "content-type"), "application/problem+json")
    assert.strictEqual(header(response, "cache-control"), "no-store")
    assert.strictEqual(header(response, "retry-after"), "10800", "10,799.999 s, rounded up")
    assert.strictEqual(header(response, "ratelimit-policy"), '"user:ada";q=50000;w=86400;qu="tokens"')
    assert.strictEqual(header(response, "ratelimit"), '"user:ada";r=312;t=10800')
    assert.deepEqual(await read(response), {
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "The limit is reached",
      status: 429,
      detail: "user:ada: 4000 tokens asked, 312 of 50000 left, resets in 3 h",
      kind: "quota-exceeded",
      retryAfterSeconds: 10_800,
      refusals: [
        { account: "user:ada", unit: "tokens", asked: 4_000, left: 312, limit: 50_000, retryAfterSeconds: 10_800 }
      ],
      "violated-policies": ["user:ada"]
    })
  })

  it("has no Retry-After if no time helps", async () => {
    const response = denialResponse(await deny([daily], { tokens: 50_001 }))
    assert.strictEqual(response.status, 429)
    assert.isNull(header(response, "retry-after"))
    assert.strictEqual(header(response, "ratelimit"), '"user:ada";r=50000')
    assert.isNull((await read(response)).retryAfterSeconds)
  })

  const credit: Limit = { account: "user:ada", unit: "microusd", limit: 1_000 }

  it("is 402 for money, which no RateLimit field tells", async () => {
    const response = denialResponse(await deny([credit], { microusd: 1_001 }))
    assert.strictEqual(response.status, 402)
    for (const name of ["retry-after", "ratelimit", "ratelimit-policy"]) assert.isNull(header(response, name))
    const { kind, refusals, type } = await read(response)
    assert.deepEqual([type, kind, refusals[0]!.left], ["about:blank", "insufficient-credit", 1_000])
  })

  it("is 402 with Retry-After for money that running calls hold", async () => {
    const denial = await deny([credit], { microusd: 500 }, async ({ quota }) =>
      granted(await quota.open({ limits: [credit], estimate: { microusd: 900 } }))
    )
    const response = denialResponse(denial)
    assert.strictEqual(response.status, 402)
    assert.strictEqual(header(response, "retry-after"), "60")
  })

  it("is 402 if money and a window refuse", async () => {
    const response = denialResponse(
      await deny([{ ...daily, account: "a" }, credit], { tokens: 50_001, microusd: 1_001 })
    )
    assert.strictEqual(response.status, 402)
    assert.strictEqual(header(response, "ratelimit"), '"a";r=50000')
  })

  it("is 429 for concurrency, in the draft's unit", async () => {
    const streams: Limit = { account: "ada", unit: "streams", limit: 1 }
    const denial = await deny([streams], {}, async ({ quota }) => quota.open({ limits: [streams] }))
    const response = denialResponse(denial)
    assert.strictEqual(response.status, 429)
    assert.strictEqual(header(response, "ratelimit-policy"), '"ada";q=1;qu="concurrent-requests"')
    assert.strictEqual((await read(response)).kind, "too-many-streams")
    assert.strictEqual(header(response, "retry-after"), "60")
  })

  it("of a challenge says so", async () => {
    const world = makeWorld()
    const turn = await anonymous({ secret, challengeAfter: 0 }).open(world.quota, {
      session: "s",
      address: "192.0.2.1"
    })
    const response = denialResponse(denied(turn), { accountNames: "hide" })
    const body = await read(response)
    assert.deepEqual([response.status, body.kind, body.challenge], [429, "challenge", "captcha"])
    assert.strictEqual(body.type, "https://iana.org/assignments/http-problem-types#abnormal-usage-detected")
  })

  it("is 403 where no limit is known or the account is closed, and 500 where units differ", async () => {
    assert.strictEqual(denialResponse(await deny([{ account: "x", unit: "tokens" }], { tokens: 1 })).status, 403)
    const closed = await deny([daily], { tokens: 1 }, async ({ quota }) =>
      quota.closeAccount({ account: "user:ada", unit: "tokens", window: "day" })
    )
    assert.strictEqual(denialResponse(closed).status, 403)
    const other = await deny([{ ...credit, unit: "tokens" }], { tokens: 1 }, async ({ quota }) =>
      quota.setLimit({ account: "user:ada", unit: "microusd", limit: 5 })
    )
    assert.strictEqual(denialResponse(other).status, 500)
  })

  it("takes what guard rejects with", async () => {
    const denial = await late()
    assert.deepEqual(problemOf(new QuotaDenied(denial)), problemOf(denial))
  })

  it("names no account, request or other limit if names are hidden", async () => {
    const limits = [
      { ...daily, account: "team:secret", limit: 10 },
      { ...daily, account: "user:ada", limit: 10 },
      { ...daily, account: "other", limit: 777_777 }
    ]
    const denial = await deny(limits, { tokens: 11 })
    const response = denialResponse(denial, { accountNames: "hide" })
    const text = `${JSON.stringify([...response.headers])} ${await response.clone().text()}`
    for (const hidden of ["secret", "ada", "other", "777777", denial.requestId]) assert.notInclude(text, hidden)
    assert.strictEqual(header(response, "ratelimit"), '"tokens";r=10, "tokens-2";r=10')
    assert.strictEqual((await read(response)).detail, "11 tokens asked, 10 of 10 left; 11 tokens asked, 10 of 10 left")
  })

  it("names only what refused, and never the request, if names are shown", async () => {
    const denial = await deny(
      [
        { ...daily, limit: 10 },
        { ...daily, account: "other", limit: 777_777 }
      ],
      { tokens: 11 }
    )
    const response = denialResponse(denial)
    const text = `${JSON.stringify([...response.headers])} ${await response.text()}`
    for (const hidden of ["other", "777777", denial.requestId]) assert.notInclude(text, hidden)
  })

  for (const [account, name] of [
    ['a"b\\c', String.raw`"a\"b\\c"`],
    ["müller", '"tokens"']
  ] as const)
    it(`writes the name ${account} as a structured field can`, async () => {
      const response = denialResponse(await deny([{ account, unit: "tokens", limit: 1 }], { tokens: 2 }))
      assert.strictEqual(header(response, "ratelimit"), `${name};r=1`)
    })

  for (const [window, w] of [
    ["week", ";w=604800"],
    ["month", ""],
    [{ fixedMs: 90_000 }, ";w=90"],
    [{ idleMs: 1_500 }, ";w=2"],
    [undefined, ""]
  ] as const)
    it(`tells a window of ${JSON.stringify(window)}`, async () => {
      const response = denialResponse(await deny([{ account: "a", unit: "tokens", limit: 1, window }], { tokens: 2 }))
      assert.strictEqual(header(response, "ratelimit-policy"), `"a";q=1${w};qu="tokens"`)
    })

  it("never passes the largest integer of a structured field", async () => {
    const response = denialResponse(
      await deny([{ account: "a", unit: "tokens", limit: 2 ** 52 }], { tokens: 2 ** 53 - 1 })
    )
    assert.strictEqual(header(response, "ratelimit"), '"a";r=999999999999999')
    assert.include(header(response, "ratelimit-policy"), '"a";q=999999999999999;')
  })

  it("takes a type of one's own, and refuses other options by name", async () => {
    const denial = await late()
    const types = { "quota-exceeded": "https://example.org/limits" }
    assert.strictEqual(problemOf(denial, { types }).body.type, "https://example.org/limits")
    for (const [options, field] of [
      [{ accountNames: "no" }, "accountNames"],
      [{ hide: true }, "hide"]
    ] as ReadonlyArray<readonly [object, string]>)
      try {
        problemOf(denial, options)
        assert.fail("it was taken")
      } catch (error) {
        assert.strictEqual((error as InvalidInput).field, field)
      }
  })
})
