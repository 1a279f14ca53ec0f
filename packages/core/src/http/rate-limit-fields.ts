/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers (from -08 on): lists of structured fields
 * (RFC 9651).
 */
import type { Refusal } from "../machine/outcome.ts"
import type { WindowName } from "../machine/window.ts"
import { MONEY } from "./problem-kind.ts"

/** The largest integer of a structured field. */
const MAX_INTEGER = 999_999_999_999_999

/** What the draft calls the units that it knows; another goes by its own name. */
const units: Readonly<Record<string, string>> = { streams: "concurrent-requests" }

/**
 * A name for each refusal: the account's, or the unit's if names are hidden or no structured field can carry it. Of
 * equals the later ones get a number.
 */
export const policyNames = (refusals: ReadonlyArray<Refusal>, hides: boolean): ReadonlyArray<string> => {
  const seen = new Map<string, number>()
  return refusals.map(({ account, unit }) => {
    const own = hides || !isCarried(account) ? (unit ?? "units") : account
    const name = isCarried(own) ? own : "limit"
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name}-${count}`
  })
}

/** Strings of structured fields are printable ASCII. */
const isCarried = (text: string): boolean => /^[ -~]+$/.test(text)

/**
 * The fields for what refused; the other accounts of the call are nobody's business. Money is left out: how rich
 * somebody is belongs in no field that proxies log, and the draft has no unit for it.
 */
export const rateLimitFields = (
  { refusals }: { readonly refusals: ReadonlyArray<Refusal> },
  names: ReadonlyArray<string>
): Readonly<Record<string, string>> => {
  const told = refusals.flatMap((refusal, index) => {
    const { left, limit, unit, window } = refusal
    if (unit === MONEY || left === null || limit === null) return []
    return [{ name: quoted(names[index]!), left, limit, unit: unit ?? "units", window, retryInMs: refusal.retryInMs }]
  })
  if (told.length === 0) return {}
  const policies = told.map(({ limit, name, unit, window }) => {
    const seconds = secondsOfWindow(window)
    const q = Math.min(limit, MAX_INTEGER)
    return `${name};q=${q}${seconds === null ? "" : `;w=${seconds}`};qu=${quoted(units[unit] ?? (isCarried(unit) ? unit : "units"))}`
  })
  const limits = told.map(({ left, name, retryInMs }) => {
    const wait = retryInMs === null ? "" : `;t=${Math.min(Math.max(1, Math.ceil(retryInMs / 1_000)), MAX_INTEGER)}`
    return `${name};r=${Math.min(left, MAX_INTEGER)}${wait}`
  })
  return { "ratelimit-policy": policies.join(", "), ratelimit: limits.join(", ") }
}

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`

/** null: it has no length (none), or not always the same (a month). */
const secondsOfWindow = (window: WindowName): number | null => {
  switch (window.kind) {
    case "none":
      return null
    case "fixed":
      return Math.ceil(window.lengthMs / 1_000)
    case "idle":
      return Math.ceil(window.idleMs / 1_000)
    case "calendar":
      return window.every === "day" ? 86_400 : window.every === "week" ? 604_800 : null
  }
}
