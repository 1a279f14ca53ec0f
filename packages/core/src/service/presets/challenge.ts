/**
 * When a denial means: show that you are a person.
 */
import type { Denial } from "../denial.ts"

/** How the accounts begin that count a visitor's requests. */
export const COUNT_PREFIX = "anon:reqcount:"

/** A denial that a captcha helps. */
export interface Challenge extends Denial {
  readonly reason: "limit"
}

/**
 * Whether a captcha would help: nothing but a count of a visitor's requests refused. If tokens or a stream refuse as
 * well it would not, and the answer is an ordinary denial. Nothing is held either way. Takes what `open` gives, or the
 * `denial` of a `QuotaDenied`.
 *
 * @example
 * const turn = await visitors.open(quota, { session, address })
 * if (isChallenge(turn)) return showCaptcha()
 */
export const isChallenge = (answer: { readonly granted: true } | Denial): answer is Challenge =>
  !answer.granted &&
  answer.reason === "limit" &&
  answer.refusals.length > 0 &&
  answer.refusals.every(({ account }) => account.startsWith(COUNT_PREFIX))
