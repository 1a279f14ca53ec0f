import { assert, it } from "vitest"

import { commandWords, timeWords } from "../../src/oracle/words.ts"

it("times are said in the largest unit that fits", () => {
  const words = [0, 1, 999, 1_000, 1_500, 90_000, 3_600_000, 86_400_000, -1_000].map(timeWords)
  assert.deepEqual(words, ["0 ms", "1 ms", "999 ms", "1 s", "1.5 s", "1.5 min", "1 h", "1 d", "-1 s"])
})

it("a command is one line", () => {
  const terms = { account: "a", window: { kind: "none" }, unit: "tokens", limit: 10 } as const
  const legs = [
    { ...terms, amount: 5, settle: "actual" } as const,
    { ...terms, account: "b", amount: 1, settle: "none" } as const
  ]
  assert.equal(
    commandWords({ kind: "reserve", id: "r1", ttlMs: 10_000, legs }),
    "reserve r1: 5 of a, 1 of b (none) for 10 s"
  )
  assert.equal(
    commandWords({
      kind: "finalize",
      id: "r1",
      overage: "cap",
      ifUnknown: "mark",
      sentAgoMs: 0,
      legs: [{ ...terms, actual: 7 }, terms]
    }),
    "finalize r1: 7 of a, a, capped"
  )
  assert.equal(
    commandWords({ kind: "adjust", id: "a1", adjustment: { kind: "credit", amount: -3 }, legs: [terms] }),
    "a1: credit -3 on a"
  )
})
