/**
 * Users with credit in micro-USD, as the original service limits them, and its estimator.
 */
import { InvalidInput } from "../../machine/invalid-input.ts"
import { DEFAULT_CEILING_MICROS, DEFAULT_FLOOR_MICROS, type Estimate } from "../../pricing/estimate.ts"
import type { PriceCatalog, PriceQuery } from "../../pricing/price-catalog.ts"
import { readAmount, readObject, readText, refuseOtherKeys } from "../check.ts"
import type { AccountUsage, Denial } from "../denial.ts"
import type { Amounts, Limit } from "../limit.ts"
import type { OpenOptions, Quota } from "../promise/quota.ts"
import type { Reservation } from "../promise/reservation.ts"
import { turnSettingNames } from "../settings.ts"
import * as constants from "./constants.ts"
import { estimateReserve } from "./estimate-reserve.ts"
import { readLimit } from "./read-anonymous.ts"

/** Each has the original's default. */
export interface RegisteredOptions {
  /**
   * Credit of a user in micro-USD; null: unlimited. "stored": only what `setLimit` and `addCredit` stored, so that an
   * unknown user is denied as unknown. A stored limit wins over a number as well. Default 5,000,000, five dollars.
   */
  readonly creditMicros?: number | null | "stored" | undefined
  /** From which part of the limit on the status is `warning`: 0 to 1. Default 0.8. */
  readonly warnAt?: number | undefined
  /** Tokens that the estimator takes for a call that names none. Default 8,000. */
  readonly reserveTokens?: number | undefined
  /** The least and the most that the estimator gives. Default 100 and 1,000,000. */
  readonly floorMicros?: number | undefined
  readonly ceilingMicros?: number | undefined
  /** What operations hold that no price per token describes. Add your own. */
  readonly operationMicros?: Amounts | undefined
}

/** A user's call: what `quota.open` takes but the limits. Give an `estimate` or an `operation`. */
export interface UserRequest extends Omit<OpenOptions, "limits" | "estimate"> {
  /** Your id of the user, 1 to 251 characters. */
  readonly user: string
  readonly estimate?: (Amounts & { readonly microusd: number }) | undefined
  /** `image`, `podcast`, `videoPresentation`, or one of yours: holds the amount that is set for it. */
  readonly operation?: string | undefined
}

/** What the original's estimator takes. */
export interface ReserveQuery extends PriceQuery {
  readonly catalog: PriceCatalog
  /** Tokens, taken as so much input and so much output. Default (also for null and for 0): 8,000. */
  readonly reserveTokens?: number | null | undefined
}

/** The preset. Plain functions over a quota; it keeps nothing. */
export interface Registered {
  /** What `quota.open` and `quota.guard` take. */
  readonly request: (request: UserRequest) => OpenOptions
  readonly open: (quota: Quota, request: UserRequest) => Promise<Reservation | Denial>
  readonly usage: (quota: Pick<Quota, "usage">, user: string) => Promise<AccountUsage>
  /** The limit of a user, for `setLimit`, `addCredit`, `usage`, `holds`. */
  readonly limit: (user: string) => Limit
  /**
   * The original's estimate: tokens at the input rate and as many at the output rate, from the floor to the ceiling;
   * the floor for a model without a known price. `estimateMicros` is the sound bound.
   */
  readonly estimate: (query: ReserveQuery) => Estimate
}

const optionNames = ["creditMicros", "warnAt", "reserveTokens", "floorMicros", "ceilingMicros", "operationMicros"]

/** An account's id is `user:` and the user's. */
const MAX_USER_LENGTH = 251

const BASIS_POINTS = 10_000

/**
 * The limits of registered users, with the original's numbers.
 *
 * @throws InvalidInput naming the option
 *
 * @example
 * const users = registered()
 * const { micros } = users.estimate({ catalog, model: "gpt-5", reserveTokens: 4_000 })
 * const turn = await users.open(quota, { requestId, user: "ada", estimate: { microusd: micros }, signal })
 */
export const registered = (options: RegisteredOptions = {}): Registered => {
  const fields = readObject(options, "options")
  refuseOtherKeys(fields, "", optionNames)
  const credit = fields["creditMicros"]
  const limited = credit === "stored" ? undefined : readLimit(credit, "creditMicros", constants.DEFAULT_CREDIT_MICROS)
  const basisPoints = readPart(fields["warnAt"] ?? 0.8, "warnAt")
  const reserveTokens = readAmount(fields["reserveTokens"] ?? constants.DEFAULT_RESERVE_TOKENS, "reserveTokens", 1)
  const floorMicros = readAmount(fields["floorMicros"] ?? DEFAULT_FLOOR_MICROS, "floorMicros", 1)
  const ceilingMicros = readAmount(
    fields["ceilingMicros"] ?? Math.max(DEFAULT_CEILING_MICROS, floorMicros),
    "ceilingMicros",
    floorMicros
  )
  const operations = readOperations(fields["operationMicros"])
  const limit = (user: string): Limit => ({
    account: `user:${readText(user, "user", MAX_USER_LENGTH)}`,
    unit: "microusd",
    limit: limited,
    warnAt: { basisPoints }
  })
  const request = (call: UserRequest): OpenOptions => {
    const keys = ["user", "operation", "estimate", "quotes", "requestId", "signal", ...turnSettingNames]
    refuseOtherKeys(readObject(call, "options"), "", keys)
    const { estimate, operation, user, ...rest } = call
    if ((estimate === undefined) === (operation === undefined))
      throw new InvalidInput("estimate", "given, or an operation, but not both", estimate)
    return { ...rest, limits: [limit(user)], estimate: estimate ?? { microusd: amountOf(operations, operation) } }
  }
  return {
    limit,
    request,
    open: async (quota, call) => quota.open(request(call)),
    usage: async (quota, user) => {
      const [usage] = await quota.usage([limit(user)])
      return usage!
    },
    estimate: (query) => estimateReserve(query, { reserveTokens, floorMicros, ceilingMicros })
  }
}

const readPart = (value: unknown, field: string): number => {
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) throw new InvalidInput(field, "from 0 to 1", value)
  return Math.round(value * BASIS_POINTS)
}

const readOperations = (given: unknown): ReadonlyMap<string, number> => {
  const own = given === undefined ? {} : readObject(given, "operationMicros", "amounts by operation")
  const all = Object.entries({ ...constants.DEFAULT_OPERATION_MICROS, ...own })
  return new Map(all.map(([name, amount]) => [name, readAmount(amount, `operationMicros.${name}`, 1)]))
}

const amountOf = (operations: ReadonlyMap<string, number>, operation: string | undefined): number => {
  const amount = operations.get(operation ?? "")
  if (amount === undefined)
    throw new InvalidInput("operation", `one of ${[...operations.keys()].join(", ")}`, operation)
  return amount
}
