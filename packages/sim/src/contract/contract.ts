/**
 * The contract suite as tests of vitest.
 */
import type { QuotaStore } from "@tallystick/core/store"
import type * as Layer from "effect/Layer"
import { afterAll, beforeAll, describe, test } from "vitest"

import type { Check } from "./check.ts"
import { contractChecks } from "./checks.ts"
import { readOptions } from "./options.ts"
import type { ContractOptions } from "./options.ts"
import { Skipped } from "./skipped.ts"
import { openSubject } from "./subject.ts"
import type { Opened } from "./subject.ts"

/** For one test; most take milliseconds. Of random programs each has a tenth of a second more: 2,000 against a server, 50,000 once. */
const TIMEOUT_MS = 300_000
const PROGRAM_MS = 100
const OPEN_TIMEOUT_MS = 60_000

/**
 * Everything that Tallystick asks of a store, as tests: each answer against the Book, a second formulation of the rules that shares no code with core,
 * and against what was worked out by hand. What a store says in its `capabilities` that it cannot do is skipped by name.
 *
 * The store is built once and may keep what others wrote: all accounts are new.
 *
 * @param layer builds the store; closed after the last test
 *
 * @example
 * import { QuotaStore } from "@tallystick/core/store"
 * import { contract } from "@tallystick/sim/contract"
 * import * as Layer from "effect/Layer"
 *
 * contract("my store", Layer.sync(QuotaStore, () => myStore()))
 */
export const contract = <E>(name: string, layer: Layer.Layer<QuotaStore, E>, options: ContractOptions = {}): void => {
  const groups = new Map<string, Array<Check>>()
  for (const check of contractChecks(options)) groups.set(check.group, [...(groups.get(check.group) ?? []), check])
  describe(name, () => {
    let opened: Opened
    const timeout = TIMEOUT_MS + PROGRAM_MS * readOptions(options).programs
    beforeAll(async () => {
      opened = await openSubject(layer, readOptions(options))
    }, OPEN_TIMEOUT_MS)
    afterAll(() => opened?.end(), OPEN_TIMEOUT_MS)
    for (const [group, checks] of groups) {
      describe(group, () => {
        for (const { name, run } of checks) {
          test(name, { timeout }, async (context) => {
            try {
              await run(opened.subject)
            } catch (error) {
              if (error instanceof Skipped) context.skip(error.message)
              throw error
            }
          })
        }
      })
    }
  })
}
