import { assert, describe, it } from "vitest"

import { memoryStore } from "../../../adapter-memory/src/index.ts"
import { InvalidInput } from "../../src/machine/invalid-input.ts"
import { insured } from "../../src/store/index.ts"

const upTo = { tokens: 1 }

describe("what insured refuses, by name", () => {
  for (const [field, options] of [
    ["options", undefined],
    ["whenDown", {}],
    ["whenDown", { whenDown: "hope", upTo }],
    ["upTo", { whenDown: "admit" }],
    ["upTo", { whenDown: "admit", upTo: {} }],
    ["upTo", { whenDown: "deny", upTo }],
    ["perAccount", { whenDown: "deny", perAccount: upTo }],
    ["upTo.tokens", { whenDown: "admit", upTo: { tokens: 0 } }],
    ["upTo.tokens", { whenDown: "admit", upTo: { tokens: 1.5 } }],
    ["perAccount.tokens", { whenDown: "admit", upTo, perAccount: { tokens: -1 } }],
    ["retryAfterMs", { whenDown: "admit", upTo, retryAfterMs: 60_001 }],
    ["retryAfterMs", { whenDown: "deny", retryAfterMs: Number.NaN }]
  ] as const)
    it(`${field} in ${JSON.stringify(options)}`, () => {
      const error = assertThrows(() => insured(memoryStore(), options as never))
      assert.strictEqual(error.field, field)
    })

  it("what is no store", () => {
    assert.strictEqual(assertThrows(() => insured({} as never, { whenDown: "deny" })).field, "store.execute")
  })
})

const assertThrows = (act: () => unknown): InvalidInput => {
  try {
    act()
  } catch (error) {
    if (error instanceof InvalidInput) return error
    throw error
  }
  throw new Error("nothing was thrown")
}
