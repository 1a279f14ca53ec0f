/**
 * What an audit asks of the rows of a store, wherever they were read. It reckons with sums alone, from the rules' text: it shares no code with the
 * machine, nor with the Book.
 */
import type { Audit, Problem } from "./place.ts"

export interface AuditedAccount {
  /** As a person finds it again. */
  readonly name: string
  readonly used: number
  readonly reserved: number
  readonly period: number
  readonly lastMs: number
  readonly startMs: number | null
  readonly resetMs: number | null
  readonly revision: number
}

export interface AuditedEntry {
  readonly id: string
  readonly state: string
  readonly held: number
  readonly debited: number
  readonly expiryCost: number
  readonly deadlineMs: number
  readonly changedMs: number
  readonly period: number
}

export interface AuditedRows {
  readonly account: AuditedAccount
  readonly entries: ReadonlyArray<AuditedEntry>
}

/** I2, I3 and I7 of one account. */
export const auditRows = ({ account, entries }: AuditedRows): Audit => {
  const problems: Array<Problem> = []
  let checks = 0
  const must = (holds: boolean, invariant: Problem["invariant"], because: string): void => {
    checks++
    if (!holds) problems.push({ invariant, because })
  }
  for (const [name, value] of numbersOf({ account, entries }))
    must(Number.isSafeInteger(value) && value >= 0, "I7", `${name} of ${account.name} is ${value}`)
  const { used, reserved, name } = account
  const held = sum(entries.filter((entry) => isLive(entry, account)).map((entry) => entry.held))
  must(reserved === held, "I2", `reserved of ${name} is ${reserved}, but its live holds sum to ${held}`)
  // A reset forgets what was debited before it, and the rows do not say what that was.
  if (account.resetMs === null) {
    const debited = sum(entries.map((entry) => debitedNow(entry, account)))
    must(used === debited, "I3", `used of ${name} is ${used}, but what its requests debited sums to ${debited}`)
  }
  return { checks, problems }
}

/** Of the present window, and not past its deadline at the account's time. */
const isLive = ({ state, deadlineMs, period }: AuditedEntry, account: AuditedAccount): boolean =>
  state === "held" && deadlineMs > account.lastMs && period === account.period

/** What an entry added to `used` of the present window. One of an earlier window adds what its ending, in this window, debited above its hold. */
const debitedNow = (entry: AuditedEntry, { lastMs, period, startMs }: AuditedAccount): number => {
  const { state, held, debited, deadlineMs, expiryCost, changedMs } = entry
  if (state === "held") return deadlineMs <= lastMs && entry.period === period ? expiryCost : 0
  if (entry.period === period) return debited
  return startMs !== null && changedMs >= startMs ? Math.max(0, debited - held) : 0
}

const numbersOf = ({ account, entries }: AuditedRows): ReadonlyArray<readonly [string, number]> => [
  ["used", account.used],
  ["reserved", account.reserved],
  ["revision", account.revision],
  ["used + reserved", account.used + account.reserved],
  ...entries.flatMap((entry) =>
    (["held", "debited", "expiryCost"] as const).map((field) => [`${field} of ${entry.id}`, entry[field]] as const)
  )
]

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

export const joined = (audits: ReadonlyArray<Audit>): Audit => ({
  checks: sum(audits.map(({ checks }) => checks)),
  problems: audits.flatMap(({ problems }) => problems)
})
