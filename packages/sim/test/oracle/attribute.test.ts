import type { AccountAnswer, Granted, LegAnswer, Outcome } from "@tallystick/core/machine"
import { assert, describe, it } from "vitest"

import { attributeAccount, attributeHolds, attributeOutcome } from "../../src/oracle/attribute.ts"
import type { Circumstances } from "../../src/oracle/attribute.ts"

const account: AccountAnswer = {
  account: "a",
  window: { kind: "none" },
  known: true,
  open: true,
  unit: "tokens",
  limit: 10,
  limitFrom: "code",
  used: 4,
  reserved: 3,
  spendable: 3,
  debt: 0,
  status: "ok",
  revision: 9,
  period: 0,
  timeMs: 1_000,
  resetsInMs: null
}
const leg: LegAnswer = {
  account: "a",
  window: { kind: "none" },
  state: "held",
  held: 3,
  measured: null,
  debited: 0,
  overage: 0,
  unbilled: 0,
  late: false,
  unreserved: false,
  windowPassed: false,
  expiresInMs: 5_000
}
const common = { command: "reserve", id: "r1", replayed: false, accounts: [account], legs: [leg] } as const
const granted: Granted = { _tag: "Granted", granted: true, ...common }
const denied = (reason: "limit" | "closed" | "windowPassed" | "unit"): Outcome => ({
  _tag: "Denied",
  granted: false,
  ...common,
  reason,
  refusals: [],
  retryInMs: null
})
const plain: Circumstances = { who: { words: "c1's reserve r1" }, isDebited: () => false, isRepeat: false }
const of = (expected: Outcome, actual: Outcome, circumstances = plain) =>
  attributeOutcome(expected, actual, circumstances).invariant

describe("a wrong answer belongs to one invariant, by what differs", () => {
  const ended: Outcome = { _tag: "Ended", granted: false, ...common }
  const other = (change: Partial<LegAnswer>): Outcome => ({ ...granted, legs: [{ ...leg, ...change }] })
  const cases: ReadonlyArray<readonly [string, Outcome, Outcome, string]> = [
    ["admitted above the limit", denied("limit"), granted, "I1"],
    ["denied though it fits", granted, denied("limit"), "I1"],
    ["admitted while closed", denied("closed"), granted, "I13"],
    ["grown in a window that passed", denied("windowPassed"), granted, "I11"],
    ["admitted in another unit", denied("unit"), granted, "I9"],
    ["granted where it had ended", ended, granted, "I4"],
    ["a repeat as new", { ...granted, replayed: true }, granted, "I4"],
    ["another state of the leg", granted, other({ state: "expired" }), "I4"],
    ["another deadline", granted, other({ expiresInMs: 4_000 }), "I9"],
    ["corrupt", granted, { ...granted, _tag: "Corrupt", granted: false, account: "a", window: { kind: "none" } }, "I7"],
    ["another refusal", denied("limit"), { ...denied("limit"), retryInMs: 1 } as Outcome, "I9"]
  ]
  for (const [name, expected, actual, invariant] of cases) it(name, () => assert.equal(of(expected, actual), invariant))
})

describe("so does a wrong account", () => {
  const cases: ReadonlyArray<readonly [string, Partial<AccountAnswer>, Partial<Circumstances>, string]> = [
    ["reserved", { reserved: 4, spendable: 2 }, {}, "I2"],
    ["used", { used: 5, spendable: 2 }, {}, "I3"],
    ["used, by an id that was debited before", { used: 5 }, { isDebited: () => true }, "I12"],
    ["less used than it should be", { used: 3 }, { isDebited: () => true }, "I3"],
    ["the window before the sums that it moves", { period: 1, used: 0, reserved: 0 }, {}, "I11"],
    ["open", { open: false }, {}, "I13"],
    ["revision at a repeat", { revision: 10 }, { isRepeat: true }, "I6"],
    ["revision otherwise", { revision: 10 }, {}, "I9"],
    ["status", { status: "warning" }, {}, "I9"]
  ]
  for (const [name, change, circumstances, invariant] of cases) {
    it(name, () => {
      const violation = attributeAccount(account, { ...account, ...change }, { ...plain, ...circumstances })
      assert.equal(violation.invariant, invariant)
      assert.match(violation.because, /^after c1's reserve r1 the /)
    })
  }
})

it("holds that are not the Book's are I2, what is said of one I9", () => {
  const hold = { id: "r1", held: 3, measured: null, expiresInMs: 1_000, windowPassed: false }
  const who = { words: "5 s pass" }
  assert.isUndefined(attributeHolds("a", [hold], [{ ...hold }], who))
  assert.equal(attributeHolds("a", [hold], [], who)?.invariant, "I2")
  assert.equal(attributeHolds("a", [hold], [{ ...hold, expiresInMs: 2_000 }], who)?.invariant, "I9")
})
