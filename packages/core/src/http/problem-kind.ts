/**
 * Which kind of problem a denial is, and what HTTP calls it.
 */
import type { Denial } from "../service/denial.ts"
import { isChallenge } from "../service/presets/challenge.ts"

/** For programs; part of the body as `kind`. */
export type ProblemKind =
  | "challenge"
  | "quota-exceeded"
  | "too-many-streams"
  | "insufficient-credit"
  | "unknown-account"
  | "account-closed"
  | "misconfigured"

interface Shown {
  readonly status: number
  readonly title: string
  readonly type: string
}

const iana = "https://iana.org/assignments/http-problem-types"

/**
 * Money is 402: SDKs retry a 429 by themselves, and waiting brings no money. The types of IANA are those of the draft
 * on RateLimit fields; the others have none, and `kind` tells them apart.
 */
export const kinds: Readonly<Record<ProblemKind, Shown>> = {
  challenge: { status: 429, title: "Please show that you are a person", type: `${iana}#abnormal-usage-detected` },
  "quota-exceeded": { status: 429, title: "The limit is reached", type: `${iana}#quota-exceeded` },
  "too-many-streams": { status: 429, title: "Too many requests at once", type: `${iana}#quota-exceeded` },
  "insufficient-credit": { status: 402, title: "Not enough credit", type: "about:blank" },
  "unknown-account": { status: 403, title: "No limit is known for this account", type: "about:blank" },
  "account-closed": { status: 403, title: "The account is closed", type: "about:blank" },
  misconfigured: { status: 500, title: "The limits of this call contradict each other", type: "about:blank" }
}

/** The unit of money. */
export const MONEY = "microusd"

/** If several limits refuse, money decides: time alone would not help. */
export const kindOf = (denial: Denial): ProblemKind => {
  switch (denial.reason) {
    case "unknown":
      return "unknown-account"
    case "closed":
      return "account-closed"
    case "unit":
      return "misconfigured"
    case "limit":
    case "overflow":
    case "windowPassed":
      if (isChallenge(denial)) return "challenge"
      if (denial.refusals.some(({ unit }) => unit === MONEY)) return "insufficient-credit"
      return denial.refusals.every(({ unit }) => unit === "streams") ? "too-many-streams" : "quota-exceeded"
  }
}
