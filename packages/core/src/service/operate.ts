/**
 * What operators do: limits, credit, resets, closing; and what they look at.
 */
import * as Effect from "effect/Effect"

import type { Adjust, Adjustment } from "../machine/command.ts"
import type { Denied } from "../machine/outcome.ts"
import { MAX_AMOUNT } from "../machine/constants.ts"
import { readLegs } from "../machine/read-account.ts"
import type { CallError } from "../store/errors.ts"
import type { Hold, Page, PageRequest } from "../store/port.ts"
import { read, sendOne } from "./call.ts"
import { readAmount, readObject, readText, refuseOtherKeys } from "./check.ts"
import { checked } from "./checked.ts"
import { type AccountUsage, denialOf } from "./denial.ts"
import { atNow, type Environment } from "./environment.ts"
import { QuotaClosed, QuotaConflict, QuotaDenied } from "./errors.ts"
import { readQuery, refOf } from "./leg.ts"
import type { AccountName, AccountQuery } from "./limit.ts"

/**
 * The account that an operator changes. Its unit is needed if it is new; its limit in code, for the numbers in the
 * answer.
 */
export interface AdjustRequest extends AccountQuery {
  /** The same id acts once, for as long as the account is kept. Default: a new one. */
  readonly id?: string | undefined
}

/** A change was made, or had been made before with this id (`replayed`). */
export interface Adjusted {
  readonly replayed: boolean
  readonly account: AccountUsage
}

export type AdjustError = CallError | QuotaDenied | QuotaConflict | QuotaClosed

/** Reads accounts: 1 to 16. */
export const usage = (env: Environment, accounts: ReadonlyArray<AccountQuery>) =>
  Effect.gen(function* () {
    if (env.closed) return yield* Effect.fail(new QuotaClosed())
    const named = yield* checked(() => readLegs(accounts, "accounts", readQuery))
    return yield* read(
      Effect.flatMap(
        atNow((nowMs) => named.map((account) => refOf(account, env.calendar, nowMs))),
        (refs) => env.store.usage(refs)
      ),
      env.settings.callTimeoutMs
    )
  })

/** The live holds of an account, a page at a time. */
export const holds = (
  env: Environment,
  name: AccountName,
  page: Partial<PageRequest>
): Effect.Effect<Page<Hold>, CallError | QuotaClosed> =>
  Effect.gen(function* () {
    if (env.closed) return yield* Effect.fail(new QuotaClosed())
    const asked = yield* checked(() => {
      const account = readQuery(readObject(name, "account"), "account")
      const after = page.after === undefined ? undefined : readText(page.after, "page.after")
      return { account, page: { after, limit: readAmount(page.limit ?? DEFAULT_PAGE, "page.limit", 1, MAX_PAGE) } }
    })
    return yield* read(
      Effect.flatMap(
        atNow((nowMs) => refOf(asked.account, env.calendar, nowMs)),
        ({ account, window }) => env.store.holds({ account, window }, asked.page)
      ),
      env.settings.callTimeoutMs
    )
  })

const DEFAULT_PAGE = 100
const MAX_PAGE = 1_000

/** `limit`: an amount, null for unlimited, "code" to go back to the limit that calls pass. */
export const readSetLimit = (limit: unknown): Adjustment => ({
  kind: "setLimit",
  limit: limit === null || limit === "code" ? limit : readAmount(limit, "limit")
})

/** `amount`: may be negative; the limit stays at least 0. */
export const readCredit = (amount: unknown): Adjustment => ({
  kind: "credit",
  amount: readAmount(amount, "amount", -MAX_AMOUNT)
})

/** Changes one account. `own` are the fields that this change has beside those of all. */
export const adjust = (
  env: Environment,
  request: Omit<AdjustRequest, "limit">,
  own: ReadonlyArray<string>,
  change: () => Adjustment,
  givenId: unknown = request.id
): Effect.Effect<Adjusted, AdjustError> =>
  Effect.gen(function* () {
    if (env.closed) return yield* Effect.fail(new QuotaClosed())
    const asked = yield* checked(() => readAdjust(env, request, own, change, givenId))
    const command = (nowMs: number): Adjust => ({
      kind: "adjust",
      id: asked.id,
      adjustment: asked.adjustment,
      legs: [refOf(asked.account, env.calendar, nowMs)]
    })
    const outcome = yield* sendOne(env.store, command, env.settings.callTimeoutMs)
    switch (outcome._tag) {
      case "Adjusted":
        return { replayed: outcome.replayed, account: outcome.accounts[0]! }
      case "Denied":
        return yield* Effect.fail(
          new QuotaDenied(denialOf(asked.id, outcome, outcome, refusedText(asked.adjustment, outcome)))
        )
      case "Conflict":
        return yield* Effect.fail(new QuotaConflict(asked.id, outcome.reason))
      default:
        return yield* Effect.die(new Error(`the store answered an adjustment with ${outcome._tag}`))
    }
  })

/** Credit has a refusal of its own; the others are told as those of calls. */
const refusedText = (adjustment: Adjustment, outcome: Denied): string | undefined => {
  const [refusal] = outcome.refusals
  if (adjustment.kind !== "credit" || outcome.reason !== "limit" || refusal === undefined) return undefined
  const { account, limit } = refusal
  return limit === null
    ? `${account}: no number is stored as its limit, so that nothing can be added to it`
    : `${account}: its limit of ${limit} cannot take ${adjustment.amount}, for it would fall below 0`
}

const readAdjust = (
  env: Environment,
  request: Omit<AdjustRequest, "limit">,
  own: ReadonlyArray<string>,
  change: () => Adjustment,
  givenId: unknown
) => {
  const fields = readObject(request, "options")
  refuseOtherKeys(fields, "", ["account", "window", "unit", "limit", "warnAt", "settle", "id", ...own])
  const { account, unit, warnAt, window } = fields
  const limit = own.includes("limit") ? undefined : fields["limit"]
  return {
    id: givenId === undefined ? env.newId() : readText(givenId, own.includes("paymentId") ? "paymentId" : "id"),
    adjustment: change(),
    account: readQuery({ account, unit, window, limit, warnAt }, "options")
  }
}
