/**
 * Judges what happened to one set of accounts, by the revisions and times in the answers: looks for an order, again and again where the way that was
 * taken leads nowhere.
 */
import type { Settings } from "@tallystick/core/machine"

import { Random } from "../../replay/random.ts"
import type { Operation } from "./operation.ts"
import { Search } from "./search.ts"
import type { Verdict } from "./verdict.ts"

/** Operations tried, over all orders. A history that holds needs little more than one for each of its own. */
const DEFAULT_BUDGET = 10_000

/** A search that went wrong early tries all that lies behind that. So it is given up after so much, and begun again with other likings. */
const FIRST = 1_000
/** As much as an answer about the same id speaks for a candidate. */
const WHIM = 1

export const checkByRevisions = (
  operations: ReadonlyArray<Operation>,
  settings: Partial<Settings> = {},
  budget = DEFAULT_BUDGET
): Verdict => {
  const search = (isFocused: boolean, tries: number, whim: () => number): Verdict =>
    new Search(operations, { settings, isFocused, whim, budget: tries + 4 * operations.length }).run()
  let focused = search(true, FIRST, () => 0)
  for (let spent = FIRST, number = 1; focused.kind === "undecided" && spent < budget; number++) {
    const random = new Random(number, 5)
    const tries = FIRST * lubyOf(number)
    const again = search(true, tries, () => WHIM * random.fraction())
    spent += tries
    if (again.kind !== "undecided" || again.deadEnd.order.length > focused.deadEnd.order.length) focused = again
  }
  if (focused.kind === "linearizable") return focused
  const whole = search(false, budget, () => 0)
  return whole.kind === "broken" ? { kind: "broken", deadEnd: focused.deadEnd } : whole
}

/** 1, 1, 2, 1, 1, 2, 4, …: of what ends quickly or never, no other row of tries needs much less in the mean (Luby and others, 1993). */
const lubyOf = (number: number): number => {
  const power = 2 ** Math.floor(Math.log2(number + 1))
  return power === number + 1 ? power / 2 : lubyOf(number + 1 - power)
}
