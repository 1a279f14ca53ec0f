/**
 * A denial as HTTP tells it: a status, fields, and problem details (RFC 9457).
 */
import { InvalidInput } from "../machine/invalid-input.ts"
import type { Refusal } from "../machine/outcome.ts"
import { readChoice, readObject, refuseOtherKeys } from "../service/check.ts"
import type { Denial } from "../service/denial.ts"
import { QuotaDenied } from "../service/errors.ts"
import { durationText } from "../service/duration-text.ts"
import { isChallenge } from "../service/presets/challenge.ts"
import { kindOf, type ProblemKind, kinds } from "./problem-kind.ts"
import { policyNames, rateLimitFields } from "./rate-limit-fields.ts"

export interface DenialResponseOptions {
  /**
   * `hide`: neither text nor fields name accounts; they are called by their unit. For people who should not see
   * "team:secret". Default `show`.
   */
  readonly accountNames?: "show" | "hide" | undefined
  /** A URI of yours for a kind of problem, where people can read about it. */
  readonly types?: { readonly [Kind in ProblemKind]?: string | undefined } | undefined
}

/** One limit that refused. */
export interface ProblemRefusal {
  /** Absent if names are hidden. */
  readonly account?: string
  readonly unit: string | null
  readonly asked: number
  readonly left: number | null
  readonly limit: number | null
  readonly retryAfterSeconds: number | null
}

/** The body. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  /** For people: "user:ada: 4000 tokens asked, 312 of 50000 left, resets in 3 h". */
  readonly detail: string
  /** For programs. */
  readonly kind: ProblemKind
  /** null: trying again does not help. */
  readonly retryAfterSeconds: number | null
  /** Only on a challenge. */
  readonly challenge?: "captcha"
  readonly refusals: ReadonlyArray<ProblemRefusal>
  /** The names of the policies, as in `RateLimit-Policy`. */
  readonly "violated-policies": ReadonlyArray<string>
}

/** A denial, ready for any framework. */
export interface Problem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemBody
}

/** The denial, or what `guard` rejects with. Pure. @throws InvalidInput naming the option */
export const problemOf = (denied: Denial | QuotaDenied, options: DenialResponseOptions = {}): Problem => {
  const fields = readObject(options, "options")
  refuseOtherKeys(fields, "", ["accountNames", "types"])
  const hides = readChoice(fields["accountNames"] ?? "show", "accountNames", ["show", "hide"]) === "hide"
  const denial = denied instanceof QuotaDenied ? denied.denial : denied
  if (denial.granted as boolean) throw new InvalidInput("answer", "a denial", denial)
  const kind = kindOf(denial)
  const { status, title, type } = kinds[kind]
  const retryAfterSeconds = secondsOf(denial.retryInMs)
  const names = policyNames(denial.refusals, hides)
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      // A store of responses must not tell one visitor what another one has left.
      "cache-control": "no-store",
      ...(retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) }),
      ...(denial.reason === "limit" ? rateLimitFields(denial, names) : {})
    },
    body: {
      type: options.types?.[kind] ?? type,
      title,
      status,
      detail: hides ? hiddenText(denial) : denial.message,
      kind,
      retryAfterSeconds,
      ...(isChallenge(denial) ? { challenge: "captcha" as const } : {}),
      refusals: denial.refusals.map((refusal) => refusalBody(refusal, hides)),
      "violated-policies": names
    }
  }
}

/**
 * A denial as a standard `Response`: 402 if money is short, 429 for time and concurrency. `Retry-After` is there if
 * trying again can help.
 *
 * @throws InvalidInput naming the option
 *
 * @example
 * const turn = await quota.open({ requestId, limits: [daily], estimate: { tokens: 4_000 }, signal })
 * if (!turn.granted) return denialResponse(turn)
 */
export const denialResponse = (denied: Denial | QuotaDenied, options: DenialResponseOptions = {}): Response => {
  const { body, headers, status } = problemOf(denied, options)
  return new Response(JSON.stringify(body), { status, headers })
}

/** Rounded up, so that who waits that long is not too early. */
const secondsOf = (ms: number | null): number | null => (ms === null ? null : Math.max(1, Math.ceil(ms / 1_000)))

const refusalBody = (refusal: Refusal, hides: boolean): ProblemRefusal => {
  const { account, asked, left, limit, retryInMs, unit } = refusal
  return { ...(hides ? {} : { account }), unit, asked, left, limit, retryAfterSeconds: secondsOf(retryInMs) }
}

const hiddenText = (denial: Denial): string => {
  if (denial.reason !== "limit") return kinds[kindOf(denial)].title
  return denial.refusals
    .map(({ asked, left, limit, retryInMs, unit }) => {
      const when = retryInMs === null ? "" : `, try again in ${durationText(retryInMs)}`
      return `${asked} ${unit ?? "units"} asked, ${left ?? "all"} of ${limit ?? "unlimited"} left${when}`
    })
    .join("; ")
}
