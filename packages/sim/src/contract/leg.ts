/**
 * Legs in short: `a:5` an amount, an actual or a new total; `a:~7` a measure; `a:5~7` both; `a:5/held` how it settles.
 */
import type { WarnAt, Window } from "@tallystick/core/machine"

/** How the commands of a check name an account. Unless given: limit 100 in code, unit "u", no window. `limit: "none"`: not in code. */
export interface Terms {
  /** Another account's name: one id may have several windows. */
  readonly account?: string
  readonly unit?: string | undefined
  readonly limit?: number | null | "none"
  readonly warnAt?: WarnAt
  readonly window?: Window
}

export type AmountName = "amount" | "total" | "actual"

const legText = /^(\w+)(?::(\d+)?(?:~(\d+))?)?(?:\/(actual|none|held))?$/

export const legOf = (
  text: string,
  known: Readonly<Record<string, Terms>>,
  idOf: (name: string) => string,
  amountName: AmountName | undefined
): Record<string, unknown> => {
  const [, name = "", amount, measured, settle] = legText.exec(text)!
  const { account = name, limit = 100, warnAt, window, ...terms } = known[name] ?? {}
  const leg: Record<string, unknown> = {
    account: idOf(account),
    unit: "unit" in terms ? terms.unit : "u",
    warnAt,
    window,
    settle
  }
  if (limit !== "none") leg["limit"] = limit
  if (amount !== undefined && amountName !== undefined) leg[amountName] = Number(amount)
  if (measured !== undefined) leg["measured"] = Number(measured)
  return leg
}

export const FIXED_MS = 20_000
export const IDLE_MS = 15_000

/**
 * The window as a caller whose clock reads `callerMs` sends it. The calendar's months are made up, 20 s and 30 s in turn: a store takes the starts that
 * a command carries, and knows no others.
 */
export const windowAt = (kind: Window["kind"], callerMs: number): Window => {
  if (kind === "none") return { kind }
  if (kind === "fixed") return { kind, lengthMs: FIXED_MS }
  if (kind === "idle") return { kind, idleMs: IDLE_MS }
  const start = (n: number): number => Math.floor(n / 2) * 50_000 + (n % 2 === 0 ? 0 : 20_000)
  let current = 2 * Math.floor(callerMs / 50_000)
  if (start(current + 1) <= callerMs) current++
  const starts = [start(current - 1), start(current), start(current + 1), start(current + 2)] as const
  return { kind, every: "month", timeZone: "UTC", starts }
}
