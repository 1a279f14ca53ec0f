/**
 * Visitors without an account, as the original service limits them: tokens of the session and of the address, streams
 * of the address, and requests until a captcha; all decided by one reservation.
 */
import { pseudonyms } from "../../identity/pseudonym.ts"
import { readObject, readText, refuseOtherKeys } from "../check.ts"
import type { AccountUsage, Denial } from "../denial.ts"
import type { Amounts } from "../limit.ts"
import type { OpenOptions, Quota } from "../promise/quota.ts"
import type { Reservation } from "../promise/reservation.ts"
import { turnSettingNames } from "../settings.ts"
import { type AnonymousOptions, readAnonymous } from "./read-anonymous.ts"
import { tightestOf } from "./tightest.ts"
import { limitsOf, namesOf, sessionCount, type Visitor } from "./visitor.ts"

/** A visitor's call: all that `quota.open` takes but the limits, which follow from who it is. */
export interface VisitorRequest extends Visitor, Omit<OpenOptions, "limits" | "estimate"> {
  /** Tokens that the call uses at most. Default 8,000 (`reserveTokens`). */
  readonly estimate?: (Amounts & { readonly tokens: number }) | undefined
}

/** A solved challenge. */
export interface SolvedChallenge {
  readonly session: string
  /** What the captcha gave and its provider has verified: resets the session's count once. 1 to 8,192 characters. */
  readonly token: string
}

/** What is left of a visitor's tokens. */
export interface VisitorUsage {
  /** The stricter of session and address, with what is held: what an admission goes by. */
  readonly tokens: AccountUsage
  /** All of the visitor's accounts, in one reading. */
  readonly accounts: ReadonlyArray<AccountUsage>
}

/** The preset. Plain functions over a quota; it keeps nothing. */
export interface Anonymous {
  /** What `quota.open` and `quota.guard` take. */
  readonly request: (request: VisitorRequest) => Promise<OpenOptions>
  /**
   * Opens a turn. Gives a reservation, or a denial; `isChallenge` tells those apart that a captcha helps. Rejects as
   * `quota.open` does.
   */
  readonly open: (quota: Quota, request: VisitorRequest) => Promise<Reservation | Denial>
  /**
   * A visitor has solved a challenge. Resets the session's count, once per token, and gives a pass: keep it with the
   * session (a cookie) and hand it to `open`. The same session gets the same one.
   */
  readonly solved: (
    quota: Pick<Quota, "resetUsed">,
    challenge: SolvedChallenge
  ) => Promise<{ readonly pass: string; readonly replayed: boolean }>
  readonly usage: (quota: Pick<Quota, "usage">, visitor: Visitor) => Promise<VisitorUsage>
}

/** Turnstile's are at most 2,048 characters long, reCAPTCHA's seldom longer. */
const MAX_TOKEN_LENGTH = 8_192

const visitorKeys = ["session", "address", "pass"]

/**
 * The limits of anonymous visitors, with the original's numbers.
 *
 * @throws InvalidInput naming the option
 *
 * @example
 * const visitors = anonymous({ secret })
 * const turn = await visitors.open(quota, { requestId, session, address, estimate: { tokens: 4_000 }, signal })
 * if (!turn.granted) return denialResponse(turn)
 */
export const anonymous = (options: AnonymousOptions): Anonymous => {
  const settings = readAnonymous(options)
  const names = pseudonyms(options.secret)
  const limits = async (visitor: Visitor) => limitsOf(await namesOf(names, visitor, settings.ipv6Bits), settings)
  const request = async (visit: VisitorRequest): Promise<OpenOptions> => {
    refuseOtherKeys(readObject(visit, "options"), "", [
      ...visitorKeys,
      "requestId",
      "estimate",
      "quotes",
      "signal",
      ...turnSettingNames
    ])
    const { address, estimate = { tokens: settings.reserveTokens }, pass, session, ...rest } = visit
    return { ...rest, limits: await limits({ session, address, pass }), estimate }
  }
  return {
    request,
    open: async (quota, visit) => quota.open(await request(visit)),
    solved: async (quota, challenge) => {
      refuseOtherKeys(readObject(challenge, "challenge"), "challenge", ["session", "token"])
      const { session } = await namesOf(names, { session: challenge.session, address: null }, settings.ipv6Bits)
      // A provider's token may be longer than an id, and is nobody's business.
      const id = await names.of("challenge", readText(challenge.token, "token", MAX_TOKEN_LENGTH))
      const { replayed } = await quota.resetUsed({ ...sessionCount(session, settings.challengeAfter ?? 0), id })
      return { pass: await names.proofOf("pass", challenge.session), replayed }
    },
    usage: async (quota, visitor) => {
      refuseOtherKeys(readObject(visitor, "visitor"), "visitor", visitorKeys)
      const accounts = await quota.usage(await limits(visitor))
      return { tokens: tightestOf(accounts.filter(({ account }) => account.startsWith("anon_quota:"))), accounts }
    }
  }
}
