import { assert, describe, it } from "vitest"

import { anonymous, fromEnv, InvalidInput, registered } from "../../src/index.ts"
import { secret } from "./given.ts"

const fieldOf = (env: Record<string, string>): string => {
  try {
    fromEnv(env)
  } catch (error) {
    if (error instanceof InvalidInput) return error.field
    throw error
  }
  return "taken"
}

describe("fromEnv", () => {
  it("reads every setting of the original under its name", () => {
    const settings = fromEnv({
      NOLOGIN_MODE_ENABLED: "TRUE",
      TURNSTILE_ENABLED: "true",
      ANON_TOKEN_LIMIT: "1000000",
      ANON_TOKEN_WARNING_THRESHOLD: "800000",
      ANON_TOKEN_QUOTA_TTL_DAYS: "7",
      ANON_MAX_CONCURRENT_STREAMS: "3",
      ANON_CAPTCHA_REQUEST_THRESHOLD: "9",
      QUOTA_MAX_RESERVE_PER_CALL: "4000",
      QUOTA_MAX_RESERVE_MICROS: " 2000000 ",
      PREMIUM_CREDIT_MICROS_LIMIT: "10",
      PREMIUM_TOKEN_LIMIT: "11",
      QUOTA_DEFAULT_IMAGE_RESERVE_MICROS: "1",
      QUOTA_DEFAULT_PODCAST_RESERVE_MICROS: "2",
      QUOTA_DEFAULT_VIDEO_PRESENTATION_RESERVE_MICROS: "3"
    })
    assert.deepEqual(settings, {
      anonymousEnabled: true,
      anonymous: {
        tokenLimit: 1_000_000,
        warnAtTokens: 800_000,
        idleDays: 7,
        maxStreams: 3,
        challengeAfter: 9,
        reserveTokens: 4_000
      },
      registered: {
        creditMicros: 10,
        reserveTokens: 4_000,
        ceilingMicros: 2_000_000,
        operationMicros: { image: 1, podcast: 2, videoPresentation: 3 }
      }
    })
    anonymous({ ...settings.anonymous, secret })
    registered(settings.registered)
  })

  it("leaves the rest to the presets, and challenges nobody without Turnstile, as the original", async () => {
    const settings = fromEnv({ ANON_TOKEN_LIMIT: "" })
    assert.deepEqual(settings, {
      anonymousEnabled: false,
      anonymous: { challengeAfter: null },
      registered: { operationMicros: {} }
    })
    assert.deepEqual(fromEnv({ TURNSTILE_ENABLED: "TRUE" }).anonymous, {})
  })

  it("takes PREMIUM_TOKEN_LIMIT where there is no PREMIUM_CREDIT_MICROS_LIMIT", () =>
    assert.strictEqual(fromEnv({ PREMIUM_TOKEN_LIMIT: "11" }).registered.creditMicros, 11))

  it("reads process.env by default", () => {
    process.env["ANON_TOKEN_LIMIT"] = "123"
    try {
      assert.strictEqual(fromEnv().anonymous.tokenLimit, 123)
    } finally {
      delete process.env["ANON_TOKEN_LIMIT"]
    }
  })

  for (const [name, value] of [
    ["ANON_TOKEN_LIMIT", "-1"],
    ["ANON_TOKEN_LIMIT", "1e3"],
    ["ANON_TOKEN_LIMIT", "500_000"],
    ["ANON_TOKEN_LIMIT", "9007199254740992"],
    ["ANON_TOKEN_QUOTA_TTL_DAYS", "0"],
    ["QUOTA_MAX_RESERVE_PER_CALL", "0"],
    ["QUOTA_MAX_RESERVE_MICROS", "50"],
    ["TURNSTILE_ENABLED", "yes"]
  ] as const)
    it(`refuses ${name}=${value} by name`, () => assert.strictEqual(fieldOf({ [name]: value }), name))
})
