/**
 * When all calls have ended and every deadline has passed: nothing is held, and a reserve is admitted exactly up to the limit.
 */
import type { AccountTerms } from "@tallystick/core/machine"

import type { Seen } from "./audit.ts"
import type { Checks } from "./checks.ts"
import type { StoreReader } from "./store-reader.ts"

const PROBE_TTL_MS = 1_000

export const finalChecks = async (
  accounts: Iterable<Seen>,
  store: StoreReader,
  checks: Checks,
  signal: AbortSignal | undefined
): Promise<void> => {
  for (const { terms } of accounts) {
    if (signal?.aborted === true) return
    const { account, reserved, spendable } = await store.usage(terms)
    checks.that("I8", reserved === 0, () => `all calls have ended, and ${account} still holds ${reserved}`)
    if (spendable === null) continue
    const isDenied = !(await isAdmitted(store, terms, "probe-above", spendable + 1))
    checks.that("I8", isDenied, () => `${account} has ${spendable} left and admits ${spendable + 1}`)
    if (spendable === 0) continue
    const isFull = await isAdmitted(store, terms, "probe-all", spendable)
    checks.that("I8", isFull, () => `${account} has ${spendable} left and does not admit ${spendable}`)
  }
}

/** Asks, and gives it back. */
const isAdmitted = async (store: StoreReader, terms: AccountTerms, name: string, amount: number): Promise<boolean> => {
  const id = `${name}:${terms.account}`
  const outcome = await store.execute({
    kind: "reserve",
    id,
    ttlMs: PROBE_TTL_MS,
    legs: [{ ...termsOf(terms), amount, settle: "actual" }]
  })
  if (outcome._tag !== "Granted") return false
  await store.execute({ kind: "release", id, legs: [termsOf(terms)] })
  return true
}

/** Without what only the command of the replay had (an amount, an actual). */
const termsOf = ({ account, window, unit, limit, warnAt }: AccountTerms): AccountTerms => ({
  account,
  window,
  unit,
  limit,
  warnAt
})
