/**
 * For the tests of the reasons to refuse.
 */
import { expect, test } from "vitest"

import { given, tell } from "./given.ts"
import type { World } from "./given.ts"

export const MAX = Number.MAX_SAFE_INTEGER

/** An account "z" that would fail every rank from `unit` on, closed or not; its unit is "v", its limit stored. */
export const spoiled = (w: World, how: { closed?: boolean; limit?: number | null } = {}): World => {
  w.with("z", { unit: "v", limit: "none" })
  w.setLimit("l", "z", how.limit === undefined ? 1 : how.limit)
  if (how.limit === null) w.charge("c", `z:${MAX}`)
  if (how.closed === true) w.close("x", "z")
  return w.with("z", { unit: "u" })
}

type Case = readonly [wins: string, act: (w: World) => ReturnType<World["run"]>, answer: string]

export const cases = (list: ReadonlyArray<Case>) =>
  test.each(list)("%s", (_, act, answer) => {
    const w = given({ none: { limit: "none" }, free: { limit: null } })
    expect(tell(act(w))).toBe(answer)
  })
