/**
 * Answers are the caller's: whatever he does to them, the store keeps what it knew.
 */
import type { Window } from "@tallystick/core/machine"
import { expect, test } from "vitest"

import { leg, timed } from "./at.ts"

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Writes over all that can be written over. */
const scribble = (value: unknown): void => {
  if (typeof value !== "object" || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    scribble(inner)
    Reflect.set(value, key, typeof inner === "number" ? 50 * 365 * DAY : "scribbled")
  }
}

const windows: ReadonlyArray<Window> = [
  { kind: "none" },
  { kind: "fixed", lengthMs: DAY },
  { kind: "idle", idleMs: DAY },
  { kind: "calendar", every: "day", timeZone: "UTC", starts: [-DAY, 0, DAY, 2 * DAY] }
]

/** What is told of an account, a few times; and how many accounts are left in the end. */
const life = (window: Window, treat: (answer: unknown) => void) => {
  const w = timed({ unsettledRetentionMs: HOUR })
  const legs = () => [leg({ window: structuredClone(window), limit: 100, amount: 5 })]
  const told = ["a", "b", "c"].map((id, index) => {
    const answer = w.at(index * HOUR).do("charge", id, { legs: legs() })
    const text = JSON.stringify(answer)
    treat(answer)
    return text
  })
  w.at(20 * DAY).do("lookup", "other", { legs: [leg({ account: "other" })] })
  return { told, accounts: w.store.stats().accounts }
}

test.for(windows)("of an account with a window: $kind", (window) => {
  const kept = life(window, () => {})
  expect(life(window, scribble)).toEqual(kept)
  expect(kept.accounts).toBe(window.kind === "none" ? 1 : 0)
})
