/**
 * A tiny store for the tests: `decide`, `apply`, `keysOf` and `dueNeeded` over maps, and one-liners for commands.
 *
 *   const w = given({ a: { limit: 10 } })
 *   w.at(1_000).reserve("r1", "a:5 b:3/held")
 *   tell(w.finalize("r1", "a:7 b"))
 */
import {
  accountKey,
  apply,
  decide,
  defaultSettings,
  dueNeeded,
  keysOf,
  readAccounts,
  readCommand,
  usage
} from "@tallystick/core/machine"
import type {
  AccountAnswer,
  AccountRef,
  AccountRow,
  AccountRows,
  AdjustmentRow,
  Change,
  Command,
  Decided,
  DueRow,
  EntryRow,
  Outcome,
  Settings,
  WarnAt,
  Window
} from "@tallystick/core/machine"

/** All rows of one account. */
export interface Rows {
  account: AccountRow | undefined
  entries: Map<string, EntryRow>
  adjustments: Map<string, AdjustmentRow>
  due: ReadonlyArray<DueRow>
}

/** An account as the commands of a test name it. Unless given: limit 100 in code, unit "u", no window. `limit: "none"`: not in code. */
export interface Terms {
  readonly account?: string
  readonly unit?: string | undefined
  readonly limit?: number | null | "none"
  readonly warnAt?: WarnAt
  readonly window?: Window
}

/** `a:5` an amount (reserve, charge), an actual or a new total; `a:~7` a measure; `a:5~7` both; `a:5/held` how it settles. */
const legText = /^(\w+)(?::(\d+)?(?:~(\d+))?)?(?:\/(actual|none|held))?$/

const amountName = { reserve: "amount", charge: "amount", extend: "total", finalize: "actual" } as const

export class World {
  nowMs = 0
  readonly tables = new Map<string, Rows>()
  /** All changes so far, with their account's key. */
  readonly ledger: Array<readonly [key: string, change: Change]> = []
  /** Changes of the last command. */
  changes: ReadonlyArray<Change> = []
  readonly terms: Record<string, Terms>
  readonly settings: Settings

  constructor(terms: Record<string, Terms>, settings: Partial<Settings>) {
    this.terms = terms
    this.settings = { ...defaultSettings, ...settings }
  }

  at(nowMs: number): this {
    this.nowMs = nowMs
    return this
  }

  /** Other terms of one account from here on. */
  with(name: string, terms: Terms): this {
    this.terms[name] = { ...this.terms[name], ...terms }
    return this
  }

  leg(text: string, kind: keyof typeof amountName | "other" = "other"): Record<string, unknown> {
    const [, name = "", amount, measured, settle] = legText.exec(text)!
    const { account = name, limit = 100, warnAt, window, ...terms } = this.terms[name] ?? {}
    const unit = "unit" in terms ? terms.unit : "u"
    const leg: Record<string, unknown> = { account, unit, warnAt, window, settle }
    if (limit !== "none") leg["limit"] = limit
    if (amount !== undefined && kind !== "other") leg[amountName[kind]] = Number(amount)
    if (measured !== undefined) leg["measured"] = Number(measured)
    return leg
  }

  legs(text: string, kind: keyof typeof amountName | "other" = "other") {
    return text.split(" ").map((leg) => this.leg(leg, kind))
  }

  reserve(id: string, legs: string, ttlMs = 10_000): Outcome {
    return this.run({ kind: "reserve", id, ttlMs, legs: this.legs(legs, "reserve") })
  }
  extend(id: string, legs: string, more: { ttlMs?: number; whenUnknown?: string } = {}): Outcome {
    return this.run({ kind: "extend", id, ...more, legs: this.legs(legs, "extend") })
  }
  finalize(id: string, legs: string, more: { overage?: string; ifUnknown?: string; sentAgoMs?: number } = {}): Outcome {
    return this.run({ kind: "finalize", id, ...more, legs: this.legs(legs, "finalize") })
  }
  release(id: string, legs: string): Outcome {
    return this.run({ kind: "release", id, legs: this.legs(legs) })
  }
  charge(id: string, legs: string): Outcome {
    return this.run({ kind: "charge", id, legs: this.legs(legs, "charge") })
  }
  lookup(id: string, legs: string): Outcome {
    return this.run({ kind: "lookup", id, legs: this.legs(legs) })
  }
  adjust(id: string, leg: string, adjustment: object): Outcome {
    return this.run({ kind: "adjust", id, adjustment, legs: this.legs(leg) })
  }
  setLimit(id: string, leg: string, limit: number | null | "code"): Outcome {
    return this.adjust(id, leg, { kind: "setLimit", limit })
  }
  credit(id: string, leg: string, amount: number): Outcome {
    return this.adjust(id, leg, { kind: "credit", amount })
  }
  reset(id: string, leg: string): Outcome {
    return this.adjust(id, leg, { kind: "reset" })
  }
  close(id: string, leg: string): Outcome {
    return this.adjust(id, leg, { kind: "close" })
  }
  reopen(id: string, leg: string): Outcome {
    return this.adjust(id, leg, { kind: "reopen" })
  }

  /** Reads a command as a caller would send it, decides it and writes it. */
  run(command: unknown): Outcome {
    return this.execute(readCommand(command)).answer
  }

  execute(command: Command): Decided {
    const decided = decide(this.fetch(command), command, this.nowMs, this.settings)
    this.changes = decided.changes
    for (const change of decided.changes) this.write(accountKey(command.legs[change.leg]!), change)
    return decided
  }

  fetch(command: Command): ReadonlyArray<AccountRows> {
    const { accounts, request, adjustment } = keysOf(command)
    const ttlMs = command.kind === "reserve" || command.kind === "extend" ? command.ttlMs : undefined
    return accounts.map((key) => this.rows(key, request, adjustment, ttlMs))
  }

  /** Exactly the rows that a command needs, and no more. */
  rows(key: string, request: string | null, adjustment: string | null, ttlMs: number | undefined): AccountRows {
    const rows = this.tables.get(key)
    if (rows === undefined) return { account: undefined, entry: undefined, adjustment: undefined, due: [] }
    const entry = rows.entries.get(request ?? "")
    const needed = dueNeeded(rows.account, entry, ttlMs, this.nowMs)
    const later = rows.due.filter((row) => row.tickMs > needed.throughMs)
    const firsts = [later[0], later.find((row) => row.period === needed.period)]
    const due = rows.due.filter(
      (row) => row.tickMs <= needed.throughMs || firsts.includes(row) || needed.ticks.includes(row.tickMs)
    )
    return { account: rows.account, entry, adjustment: rows.adjustments.get(adjustment ?? ""), due }
  }

  write(key: string, change: Change): void {
    this.ledger.push([key, change])
    writeTo(this.tables, key, change)
  }

  /** The numbers of one account, read. */
  usage(leg: string): AccountAnswer {
    const { account, unit, window, limit, warnAt } = readAccounts([this.leg(leg)])[0]!
    return this.read({ account, unit, window, limit, warnAt })
  }

  read(ref: AccountRef): AccountAnswer {
    return usage([ref], [this.rows(accountKey(ref), null, null, undefined)], this.nowMs, this.settings)![0]!
  }

  /** `used + reserved` of one account, read. */
  sums(leg: string): string {
    const { used, reserved } = this.usage(leg)
    return `${used}+${reserved}`
  }
}

/** The fold of the changes is the state. */
export const writeTo = (tables: Map<string, Rows>, key: string, change: Change): void => {
  const found = tables.get(key)
  const before = found ?? { account: undefined, entries: new Map(), adjustments: new Map(), due: [] }
  const after = apply({ account: before.account, entry: undefined, adjustment: undefined, due: before.due }, change)
  const entries = change.isBirth ? new Map<string, EntryRow>() : before.entries
  const adjustments = change.isBirth ? new Map<string, AdjustmentRow>() : before.adjustments
  if (after.entry !== undefined) entries.set(change.id!, after.entry)
  if (after.adjustment !== undefined) adjustments.set(change.id!, after.adjustment)
  tables.set(key, { account: after.account, entries, adjustments, due: after.due })
}

/** A world without rows, at time 0. */
export const given = (terms: Record<string, Terms> = {}, settings: Partial<Settings> = {}): World =>
  new World({ ...terms }, settings)

/**
 * An answer in one line: what was decided, then of each leg its state and numbers and, after a comma, `used+reserved` of its account.
 *
 *   Finalized; finalized held 5 debited 7 over 2, 7+0
 *   Denied limit; none, 96+0
 */
export const tell = (answer: Outcome): string => {
  const reason = "reason" in answer ? ` ${answer.reason}` : ""
  const grown = answer._tag === "Extended" && !answer.grown ? " not grown" : ""
  const head = `${answer._tag}${reason}${grown}${answer.replayed ? " again" : ""}`
  const sums = answer.accounts.map(({ used, reserved }) => `${used}+${reserved}`)
  if (answer.legs.length === 0) return [head, ...sums].join("; ")
  const legs = answer.legs.map((leg, index) => {
    const words: Array<string> = [leg.state]
    if (leg.held > 0) words.push(`held ${leg.held}`)
    if (leg.measured !== null) words.push(`measured ${leg.measured}`)
    if (leg.debited > 0) words.push(`debited ${leg.debited}`)
    if (leg.overage > 0) words.push(`over ${leg.overage}`)
    if (leg.unbilled > 0) words.push(`unbilled ${leg.unbilled}`)
    if (leg.late) words.push("late")
    if (leg.unreserved) words.push("unreserved")
    if (leg.windowPassed) words.push("passed")
    return `${words.join(" ")}, ${sums[index]}`
  })
  return [head, ...legs].join("; ")
}

/** The causes of the last command's changes, without the moving of time. */
export const causes = (world: World): string =>
  world.changes
    .filter((change) => change.cause !== "timed")
    .map((change) => change.cause)
    .join(" ")
