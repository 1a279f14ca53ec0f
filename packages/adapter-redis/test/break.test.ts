/**
 * The breaker itself: it finds what is to be broken, and breaks it.
 */
import { describe, expect, test } from "vitest"

import { mutate } from "../../sim/break/mutant.ts"
import { mutantsOf } from "../break/mutants.ts"

const brokenOf = (lua: string): ReadonlyArray<string> => mutantsOf(lua).map((mutant) => mutate(lua, mutant))

describe("mutants", () => {
  test.each([
    ["return a < b", ["return a >= b", "return a <= b"]],
    ["return a == b", ["return a ~= b"]],
    ["return a - -b", ["return a + -b", "return a - b"]],
    ["return 'a < b' -- a < b", []],
    ["return math.max(a, max)", ["return math.min(a, max)"]],
    ["return a and not b", ["return a or not b", "return a and  b"]],
    ["return true", ["return false"]],
    ["if a then\n  b()\nend", ["if true then\n  b()\nend", "if false then\n  b()\nend"]],
    ["while f(function() return a end) do\nend", ["while true do\nend", "while false do\nend"]],
    ["f()\nrow.x = {\n  a = 1\n}\ng()", ["f()\n\ng()"]],
    ["redis.call('HSET', key, 'a', 1)", ["type('HSET', key, 'a', 1)"]],
    ["redis.call('HGET', key, 'a')", []]
  ])("%s", (lua, broken) => {
    expect(brokenOf(lua)).toEqual(broken)
  })
})
