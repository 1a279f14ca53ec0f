import { assert, describe, it } from "vitest"

import { Health } from "../../src/store/health.ts"

const RETRY_AFTER_MS = 1_000

/** A store that failed at 0 and was not answered since. */
const down = (): Health => {
  const health = new Health(RETRY_AFTER_MS)
  health.failed(health.start(0)!, "refused", 0)
  return health
}

describe("health", () => {
  it("a store is asked until it fails", () => {
    const health = new Health(RETRY_AFTER_MS)
    assert.isDefined(health.start(0))
    assert.isDefined(health.start(0))
  })

  it("one that failed is left alone for a while, then one call asks for all", () => {
    const health = down()
    assert.strictEqual(health.reason, "refused")
    assert.isUndefined(health.start(999))
    assert.isDefined(health.start(1_000))
    assert.isUndefined(health.start(1_000))
    assert.isUndefined(health.start(1_999))
    assert.isDefined(health.start(2_000))
  })

  it("the first answer ends it, whoever got it", () => {
    const health = down()
    health.answered()
    assert.isDefined(health.start(1))
    assert.isDefined(health.start(1))
  })

  it("a failure beside answers says nothing about the store", () => {
    const health = new Health(RETRY_AFTER_MS)
    const sent = health.start(0)!
    health.answered()
    health.failed(sent, "no free connection", 5)
    assert.isDefined(health.start(5))
  })

  it("a store that fails again is left alone again", () => {
    const health = down()
    health.failed(health.start(1_000)!, "still refused", 4_000)
    assert.isUndefined(health.start(4_999))
    assert.isDefined(health.start(5_000))
  })

  it("0: always asked", () => {
    const health = new Health(0)
    health.failed(health.start(0)!, "refused", 0)
    assert.isDefined(health.start(0))
    assert.isDefined(health.start(0))
  })
})
