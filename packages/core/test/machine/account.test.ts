/**
 * What identifies an account, and the one order of accounts.
 */
import {
  accountKey,
  accountsDigest,
  chargeDigest,
  compareAccounts,
  compareBytes,
  reserveDigest
} from "@tallystick/core/machine"
import type { ReserveLeg, Window } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { expect, test } from "vitest"

const text = fc.string({
  unit: fc.constantFrom("a", "b", ":", ";", "1", "2", "n", "\u00E9", "\uFF5E", "\u{1F600}", "\uE000"),
  minLength: 1,
  maxLength: 6
})
const window = fc.oneof(
  fc.constant<Window>({ kind: "none" }),
  fc.constantFrom(1_000, 10_000).map((lengthMs): Window => ({ kind: "fixed", lengthMs })),
  fc.constantFrom(1_000, 10_000).map((idleMs): Window => ({ kind: "idle", idleMs })),
  fc
    .tuple(fc.constantFrom("day", "week", "month"), fc.constantFrom("UTC", "Europe/Berlin"), fc.nat())
    .map(([every, timeZone, at]): Window => ({
      kind: "calendar",
      every,
      timeZone,
      starts: [at, at + 1, at + 2, at + 3]
    }))
)
const account = fc.record({ account: text, window })
const identityOf = ({
  account: id,
  window: { starts, ...name }
}: {
  account: string
  window: Window & { starts?: unknown }
}) => {
  expect(starts === undefined || name.kind === "calendar").toBe(true)
  return JSON.stringify([id, Object.values(name)])
}

test("two accounts have one key if and only if they have one id and one window definition, whatever its starts", () => {
  fc.assert(
    fc.property(account, account, (left, right) => {
      expect(accountKey(left) === accountKey(right)).toBe(identityOf(left) === identityOf(right))
      expect(compareAccounts(left, right) === 0).toBe(identityOf(left) === identityOf(right))
    }),
    { numRuns: 2_000 }
  )
})

test("the order of ids is that of their bytes in UTF-8", () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareBytes(left, right))).toBe(
        Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)))
      )
    }),
    { numRuns: 2_000 }
  )
})

test("requests are the same if and only if their sets of (account, unit, amount, settle) are, in any order; a charge is never a reserve", () => {
  const leg = fc.record({
    account: fc.constantFrom("a", "b", "1:a;1:b"),
    // Few, so that two requests are often the same in all but one thing.
    window: fc.constantFrom<Window>({ kind: "none" }, { kind: "idle", idleMs: 1_000 }),
    unit: fc.constantFrom("a", "1", "a1"),
    amount: fc.constantFrom(1, 2, 11, 12),
    settle: fc.constantFrom("actual", "none", "held")
  })
  const legs = fc.uniqueArray(leg, { minLength: 1, maxLength: 4, selector: accountKey })
  const digestsOf = (all: ReadonlyArray<ReserveLeg>) => [accountsDigest(all), reserveDigest(all)] as const
  const isSame = (one: readonly [string, string], other: readonly [string, string]) =>
    one[0] === other[0] && one[1] === other[1]
  const namesOf = (all: ReadonlyArray<ReserveLeg>) => JSON.stringify(all.map(accountKey).toSorted(compareBytes))
  const contentOf = (all: ReadonlyArray<object>) =>
    JSON.stringify(all.map((one) => JSON.stringify(one)).toSorted(compareBytes))
  fc.assert(
    fc.property(legs, legs, (left, right) => {
      expect(digestsOf(left)).toEqual(digestsOf(left.toReversed()))
      expect(isSame(digestsOf(left), digestsOf(right))).toBe(contentOf(left) === contentOf(right))
      expect(accountsDigest(left) === accountsDigest(right)).toBe(namesOf(left) === namesOf(right))
      expect(chargeDigest(left)).not.toBe(reserveDigest(left))
    }),
    { numRuns: 5_000 }
  )
})
