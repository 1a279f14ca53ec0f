// The Book: the state machine a second time, to judge stores by. It shares no code with core. A sheet per account holds the
// commands that took effect on it, each with the page that it left; a page, once left, is never changed.
import type * as M from "@tallystick/core/machine"
import { amountOf, byBytes, edge, gridUp, type Leg, nameOf, outside, sameLegs, share, textOf } from "./plain.ts"
/** What took effect on one account, and when. (A command without effect that found a roll due is kept as a lookup.) */
type Line = { leg: Leg; window: M.Window; now: number; time: number; command: M.Command; grown: boolean }
/** All that is remembered of an account. `last` and `lead` are its time, once it has a line (that is, a row). */
export type Sheet = { lines: Array<Line & { left: Page }>; last: number; lead: number }
/** An account, as its lines say. `start` is null while no window is open, `revision` 0 without a row. */
type Page = typeof ROW & { entries: Array<Entry>; adjusts: Array<M.Adjust> }
const ACCOUNT = { used: 0, revision: 0, period: 0, changed: 0, reset: -1, end: 0, open: true, rolled: false }
const ROW = { ...ACCOUNT, start: null as number | null, unit: null as string | null, stored: undefined as Leg["limit"] }
/** What it knows of a request. `changed`: its own last change, or the deadline at which it expired. */
type Entry = typeof ENTRY
const [MAX, UNSAID] = [Number.MAX_SAFE_INTEGER, undefined as number | undefined]
const HOLD = { id: "", settle: "none" as M.Settle, hold: 0, deadline: 0, measured: UNSAID, policy: 0 }
const ENDING = { debited: 0, unbilled: 0, late: false, actual: UNSAID, overage: "" }
const LOOK: M.Lookup = { kind: "lookup", id: "", legs: [] }
const ENTRY = { ...HOLD, ...ENDING, made: LOOK as M.Command, state: "held" as M.LegState, period: 0, changed: 0 }
type Seen = Line & { sheet: Sheet; page: Page; entry: Entry | undefined }
const POLICIES = [undefined, "refund", "charge-measured", "charge-held"] // of those set, the last holds
const RANKS: ReadonlyArray<M.RefusalReason> = ["windowPassed", "unknown", "closed", "unit", "overflow", "limit"]
const isLive = (page: Page): boolean => page.entries.some((e) => e.state === "held")
const heldIn = (page: Page, e?: Entry): number => (e?.state === "held" && e.period === page.period ? e.hold : 0)
const reservedOf = (page: Page): number => page.entries.reduce((sum, e) => sum + heldIn(page, e), 0)
const stateOf = ({ entry }: Seen): M.LegState => entry?.state ?? "none"
const find = (page: Page, { kind, id }: M.Command) => page.entries.find((e) => kind !== "adjust" && e.id === id)
// What time does to a page: expiries, one change for each tick; then forgetting, or at most one roll.
const costOf = ({ policy, hold, measured = 0 }: Entry): number =>
  POLICIES[policy] === "refund" ? 0 : POLICIES[policy] === "charge-held" ? hold : Math.min(measured, hold)
const blank = (): Page => ({ ...ROW, entries: [], adjusts: [] })
const expired = (e: Entry): Entry => ({ ...e, state: "expired", debited: costOf(e), changed: e.deadline })
const due = (old: Page, { window: w, now, time }: Line, s: M.Settings): Page => {
  const isLate = (e: Entry) => e.state === "held" && e.deadline <= time
  const late = old.entries.filter(isLate)
  const page = { ...old, entries: old.entries.map((e) => (isLate(e) ? expired(e) : e)) }
  for (const e of late) if (e.period === page.period) page.used += costOf(e)
  for (const e of late) page.changed = Math.max(page.changed, e.deadline)
  if (late.length > 0) page.revision += new Set(late.map((e) => e.deadline)).size
  const keptFor = (e: Entry) => (e.state === "expired" ? s.unsettledRetentionMs : s.settledRetentionMs)
  page.entries = page.entries.filter((e) => e.state === "held" || time < e.changed + keptFor(e))
  const silent = w.kind === "idle" && time >= page.changed + w.idleMs && !isLive(page)
  const passed = w.kind !== "idle" && w.kind !== "none" && (now >= page.end || edge(w, now, 1) < page.start!)
  page.rolled = page.start !== null && (silent || passed)
  const aged = time >= page.changed + s.unsettledRetentionMs && page.open && page.stored === undefined
  if (aged && (page.rolled || page.used === 0) && !isLive(page)) return blank()
  const [period, revision] = [page.period + 1, page.revision + 1]
  return page.rolled ? Object.assign(page, { used: 0, start: null, changed: time, period, revision }) : page
}
// What a command does to an entry, the very same if nothing, and to a page.
const extended = (e: Entry, { leg, time, grown }: Line, { ttlMs = -Infinity, whenUnknown }: M.Extend): Entry => {
  const deadline = Math.max(e.deadline, gridUp(time + ttlMs))
  const hold = grown ? Math.max(e.hold, leg.total ?? 0) : e.hold
  const measured = leg.measured === undefined ? e.measured : Math.max(e.measured ?? 0, leg.measured)
  const policy = e.settle === "actual" ? Math.max(e.policy, POLICIES.indexOf(whenUnknown)) : e.policy
  const altered = deadline !== e.deadline || measured !== e.measured || hold !== e.hold || policy !== e.policy
  return altered ? { ...e, deadline, measured, hold, policy } : e
}
const next = (old: Entry | undefined, page: Page, x: Line, c: M.Command): Entry | undefined => {
  if (c.kind === "adjust" || c.kind === "lookup" || (old && (c.kind === "reserve" || c.kind === "charge"))) return old
  if (c.kind === "extend") return old && extended(old, x, c)
  const { actual, settle = actual === undefined ? "none" : "actual", amount = 0 } = x.leg
  const policy = { actual: 0, none: 1, held: 3 }[settle]
  const begun = { ...ENTRY, id: c.id, made: c as M.Command, settle, policy, period: page.period, changed: x.time }
  if (c.kind === "reserve") return { ...begun, hold: amount, deadline: gridUp(x.time + c.ttlMs) }
  if (c.kind === "charge") return { ...begun, state: "charged", debited: amount }
  const unknown = old === undefined || old.state === "marked"
  if (unknown && (c.kind === "release" || c.ifUnknown === "mark")) return old ?? { ...begun, state: "marked" }
  const e = unknown ? begun : old // to charge an unknown id is to end an empty hold of today
  if (e.state !== "held" && e.state !== "expired") return e
  const [said, overage] = c.kind === "finalize" ? [actual, c.overage] : [e.measured, ""]
  const state = c.kind === "finalize" ? "finalized" : "released"
  const [asked, late] = [e.settle === "held" ? e.hold : (said ?? 0), e.state === "expired"]
  const room = overage === "cap" && e.settle === "actual" ? accountAnswer({ ...x, page }).spendable : null
  const debited = Math.min(asked, (late ? e.debited : e.hold) + (room ?? MAX))
  return { ...e, state, changed: x.time, debited, unbilled: asked - debited, late, actual, overage }
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
const act = (page: Page, line: Line): boolean => {
  const { leg, now, time, command: c } = line
  const e = find(page, c)
  const to = next(e, page, line, c)
  if (c.kind === "adjust" ? page.adjusts.some((a) => a.id === c.id) : to === e) return false
  page.revision = (page.revision === 0 ? time : page.revision) + 1 // a new row starts from when it was born
  page.changed = time
  if (page.start === null) [page.start, page.end] = [edge(leg.window, now, 0), edge(leg.window, now, 1)]
  if (c.kind === "adjust") Object.assign(page, adjusted(page, c.adjustment, time), { adjusts: [...page.adjusts, c] })
  if (to !== undefined) page.used += rise(page, e, to)
  if (to !== undefined) page.entries[e === undefined ? page.entries.length : page.entries.indexOf(e)] = to
  if (to?.state !== "marked") page.unit ??= leg.unit ?? null
  return true
}
// Answers and refusals.
const accountAnswer = ({ leg, page, now, time }: Line & { page: Page }): M.AccountAnswer => {
  const { window: w, account, warnAt = { basisPoints: 8_000 } } = leg
  const { open, unit, revision, period, start, end, stored } = page
  const limit = stored === undefined ? leg.limit : stored
  const [known, used, reserved] = limit === undefined ? [false, 0, 0] : [true, page.used, reservedOf(page)]
  const spendable = limit === null ? null : Math.max(0, (limit ?? 0) - used - reserved)
  const warn = "amount" in warnAt ? warnAt.amount : share(limit ?? Infinity, warnAt.basisPoints)
  const status: M.Status = !open || spendable === 0 ? "blocked" : used + reserved >= warn ? "warning" : "ok"
  const silence = w.kind !== "idle" ? null : start === null || isLive(page) ? w.idleMs : page.changed + w.idleMs - time
  const resetsInMs = !known || w.kind === "none" ? null : (silence ?? (start === null ? edge(w, now, 1) : end) - now)
  const limitFrom: M.AccountAnswer["limitFrom"] = stored !== undefined ? "stored" : known ? "code" : "none"
  const debt = Math.max(0, used - (limit ?? used))
  const who = { account, window: nameOf(w), known, open, unit, limit: limit ?? null, limitFrom }
  return { ...who, used, reserved, spendable, debt, status, revision, period, timeMs: time, resetsInMs }
}
const legAnswer = (x: Seen): M.LegAnswer => {
  const [state, period] = [stateOf(x), x.page.period]
  const e = x.entry === undefined || state === "marked" ? { ...ENTRY, period } : x.entry
  const { hold: held, measured = null, debited, unbilled, late } = e
  const [overage, unreserved] = [state === "charged" ? 0 : Math.max(0, debited - held), e.made.kind === "finalize"]
  const expiresInMs = state === "held" ? e.deadline - x.time : null
  const more = { overage, unbilled, late, unreserved, windowPassed: e.period !== period, expiresInMs }
  return { ...more, account: x.leg.account, window: nameOf(x.window), state, held, measured, debited }
}
/** Which of the ranks refuses that the entry becomes `to`, and how. */
const ask = (x: Seen, to: Entry, ranks: typeof RANKS) => {
  const [a, { leg, page, entry, time }] = [accountAnswer(x), x]
  const { account, window, limit, used, reserved, spendable: left, resetsInMs } = a
  const [total, asked] = to.state === "held" ? [to.hold, to.hold - (entry?.hold ?? 0)] : [to.debited, to.debited]
  const after = page.used + rise(page, entry, to) + (reservedOf(page) - heldIn(page, entry) + heldIn(page, to))
  const overflow = after > MAX && (limit === null || !ranks.includes("limit"))
  const [windowPassed, unit] = [to.period !== page.period, a.unit !== null && a.unit !== leg.unit]
  const short = limit !== null && asked > limit - used - reserved
  const denies = { windowPassed, unknown: !a.known, closed: !a.open, unit, overflow, limit: short }
  const reason = ranks.find((rank) => denies[rank])
  const ends = page.entries.map((e) => (heldIn(page, e) > 0 ? e.deadline - time : Infinity))
  const soonest = total > limit! - used ? resetsInMs : Math.min(resetsInMs ?? Infinity, ...ends)
  const retryInMs = reason !== "limit" || total > limit! ? null : soonest
  return { reason, refusal: { account, window, unit: a.unit ?? leg.unit ?? null, asked, left, limit, retryInMs } }
}
const refuse = (asks: ReadonlyArray<{ reason: M.RefusalReason | null | undefined; refusal: M.Refusal }>) => {
  const reason = RANKS.find((rank) => asks.some((a) => a.reason === rank))
  const refusals = asks.filter((a) => reason !== undefined && a.reason === reason).map((a) => a.refusal)
  refusals.sort((a, b) => byBytes(a.account, b.account) || byBytes(textOf(a.window), textOf(b.window)))
  const latest = Math.max(...refusals.map((r) => r.retryInMs ?? Infinity))
  return reason === undefined ? null : { reason, refusals, retryInMs: latest === Infinity ? null : latest }
}
// Decisions: the answer, and whether the command is to act.
const no = (tag: M.Outcome["_tag"], more: object | null = {}) => ({ tag, granted: false, acts: false, more })
const go = (tag: M.Outcome["_tag"], granted = true, more = {}) => ({ tag, granted, acts: true, more })
const clash = (reason: M.ConflictReason) => no("Conflict", { reason })
const decideAdjust = ({ id, adjustment: a }: M.Adjust, x: Seen) => {
  const old = x.page.adjusts.find((c) => c.id === id)?.adjustment
  if (old?.kind === a.kind && amountOf(old) === amountOf(a)) return go("Adjusted")
  if (old !== undefined) return clash("content")
  const { account, window, spendable, ...answer } = accountAnswer(x)
  const [unit, stored] = [answer.unit ?? x.leg.unit ?? null, x.page.stored ?? null]
  const sum = a.kind !== "credit" ? 0 : stored === null ? -1 : stored + a.amount
  const alien = unit === null || (x.leg.unit ?? unit) !== unit
  const reason = alien ? "unit" : sum < 0 ? "limit" : sum > MAX ? "overflow" : null
  const [left, limit] = reason === "limit" ? [stored, stored] : [spendable, answer.limit]
  const refusal = { account, window, unit, asked: alien ? 0 : (amountOf(a) ?? 0), left, limit, retryInMs: null }
  return reason === null ? go("Adjusted") : no("Denied", refuse([{ reason, refusal: refusal as M.Refusal }]))
}
const decide = (c: M.Command, seen: ReadonlyArray<Seen>, s: M.Settings) => {
  const all = (...states: Array<M.LegState>) => seen.every((x) => states.includes(stateOf(x)))
  const there = seen.filter((x): x is Seen & { entry: Entry } => x.entry !== undefined && x.entry.state !== "marked")
  const [opens, finalize] = [c.kind === "reserve" || c.kind === "charge", c.kind === "finalize" ? c : null]
  if (c.kind === "adjust") return decideAdjust(c, seen[0]!)
  if (c.kind === "lookup") return there.length === 0 ? no("Unknown") : go("Found")
  const over = there.some(({ entry: { state } }) => state === "charged" || (finalize !== null && state === "released"))
  if (c.kind === "extend" && !all("held") && !over) return no(all("none") ? "Unknown" : "Ended")
  if (opens ? !all("none", "held", c.kind === "charge" ? "charged" : "held") : over) return clash("ended")
  const wrong = ({ entry: e, leg: l }: (typeof there)[0]) =>
    e.settle === "actual" ? finalize && l.actual === undefined : (l.total ?? l.measured ?? l.actual) !== undefined
  if (there.some((x) => wrong(x) || !sameLegs(x.entry.made.legs, c.legs))) return clash("legs")
  const other = ({ entry: { state, actual, overage, made }, leg }: (typeof there)[0]) => {
    if (opens) return made.kind !== c.kind || !sameLegs(made.legs, c.legs, true)
    return finalize && state === "finalized" && (actual !== leg.actual || overage !== finalize.overage)
  }
  if (there.some(other)) return clash("content")
  if (opens && there.length > 0 && there.length < seen.length) return clash("ended")
  const charges = finalize !== null && finalize.ifUnknown === "charge" && there.length < seen.length
  if (charges && finalize.sentAgoMs >= s.settledRetentionMs - s.longestCallMs) return no("Undecidable")
  const tries = seen.map((x) => ({ x, e: x.entry, to: next(x.entry, x.page, x, c)! }))
  const grows = c.kind === "extend" && tries.some(({ e, to }) => to.hold > e!.hold)
  const ranksOf = (e: Entry | undefined, to: Entry): typeof RANKS => {
    if (grows) return to.hold > e!.hold ? RANKS : RANKS.slice(0, 1)
    if (c.kind === "extend" || to === e || to.state === "marked") return []
    if (opens) return RANKS.slice(1, c.kind === "reserve" ? 6 : 5)
    return e === undefined || e.state === "marked" ? ["unknown", "unit", "overflow"] : ["overflow"]
  }
  const denial = refuse(tries.map(({ x, e, to }) => ask(x, to, ranksOf(e, to))))
  if (c.kind === "extend") return go("Extended", denial === null, { grown: denial === null, denial })
  if (denial !== null) return no("Denied", denial)
  if (opens) return go(c.kind === "reserve" ? "Granted" : "Charged")
  if (there.length === 0 && !charges) return go("Unknown", false)
  return go(finalize || there.every((x) => x.entry.state === "finalized") ? "Finalized" : "Released")
}

export class Book {
  readonly #settings = { settledRetentionMs: 3_600_000, unsettledRetentionMs: 604_800_000, longestCallMs: 60_000 }
  readonly #sheets: Map<string, Sheet>
  constructor(settings: Partial<M.Settings> = {}, sheets = new Map<string, Sheet>()) {
    this.#sheets = sheets
    Object.assign(this.#settings, settings)
  }
  /** A read; null if nowMs lies outside the calendar windows of one of the accounts. */
  usage(accounts: ReadonlyArray<M.AccountRef>, nowMs: number): Array<M.AccountAnswer> | null {
    return accounts.some(outside(nowMs)) ? null : accounts.map((leg) => accountAnswer(this.#see(leg, nowMs, LOOK)))
  }
  holds({ account, window = { kind: "none" } }: { account: string; window?: M.Window }, nowMs: number) {
    const { page, time } = this.#see({ account, window }, nowMs, LOOK)
    const live = page.entries.filter((e) => e.state === "held").toSorted((a, b) => byBytes(a.id, b.id))
    return live.map(({ id, hold: held, measured = null, deadline, period }) => {
      return { id, held, measured, expiresInMs: deadline - time, windowPassed: period !== page.period }
    })
  }
  #see(leg: Leg, now: number, command: M.Command): Seen {
    const key = `${textOf(leg.window)} ${leg.account}`
    const sheet = this.#sheets.get(key) ?? { lines: [], last: 0, lead: 0 }
    this.#sheets.set(key, sheet)
    const time = sheet.lines.length === 0 ? now : Math.max(now + sheet.lead, sheet.last)
    const line = { leg, window: leg.window, now, time, command, grown: true }
    const page = due(sheet.lines.at(-1)?.left ?? blank(), line, this.#settings)
    return { ...line, sheet, page, entry: find(page, command) }
  }
  execute(commands: ReadonlyArray<M.Command>, now: number): Array<M.Outcome> {
    return commands.map((command) => {
      const common = { command: command.kind, id: command.id, granted: false, replayed: false, accounts: [], legs: [] }
      if (command.legs.some(outside(now))) return { ...common, _tag: "NotApplied", reason: "clock" }
      const seen = command.legs.map((leg) => this.#see(leg, now, command))
      const { tag, granted, acts, more } = decide(command, seen, this.#settings)
      let replayed = granted && command.kind !== "lookup"
      for (const x of command.kind === "lookup" ? [] : seen) {
        const { leg, window, time, page, sheet } = x
        const line = { leg, window, now, time, command: acts ? command : LOOK, grown: granted }
        const took = act(page, line)
        if (took || page.rolled) sheet.lines.push({ ...line, left: page })
        if (sheet.lines.length > 0) Object.assign(sheet, { last: time, lead: time - now })
        x.entry = find(page, command)
        if (took && stateOf(x) !== "marked") replayed = false
      }
      const legs = command.kind === "adjust" ? [] : seen.map(legAnswer)
      return { ...common, _tag: tag, granted, replayed, accounts: seen.map(accountAnswer), legs, ...more } as M.Outcome
    })
  }
}
