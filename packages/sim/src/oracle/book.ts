/**
 * The Book: the state machine a second time, to judge stores by. It shares no code with core and keeps no numbers: a
 * sheet per account holds the commands that took effect on it, and every question reads them again from the first one.
 */
import type * as M from "@tallystick/core/machine"

export type BookSettings = M.Settings
type Leg = M.AccountRef & Partial<Omit<M.ReserveLeg & M.ExtendLeg & M.FinalizeLeg, "unit">>
/** What took effect on one account, and when. (A command without effect that found a roll due is kept as a lookup.) */
type Line = { leg: Leg; now: number; time: number; command: M.Command; grown: boolean }
/** All that is remembered of an account. `last` and `lead` are its time, once it has a line (that is, a row). */
type Sheet = { lines: Array<Line>; last: number; lead: number }
/** An account, as its lines say; never kept. `start` is null while no window is open, `revision` 0 if there is no row. */
type Page = typeof ACCOUNT & typeof TERMS & { entries: Array<Entry>; adjusts: Array<M.Adjust> }
const ACCOUNT = { used: 0, revision: 0, period: 0, changed: 0, reset: -1, end: 0, open: true, rolled: false }
const TERMS = { start: null as number | null, unit: null as string | null, stored: undefined as Leg["limit"] }
/** What it knows of a request. `changed`: its own last change, or the deadline at which it expired. */
type Entry = typeof HOLD & typeof ENDING & { made: M.Command; state: M.LegState; period: number; changed: number }
const HOLD = { settle: "none" as M.Settle, hold: 0, deadline: 0, measured: undefined as number | undefined, policy: 0 }
const ENDING = { debited: 0, unbilled: 0, late: false, actual: undefined as number | undefined, overage: "" }
/** One leg of a question. */
type Seen = Line & { sheet: Sheet; page: Page; entry: Entry | undefined; state: M.LegState; took: boolean }
const MAX = Number.MAX_SAFE_INTEGER
const LOOK: M.Command = { kind: "lookup", id: "", legs: [] }
const POLICIES = [undefined, "refund", "charge-measured", "charge-held"] // of those set, the last one holds
const RANKS: ReadonlyArray<M.RefusalReason> = ["windowPassed", "unknown", "closed", "unit", "overflow", "limit"]

const nameOf = (w: M.Window): M.WindowName =>
  w.kind === "calendar" ? { kind: w.kind, every: w.every, timeZone: w.timeZone } : w
const textOf = (w: M.WindowName): string => {
  if (w.kind === "calendar") return `calendar:${w.every}:${w.timeZone}`
  return w.kind === "none" ? "none" : w.kind === "fixed" ? `fixed:${w.lengthMs}` : `idle:${w.idleMs}`
}
/** Where the window begins (0) or ends (1) that the plain clock is in. NaN: it begins outside of those carried. */
const edge = (w: M.Window, now: number, side: 0 | 1): number => {
  if (w.kind === "calendar") return w.starts[w.starts.findIndex((start) => now < start) - 1 + side] ?? Number.NaN
  return w.kind === "fixed" ? now - (now % w.lengthMs) + side * w.lengthMs : 0
}
const gridUp = (ms: number): number => Math.ceil(ms / 1_000) * 1_000
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const alike = (x: Leg, y: Leg) => x.account === y.account && textOf(x.window) === textOf(y.window)
const equal = (x: Leg, y: Leg) => alike(x, y) && x.unit === y.unit && x.amount === y.amount && x.settle === y.settle
const sameSet = (a: ReadonlyArray<Leg>, b: ReadonlyArray<Leg>, same: typeof equal) =>
  a.length === b.length && a.every((x) => b.some((y) => same(x, y)))
const isLive = (page: Page): boolean => page.entries.some((e) => e.state === "held")
const heldIn = (page: Page, e?: Entry): number => (e?.state === "held" && e.period === page.period ? e.hold : 0)
const reservedOf = (page: Page): number => page.entries.reduce((sum, e) => sum + heldIn(page, e), 0)
const find = (page: Page, c: M.Command) => page.entries.find((e) => c.kind !== "adjust" && e.made.id === c.id)

// What time does to a page: expiries, one change for each tick; then forgetting, or at most one roll.
const costOf = ({ settle, policy, hold, measured = 0 }: Entry): number => {
  if (settle !== "actual") return settle === "held" ? hold : 0
  return POLICIES[policy] === "refund" ? 0 : POLICIES[policy] === "charge-held" ? hold : Math.min(measured, hold)
}
const blank = (): Page => ({ ...ACCOUNT, ...TERMS, entries: [], adjusts: [] })
const due = (page: Page, { leg: { window: w }, now, time }: Line, s: M.Settings): Page => {
  const late = page.entries.filter((e) => e.state === "held" && e.deadline <= time)
  for (const e of late) Object.assign(e, { state: "expired", debited: costOf(e), changed: e.deadline })
  for (const e of late) if (e.period === page.period) page.used += e.debited
  page.revision += new Set(late.map((e) => e.deadline)).size
  page.changed = Math.max(page.changed, ...late.map((e) => e.deadline))
  const keptFor = (e: Entry) => (e.state === "expired" ? s.unsettledRetentionMs : s.settledRetentionMs)
  page.entries = page.entries.filter((e) => e.state === "held" || time < e.changed + keptFor(e))
  const silent = w.kind === "idle" && time >= page.changed + w.idleMs && !isLive(page)
  const passed = w.kind !== "idle" && w.kind !== "none" && (now >= page.end || edge(w, now, 1) < page.start!)
  page.rolled = page.start !== null && (silent || passed)
  const unused = page.open && page.stored === undefined && (page.rolled || page.used === 0) && !isLive(page)
  if (unused && time >= page.changed + s.unsettledRetentionMs) return blank()
  const next = { used: 0, start: null, changed: time, period: page.period + 1, revision: page.revision + 1 }
  return page.rolled ? Object.assign(page, next) : page
}

// What a command does to an entry, the very same if nothing, and to a page.
const extended = (e: Entry, { leg, time, grown }: Line, { ttlMs = -Infinity, whenUnknown }: M.Extend): Entry => {
  const [deadline, hold] = [
    Math.max(e.deadline, gridUp(time + ttlMs)),
    grown ? Math.max(e.hold, leg.total ?? 0) : e.hold
  ]
  const measured = leg.measured === undefined ? e.measured : Math.max(e.measured ?? 0, leg.measured)
  const policy = e.settle === "actual" ? Math.max(e.policy, POLICIES.indexOf(whenUnknown)) : 0
  const altered = deadline !== e.deadline || measured !== e.measured || hold !== e.hold || policy !== e.policy
  return altered ? { ...e, deadline, measured, hold, policy } : e
}
const ended = (e: Entry, x: Line & { page: Page }, c: M.Finalize | M.Release): Entry => {
  const [actual, overage] = c.kind === "finalize" ? [x.leg.actual, c.overage] : [e.measured, ""]
  const [asked, late] = [e.settle === "held" ? e.hold : (actual ?? 0), e.state === "expired"]
  const room = overage === "cap" && e.settle === "actual" ? accountAnswer(x).spendable : null
  const debited = Math.min(asked, (late ? e.debited : e.hold) + (room ?? MAX))
  const state = c.kind === "finalize" ? "finalized" : "released"
  return { ...e, ...{ state, changed: x.time, debited, unbilled: asked - debited, late, actual, overage } }
}
const next = (e: Entry | undefined, x: Line & { page: Page }, c: M.Command): Entry | undefined => {
  const begun: Entry = { ...HOLD, ...ENDING, made: c, state: "held", period: x.page.period, changed: x.time }
  const { actual, settle = actual === undefined ? "none" : "actual", amount = 0 } = x.leg
  if (c.kind === "reserve") return e ?? { ...begun, settle, hold: amount, deadline: gridUp(x.time + c.ttlMs) }
  if (c.kind === "charge") return e ?? { ...begun, state: "charged", debited: amount }
  if (c.kind === "extend") return e && extended(e, x, c)
  if (c.kind === "adjust" || c.kind === "lookup") return e
  if (e?.state === "held" || e?.state === "expired") return ended(e, x, c)
  if (e !== undefined && e.state !== "marked") return e
  if (c.kind === "release" || c.ifUnknown === "mark") return e ?? { ...begun, state: "marked" }
  return ended({ ...begun, settle }, x, c) // a charged unknown id: an empty hold of today ends
}
/** What `used` rises by. Of an earlier period: what is above the hold. A correction: not below 0, or only upwards. */
const rise = (page: Page, e: Entry | undefined, to: Entry): number => {
  if (to.period !== page.period) return Math.max(0, to.debited - to.hold)
  return Math.max(to.debited - (e?.debited ?? 0), to.late && to.deadline > page.reset ? -page.used : 0)
}
const adjusted = (page: Page, a: M.Adjustment, time: number): Partial<Page> => {
  if (a.kind === "setLimit") return { stored: a.limit === "code" ? undefined : a.limit }
  if (a.kind === "credit") return { stored: page.stored! + a.amount }
  return a.kind === "reset" ? { used: 0, reset: time } : { open: a.kind === "reopen" }
}
/** Whether it took effect. */
const act = (page: Page, line: Line): boolean => {
  const { leg, now, time, command: c } = line
  const e = find(page, c)
  const to = next(e, { ...line, page }, c)
  if (c.kind === "adjust" ? page.adjusts.some((a) => a.id === c.id) : to === e) return false
  Object.assign(page, { revision: (page.revision || time) + 1, changed: time }) // a new row starts from when it was born
  if (page.start === null) Object.assign(page, { start: edge(leg.window, now, 0), end: edge(leg.window, now, 1) })
  if (c.kind === "adjust") Object.assign(page, adjusted(page, c.adjustment, time)).adjusts.push(c)
  if (to !== undefined) page.used += rise(page, e, to)
  if (to !== undefined) page.entries[e === undefined ? page.entries.length : page.entries.indexOf(e)] = to
  if (to?.state !== "marked") page.unit ??= leg.unit ?? null
  return true
}

// Answers and refusals.
const accountAnswer = ({ leg, page, now, time }: Line & { page: Page }): M.AccountAnswer => {
  const { window: w, account, warnAt = { basisPoints: 8_000 } } = leg
  const { open, unit, revision, period, start, stored } = page
  const limit = stored === undefined ? leg.limit : stored
  const known = limit !== undefined
  const [used, reserved] = known ? [page.used, reservedOf(page)] : [0, 0]
  const spendable = limit === null ? null : Math.max(0, (limit ?? 0) - used - reserved)
  const share = (all: number, bp: number) => Math.floor(all / 1e4) * bp + Math.ceil(((all % 1e4) * bp) / 1e4)
  const warn = "amount" in warnAt ? warnAt.amount : share(limit ?? Infinity, warnAt.basisPoints)
  const status: M.Status = !open || spendable === 0 ? "blocked" : used + reserved >= warn ? "warning" : "ok"
  const silence = w.kind !== "idle" ? null : start === null || isLive(page) ? w.idleMs : page.changed + w.idleMs - time
  const clock = (start === null ? edge(w, now, 1) : page.end) - now
  const resetsInMs = !known || w.kind === "none" ? null : (silence ?? clock)
  const limitFrom: M.AccountAnswer["limitFrom"] = stored !== undefined ? "stored" : known ? "code" : "none"
  const debt = Math.max(0, used - (limit ?? used))
  const sums = { limit: limit ?? null, limitFrom, used, reserved, spendable, debt, status, revision, period }
  return { account, window: nameOf(w), known, open, unit, ...sums, timeMs: time, resetsInMs }
}
const legAnswer = ({ leg, page, time, entry, state }: Seen): M.LegAnswer => {
  const e = entry !== undefined && state !== "marked" ? entry : { ...HOLD, ...ENDING, made: LOOK, period: page.period }
  const { hold: held, measured = null, debited, unbilled, late } = e
  const [overage, unreserved] = [state === "charged" ? 0 : Math.max(0, debited - held), e.made.kind === "finalize"]
  const expiresInMs = state === "held" ? e.deadline - time : null
  const more = { overage, unbilled, late, unreserved, windowPassed: e.period !== page.period, expiresInMs }
  return { account: leg.account, window: nameOf(leg.window), state, held, measured, debited, ...more }
}
type Ask = { reason: M.RefusalReason | null | undefined; refusal: M.Refusal }
/** Which of the ranks refuses that the entry becomes `to`, and how. */
const ask = (x: Seen, to: Entry, ranks: typeof RANKS): Ask => {
  const { leg, page, entry, time } = x
  const a = accountAnswer(x)
  const { account, window, limit, used, reserved, spendable: left, resetsInMs } = a
  const total = to.state === "held" ? to.hold : to.debited
  const asked = to.state === "held" ? to.hold - (entry?.hold ?? 0) : to.debited
  const after = page.used + rise(page, entry, to) + (reservedOf(page) + heldIn(page, to) - heldIn(page, entry))
  const overflow = after > MAX && (limit === null || !ranks.includes("limit"))
  const [windowPassed, unit] = [to.period !== page.period, a.unit !== null && a.unit !== leg.unit]
  const denies = {
    windowPassed,
    unknown: !a.known,
    closed: !a.open,
    unit,
    overflow,
    limit: asked > limit! - used - reserved
  }
  const reason = ranks.find((rank) => denies[rank] && (rank !== "limit" || limit !== null))
  const ends = page.entries.map((e) => (heldIn(page, e) > 0 ? e.deadline - time : Infinity))
  const inTime = total > limit! - used ? resetsInMs : Math.min(resetsInMs ?? Infinity, ...ends)
  const retryInMs = reason !== "limit" || total > limit! ? null : inTime
  return { reason, refusal: { account, window, unit: a.unit ?? leg.unit ?? null, asked, left, limit, retryInMs } }
}
const refuse = (asks: ReadonlyArray<Ask>) => {
  const reason = RANKS.find((rank) => asks.some((a) => a.reason === rank))
  const refusals = asks.filter((a) => a.reason === reason).map((a) => a.refusal)
  refusals.sort((a, b) => byBytes(a.account, b.account) || byBytes(textOf(a.window), textOf(b.window)))
  const latest = Math.max(...refusals.map((r) => r.retryInMs ?? Infinity))
  return reason === undefined ? null : { reason, refusals, retryInMs: latest === Infinity ? null : latest }
}

// Decisions: the answer, and whether the command is to act.
const no = (tag: M.Outcome["_tag"], more: object | null = {}) => ({ tag, granted: false, acts: false, more })
const go = (tag: M.Outcome["_tag"], granted = true, more = {}) => ({ tag, granted, acts: true, more })
const amountOf = (a: M.Adjustment) => (a.kind === "setLimit" ? a.limit : a.kind === "credit" ? a.amount : null)
const decideAdjust = ({ id, adjustment: a }: M.Adjust, x: Seen) => {
  const old = x.page.adjusts.find((c) => c.id === id)?.adjustment
  if (old !== undefined)
    return old.kind === a.kind && amountOf(old) === amountOf(a) ? go("Adjusted") : no("Conflict", { reason: "content" })
  const { account, window, spendable, ...answer } = accountAnswer(x)
  const [unit, stored] = [answer.unit ?? x.leg.unit ?? null, x.page.stored ?? null]
  const sum = a.kind !== "credit" ? 0 : stored === null ? -1 : stored + a.amount
  const alien = unit === null || (x.leg.unit ?? unit) !== unit
  const reason = alien ? "unit" : sum < 0 ? "limit" : sum > MAX ? "overflow" : null
  const [left, limit] = reason === "limit" ? [stored, stored] : [spendable, answer.limit]
  const asked = a.kind === "credit" && !alien ? a.amount : 0
  const refusal = { account, window, unit, asked, left, limit, retryInMs: null }
  return reason === null ? go("Adjusted") : no("Denied", refuse([{ reason, refusal }]))
}
const decide = (c: Exclude<M.Command, M.Adjust>, seen: ReadonlyArray<Seen>, s: M.Settings) => {
  const all = (...states: Array<M.LegState>) => seen.every((x) => states.includes(x.state))
  const conflict = (reason: M.ConflictReason) => no("Conflict", { reason })
  const there = seen.filter((x) => x.state !== "none" && x.state !== "marked")
  const [opens, finalize] = [c.kind === "reserve" || c.kind === "charge", c.kind === "finalize" ? c : null]
  if (c.kind === "lookup") return there.length === 0 ? no("Unknown") : go("Found")
  if (c.kind === "extend" && all("none")) return no("Unknown")
  if (opens && !all("none", "held", c.kind === "charge" ? "charged" : "held")) return conflict("ended")
  if (!opens && seen.some((x) => x.state === "charged" || (finalize && x.state === "released")))
    return conflict("ended")
  if (c.kind === "extend" && !all("held")) return no("Ended")
  const wrong = ({ leg, entry }: Seen) => {
    if (!sameSet(entry!.made.legs, c.legs, alike)) return true
    if (entry!.settle === "actual") return finalize !== null && leg.actual === undefined
    return (leg.total ?? leg.measured ?? leg.actual) !== undefined
  }
  if (there.some(wrong)) return conflict("legs")
  const other = ({ leg, entry: e, state }: Seen) => {
    if (opens) return e!.made.kind !== c.kind || !sameSet(e!.made.legs, c.legs, equal)
    return finalize && state === "finalized" && (e!.actual !== leg.actual || e!.overage !== finalize.overage)
  }
  if (there.some(other)) return conflict("content")
  if (opens && there.length > 0 && there.length < seen.length) return conflict("ended")
  const charges = finalize?.ifUnknown === "charge" && there.length < seen.length
  if (charges && finalize.sentAgoMs >= s.settledRetentionMs - s.longestCallMs) return no("Undecidable")
  const tos = seen.map((x) => next(x.entry, x, c)!)
  const grows = tos.some((to, i) => to.hold > seen[i]!.entry?.hold!)
  const ranksOf = (x: Seen, to: Entry): typeof RANKS => {
    if (c.kind === "extend") return grows ? RANKS.slice(0, to.hold > x.entry!.hold ? 6 : 1) : []
    if (to === x.entry || to.state === "marked") return []
    if (opens) return RANKS.slice(1, c.kind === "reserve" ? 6 : 5)
    return there.includes(x) ? ["overflow"] : ["unknown", "unit", "overflow"]
  }
  const denial = refuse(seen.map((x, i) => ask(x, tos[i]!, ranksOf(x, tos[i]!))))
  if (c.kind === "extend") return go("Extended", denial === null, { grown: denial === null, denial })
  if (denial !== null) return no("Denied", denial)
  if (opens) return go(c.kind === "reserve" ? "Granted" : "Charged")
  if (there.length === 0 && !charges) return go("Unknown", false)
  return go(finalize || there.every((x) => x.state === "finalized") ? "Finalized" : "Released")
}

export class Book {
  readonly #settings: BookSettings
  readonly #sheets = new Map<string, Sheet>()
  constructor(settings: Partial<BookSettings> = {}) {
    const defaults = { settledRetentionMs: 3_600_000, unsettledRetentionMs: 604_800_000, longestCallMs: 60_000 }
    this.#settings = { ...defaults, ...settings }
  }
  /** Decides and records, one after the other at one time. */
  execute(commands: ReadonlyArray<M.Command>, nowMs: number): Array<M.Outcome> {
    return commands.map((command) => this.#execute(command, nowMs))
  }
  /** A read; null if nowMs lies outside the calendar windows of one of the accounts. */
  usage(accounts: ReadonlyArray<M.AccountRef>, nowMs: number): Array<M.AccountAnswer> | null {
    const outside = accounts.some((leg) => Number.isNaN(edge(leg.window, nowMs, 0)))
    return outside ? null : accounts.map((leg) => accountAnswer(this.#see(leg, nowMs, LOOK)))
  }
  /** The live holds of an account, in byte order of their ids. */
  holds({ account, window = { kind: "none" } }: { account: string; window?: M.Window }, nowMs: number) {
    const { page, time } = this.#see({ account, window }, nowMs, LOOK)
    const live = page.entries.filter((e) => e.state === "held").toSorted((a, b) => byBytes(a.made.id, b.made.id))
    return live.map(({ made: { id }, hold: held, measured = null, deadline, period }) => {
      return { id, held, measured, expiresInMs: deadline - time, windowPassed: period !== page.period }
    })
  }
  #see(leg: Leg, now: number, command: M.Command): Seen {
    const key = `${textOf(leg.window)} ${leg.account}`
    const sheet = this.#sheets.get(key) ?? { lines: [], last: 0, lead: 0 }
    this.#sheets.set(key, sheet)
    const time = sheet.lines.length === 0 ? now : Math.max(now + sheet.lead, sheet.last)
    let page = blank()
    for (const line of sheet.lines) act((page = due(page, line, this.#settings)), line)
    const line = { leg, now, time, command, grown: true }
    page = due(page, line, this.#settings)
    const entry = find(page, command)
    return { ...line, sheet, page, entry, state: entry?.state ?? "none", took: false }
  }
  /** Does it, and writes the line if it took effect or found a roll due, and the account's time. */
  #write(x: Seen, acts: boolean, grown: boolean): Seen {
    const { leg, now, time, page, sheet } = x
    const line = { leg, now, time, command: acts ? x.command : LOOK, grown }
    const took = act(page, line)
    if (took || page.rolled) sheet.lines.push(line)
    if (sheet.lines.length > 0) Object.assign(sheet, { last: time, lead: time - now })
    const entry = find(page, x.command)
    return { ...x, took, entry, state: entry?.state ?? "none" }
  }
  #execute(command: M.Command, now: number): M.Outcome {
    const common = { command: command.kind, id: command.id, granted: false, replayed: false, accounts: [], legs: [] }
    const outside = command.legs.some((leg) => Number.isNaN(edge(leg.window, now, 0)))
    if (outside) return { _tag: "NotApplied", ...common, reason: "clock" }
    const seen = command.legs.map((leg) => this.#see(leg, now, command))
    const adjust = command.kind === "adjust"
    const { tag, granted, acts, more } = adjust
      ? decideAdjust(command, seen[0]!)
      : decide(command, seen, this.#settings)
    const after = command.kind === "lookup" ? seen : seen.map((x) => this.#write(x, acts, granted))
    const replayed = granted && command.kind !== "lookup" && !after.some((x) => x.took && x.state !== "marked")
    const answers = { accounts: after.map(accountAnswer), legs: adjust ? [] : after.map(legAnswer) }
    return { _tag: tag, ...common, granted, replayed, ...answers, ...more } as M.Outcome
  }
}
