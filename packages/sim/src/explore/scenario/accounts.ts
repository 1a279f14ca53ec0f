/**
 * The accounts of a scenario: numbered as commands name them first.
 */
import { accountKey } from "@tallystick/core/machine"
import type { AccountAnswer, AccountRef } from "@tallystick/core/machine"
import type { Hold } from "@tallystick/core/store"

import type { Seen } from "../../workload/seen.ts"
import { windowAt } from "../../workload/windows.ts"

export class ScenarioAccounts implements Seen {
  state: ReadonlyArray<AccountAnswer> = []
  readonly holds: Array<ReadonlyArray<Hold>> = []
  readonly #numbers = new Map<string, number>()
  readonly #refs: Array<AccountRef> = []

  readonly numberOf = (leg: AccountRef): number => {
    const key = accountKey(leg)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#refs.length
    this.#numbers.set(key, number)
    // A read needs a limit: of an unknown account no numbers are shown.
    this.#refs.push({
      account: leg.account,
      window: leg.window,
      unit: leg.unit,
      limit: leg.limit === undefined ? null : leg.limit
    })
    return number
  }

  readonly refsAt = (nowMs: number): ReadonlyArray<AccountRef> =>
    this.#refs.map((ref) => (ref.window.kind === "calendar" ? { ...ref, window: windowAt(ref.window, nowMs) } : ref))
}
