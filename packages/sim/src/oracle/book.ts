/**
 * The Book: the state machine a second time, to judge stores by. It shares no code with core and keeps no numbers: a
 * sheet per account holds the commands that took effect on it, and every question reads them again from the first one.
 */
import type {
  AccountAnswer,
  AccountRef,
  Adjust,
  Adjustment,
  Command,
  ConflictReason,
  Extend,
  Finalize,
  LegAnswer
} from "@tallystick/core/machine"
import type { LegState, Outcome, Refusal, RefusalReason, Release, Settings, Settle } from "@tallystick/core/machine"
import type { WhenUnknown, Window, WindowName } from "@tallystick/core/machine"

export type BookSettings = Settings
type Amounts = { readonly [K in "amount" | "total" | "measured" | "actual"]?: number | undefined }
type Leg = AccountRef & Amounts & { readonly settle?: Settle | undefined }
type Numbers = { used: number; revision: number; period: number; changed: number; reset: number; end: number }
type Terms = { start: number | null; unit: string | null; stored: number | null | undefined; open: boolean }
/** An account, read from its lines at one time. Never kept. `start` is null while no window is open. */
type Page = Numbers & Terms & { entries: Array<Entry>; adjusts: Array<Adjust> }
type Hold = { settle: Settle; hold: number; deadline: number; measured: number | null; policy: WhenUnknown | null }
type Ending = { debited: number; unbilled: number; late: boolean; actual: number | undefined; overage: string }
/** What an account knows of a request, read likewise. `changed`: its last change, of an expired one its deadline. */
type Entry = { made: Command; state: LegState; period: number; changed: number } & Hold & Ending
/** A leg at a time. */
type At = { readonly leg: Leg; readonly now: number; readonly time: number }
/** What took effect on one account, and when: a command, or (null) only the roll that one without effect found due. */
type Line = At & { readonly command: Command | null; readonly grown: boolean }
/** All that is remembered of an account. `last` and `lead` are its time, once it has a line (that is, a row). */
type Sheet = { readonly lines: Array<Line>; last: number; lead: number }
/** A leg of a question, and what the page says of it. */
type Open = At & { page: Page; entry?: Entry | undefined }
type Seen = Open & { sheet: Sheet; rolled: boolean }
type Denial = { reason: RefusalReason; refusals: ReadonlyArray<Refusal>; retryInMs: number | null }
type HoldAnswer = { id: string; held: number; measured: number | null; expiresInMs: number; windowPassed: boolean }
type Ask = { reason: RefusalReason | undefined; refusal: Refusal }
type Verdict = { tag: Outcome["_tag"]; granted: boolean; replayed: boolean; acts: ReadonlyArray<Seen>; more: object }

const MAX = Number.MAX_SAFE_INTEGER
const NUMBERS: Numbers = { used: 0, revision: 0, period: 0, changed: 0, reset: -1, end: 0 }
const TERMS: Terms = { start: null, unit: null, stored: undefined, open: true }
const HOLD: Hold = { settle: "none", hold: 0, deadline: 0, measured: null, policy: null }
const ENDING: Ending = { debited: 0, unbilled: 0, late: false, actual: undefined, overage: "" }
const DEAREST: ReadonlyArray<WhenUnknown | null> = [null, "refund", "charge-measured", "charge-held"] // the last wins
const RANKS: ReadonlyArray<RefusalReason> = ["windowPassed", "unknown", "closed", "unit", "overflow", "limit"]
const [PASSED, RESERVE, CHARGE, ENDS] = [RANKS.slice(0, 1), RANKS.slice(1), RANKS.slice(1, 5), RANKS.slice(4, 5)]
const UNRESERVED: ReadonlyArray<RefusalReason> = ["unknown", "unit", "overflow"]

const nameOf = (w: Window): WindowName =>
  w.kind === "calendar" ? { kind: w.kind, every: w.every, timeZone: w.timeZone } : w
const textOf = (w: WindowName): string => {
  if (w.kind === "calendar") return `calendar:${w.every}:${w.timeZone}`
  return w.kind === "none" ? "none" : w.kind === "fixed" ? `fixed:${w.lengthMs}` : `idle:${w.idleMs}`
}
const outside = ({ window: w }: AccountRef, now: number): boolean =>
  w.kind === "calendar" && (now < w.starts[0] || now >= w.starts[3])
/** Where the window that the plain clock is in begins (0) or ends (1). */
const edge = (w: Window, now: number, side: 0 | 1): number => {
  if (w.kind === "calendar") return w.starts[(now < w.starts[1] ? 0 : now < w.starts[2] ? 1 : 2) + side]!
  return w.kind === "fixed" ? now - (now % w.lengthMs) + side * w.lengthMs : 0
}
const gridUp = (ms: number): number => Math.ceil(ms / 1_000) * 1_000
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const same = (x: Leg, y: Leg, content: boolean): boolean =>
  x.account === y.account &&
  (x.window === y.window || textOf(x.window) === textOf(y.window)) &&
  (!content || (x.unit === y.unit && x.amount === y.amount && x.settle === y.settle))
const sameLegs = (a: ReadonlyArray<Leg>, b: ReadonlyArray<Leg>, content = false): boolean =>
  a.length === b.length && a.every((x) => b.some((y) => same(x, y, content)))
const find = (page: Page, id: string): Entry | undefined => page.entries.find((e) => e.made.id === id)
const stateOf = ({ entry }: Seen): LegState => entry?.state ?? "none"
const isLive = (page: Page): boolean => page.entries.some((e) => e.state === "held")
const presentHolds = (page: Page) => page.entries.filter((e) => e.state === "held" && e.period === page.period)
const reservedOf = (page: Page): number => presentHolds(page).reduce((sum, e) => sum + e.hold, 0)

// What time does to a page: expiries, one change for each tick; then forgetting, or at most one roll.
const costOf = (e: Entry): number => {
  if (e.settle !== "actual") return e.settle === "held" ? e.hold : 0
  return e.policy === "charge-held" ? e.hold : e.policy === "refund" ? 0 : Math.min(e.measured ?? 0, e.hold)
}
const blank = (): Page => ({ ...NUMBERS, ...TERMS, entries: [], adjusts: [] })
const due = (page: Page, { leg: { window: w }, now, time }: At, s: Settings): Page => {
  const late = page.entries.filter((e) => e.state === "held" && e.deadline <= time)
  for (const e of late) {
    Object.assign(e, { state: "expired", debited: costOf(e), changed: e.deadline })
    if (e.period === page.period) page.used += e.debited
    page.changed = Math.max(page.changed, e.deadline)
  }
  page.revision += new Set(late.map((e) => e.deadline)).size
  const keptFor = (e: Entry) => (e.state === "expired" ? s.unsettledRetentionMs : s.settledRetentionMs)
  page.entries = page.entries.filter((e) => e.state === "held" || time < e.changed + keptFor(e))
  const silent = w.kind === "idle" && time >= page.changed + w.idleMs && !isLive(page)
  const passed = w.kind !== "idle" && w.kind !== "none" && (now >= page.end || edge(w, now, 1) < page.start!)
  const rolls = page.start !== null && (silent || passed)
  const empty = page.open && page.stored === undefined && (rolls || page.used === 0) && !isLive(page)
  if (empty && time >= page.changed + s.unsettledRetentionMs) return blank()
  if (rolls) Object.assign(page, { used: 0, start: null, changed: time })
  if (rolls) page.revision += 1
  if (rolls) page.period += 1
  return page
}

// What a command does to a page.
const join = (e: Entry, leg: Leg, command: Extend, time: number, grown: boolean): Entry => {
  const { ttlMs, whenUnknown } = command
  const deadline = ttlMs === undefined ? e.deadline : Math.max(e.deadline, gridUp(time + ttlMs))
  const measured = leg.measured === undefined ? e.measured : Math.max(e.measured ?? 0, leg.measured)
  const dearer = e.settle === "actual" && DEAREST.indexOf(whenUnknown ?? null) > DEAREST.indexOf(e.policy)
  const hold = grown ? Math.max(e.hold, leg.total ?? 0) : e.hold
  return { ...e, deadline, measured, hold, policy: dearer ? whenUnknown! : e.policy }
}
const begin = (page: Page, made: Command, time: number, what: Partial<Entry>): Entry => {
  return { ...HOLD, ...ENDING, made, state: "held", period: page.period, changed: time, ...what }
}
/** What an ending debits and leaves out, and the sums after it. An unknown id that is charged ends an empty hold. */
const end = (seen: Open, command: Finalize | Release) => {
  const { page, leg, time, entry } = seen
  const empty = { settle: leg.actual === undefined ? "none" : "actual" } as const
  const e = entry === undefined || entry.state === "marked" ? begin(page, command, time, empty) : entry
  const asked = e.settle === "held" ? e.hold : ((command.kind === "release" ? e.measured : leg.actual) ?? 0)
  const late = e.state === "expired"
  const capped = e.settle === "actual" && command.kind === "finalize" && command.overage === "cap"
  const room = capped ? (accountAnswer(seen).spendable ?? MAX) : MAX
  const debited = Math.min(asked, (late ? e.debited : e.hold) + room)
  const present = e.period === page.period
  const correction = Math.max(debited - e.debited, e.deadline <= page.reset ? 0 : -page.used)
  const used = page.used + (!present ? Math.max(0, debited - e.hold) : late ? correction : debited)
  const ended = { changed: time, debited, unbilled: asked - debited, late, actual: leg.actual }
  return { e, ended, used, after: used + (reservedOf(page) - (present && !late ? e.hold : 0)) }
}
const act = (page: Page, { leg, now, time, command, grown }: Line): void => {
  if (command === null || command.kind === "lookup") return
  page.revision = (page.revision === 0 ? time : page.revision) + 1 // a new row starts from when it was born
  page.changed = time
  if (page.start === null) page.end = edge(leg.window, now, 1)
  page.start ??= edge(leg.window, now, 0)
  const at = page.entries.findIndex((e) => e.made.id === command.id)
  const entry = page.entries[at]
  const put = (e: Entry) => (page.entries[at < 0 ? page.entries.length : at] = e)
  if (command.kind === "adjust") {
    const change = command.adjustment
    page.adjusts.push(command)
    if (change.kind === "setLimit") page.stored = change.limit === "code" ? undefined : change.limit
    else if (change.kind === "credit") page.stored = page.stored! + change.amount
    else if (change.kind === "reset") Object.assign(page, { used: 0, reset: time })
    else page.open = change.kind === "reopen"
  } else if (command.kind === "reserve") {
    const deadline = gridUp(time + command.ttlMs)
    put(begin(page, command, time, { settle: leg.settle!, hold: leg.amount!, deadline }))
  } else if (command.kind === "charge") {
    put(begin(page, command, time, { state: "charged", debited: leg.amount! }))
    page.used += leg.amount!
  } else if (command.kind === "extend") put(join(entry!, leg, command, time, grown))
  else {
    const there = entry !== undefined && entry.state !== "marked"
    const [state, overage, charges] =
      command.kind === "release"
        ? (["released", "", false] as const)
        : (["finalized", command.overage, command.ifUnknown === "charge"] as const)
    if (!there && !charges) return void put(begin(page, command, time, { state: "marked" }))
    const { e, ended, used } = end({ page, leg, now, time, entry }, command)
    put({ ...e, ...ended, state, overage })
    page.used = used
  }
  page.unit ??= leg.unit ?? null
}

// Answers and refusals.
const accountAnswer = ({ leg, page, now, time }: Open): AccountAnswer => {
  const { window: w, warnAt = { basisPoints: 8_000 } } = leg
  const { open, unit, revision, period, start } = page
  const limit = page.stored === undefined ? leg.limit : page.stored
  const known = limit !== undefined
  const [used, reserved] = known ? [page.used, reservedOf(page)] : [0, 0]
  const spendable = limit === null ? null : Math.max(0, (limit ?? 0) - used - reserved)
  const share = (all: number, bp: number) => Math.floor(all / 1e4) * bp + Math.ceil(((all % 1e4) * bp) / 1e4)
  const warn = "amount" in warnAt ? warnAt.amount : share(limit ?? Infinity, warnAt.basisPoints)
  const status = !open || spendable === 0 ? "blocked" : used + reserved >= warn ? "warning" : "ok"
  const clock = (start === null ? edge(w, now, 1) : page.end) - now
  const silence = w.kind !== "idle" ? null : start === null || isLive(page) ? w.idleMs : page.changed + w.idleMs - time
  const resetsInMs = !known || w.kind === "none" ? null : (silence ?? clock)
  const limitFrom = page.stored !== undefined ? "stored" : known ? "code" : "none"
  const debt = Math.max(0, used - (limit ?? used))
  const numbers = {
    known,
    limit: limit ?? null,
    limitFrom,
    used,
    reserved,
    spendable,
    debt,
    status,
    resetsInMs
  } as const
  return { account: leg.account, window: nameOf(w), open, unit, revision, period, timeMs: time, ...numbers }
}
const legAnswer = (id: string, { leg, page, time }: Seen): LegAnswer => {
  const found = find(page, id)
  const name = { account: leg.account, window: nameOf(leg.window), state: found?.state ?? "none" }
  const e =
    found === undefined || found.state === "marked" ? { ...HOLD, ...ENDING, made: null, period: page.period } : found
  const { hold: held, measured, debited, unbilled, late } = e
  const [overage, unreserved, windowPassed] = [
    Math.max(0, debited - held),
    e.made?.kind === "finalize",
    e.period !== page.period
  ]
  const expiresInMs = name.state === "held" ? e.deadline - time : null
  return { ...name, held, measured, debited, overage, unbilled, late, unreserved, windowPassed, expiresInMs }
}
/** Why the account refuses, if it does. `total` is what a reserve in its place would ask, `after` used + reserved. */
const ask = (seen: Seen, ranks: ReadonlyArray<RefusalReason>, asked: number, total = asked, after?: number): Ask => {
  const { leg, page, time, entry } = seen
  const { account, window, known, open, limit, used, reserved, spendable: left, resetsInMs, unit } = accountAnswer(seen)
  const denies: Record<RefusalReason, boolean> = {
    windowPassed: entry?.period !== page.period,
    unknown: !known,
    closed: !open,
    unit: unit !== null && unit !== leg.unit,
    overflow: (after ?? used + reserved + asked) > MAX && (limit === null || !ranks.includes("limit")),
    limit: limit !== null && asked > limit - used - reserved
  }
  const reason = ranks.find((rank) => denies[rank])
  const soonest = Math.min(resetsInMs ?? Infinity, ...presentHolds(page).map((e) => e.deadline - time))
  const never = reason !== "limit" || limit === null || total > limit
  const retryInMs = never ? null : total > limit - used ? resetsInMs : soonest
  return { reason, refusal: { account, window, unit: unit ?? leg.unit ?? null, asked, left, limit, retryInMs } }
}
const refuse = (asks: ReadonlyArray<Ask>): Denial | null => {
  const reason = RANKS.find((rank) => asks.some((a) => a.reason === rank))
  if (reason === undefined) return null
  const refusals = asks.filter((a) => a.reason === reason).map((a) => a.refusal)
  refusals.sort((a, b) => byBytes(a.account, b.account) || byBytes(textOf(a.window), textOf(b.window)))
  const latest = Math.max(...refusals.map((r) => r.retryInMs ?? Infinity))
  return { reason, refusals, retryInMs: latest === Infinity ? null : latest }
}

// Decisions.
const no = (tag: Outcome["_tag"], more: object = {}, acts: ReadonlyArray<Seen> = []): Verdict => {
  return { tag, granted: false, replayed: false, acts, more }
}
const yes = (
  tag: Outcome["_tag"],
  acts: ReadonlyArray<Seen>,
  replayed = acts.length === 0,
  more: object = {}
): Verdict => {
  return { tag, granted: true, replayed, acts, more }
}
const amountOf = (c: Adjustment) => (c.kind === "setLimit" ? c.limit : c.kind === "credit" ? c.amount : null)
/** What a command does, given what is seen of its legs. `acts`: the legs on which it takes effect. */
const decide = (command: Command, seen: ReadonlyArray<Seen>, s: Settings): Verdict => {
  const all = (...states: ReadonlyArray<LegState>) => seen.every((x) => states.includes(stateOf(x)))
  const some = (...states: ReadonlyArray<LegState>) => seen.some((x) => states.includes(stateOf(x)))
  const conflict = (reason: ConflictReason) => no("Conflict", { reason })
  const there = seen.filter((x) => stateOf(x) !== "none" && stateOf(x) !== "marked")
  const others = there.some((x) => !sameLegs(x.entry!.made.legs, command.legs))
  if (command.kind === "lookup") return there.length === 0 ? no("Unknown") : yes("Found", [], false)
  if (command.kind === "adjust") {
    const change = command.adjustment
    const { page, leg } = seen[0]!
    const old = page.adjusts.find((a) => a.id === command.id)?.adjustment
    if (old !== undefined)
      return old.kind === change.kind && amountOf(old) === amountOf(change) ? yes("Adjusted", []) : conflict("content")
    const unit = page.unit ?? leg.unit
    const stored = page.stored ?? null
    const sum = change.kind !== "credit" ? 0 : stored === null ? -1 : stored + change.amount
    const alien = unit === undefined || (leg.unit ?? unit) !== unit
    const reason = alien ? "unit" : sum < 0 ? "limit" : sum > MAX ? "overflow" : null
    if (reason === null) return yes("Adjusted", seen)
    const { refusal } = ask(seen[0]!, [], change.kind === "credit" && !alien ? change.amount : 0)
    const refusals = [reason === "limit" ? { ...refusal, left: stored, limit: stored } : refusal]
    return no("Denied", { reason, refusals, retryInMs: null })
  }
  if (command.kind === "reserve" || command.kind === "charge") {
    const [tag, mine, ranks] =
      command.kind === "reserve" ? (["Granted", "held", RESERVE] as const) : (["Charged", "charged", CHARGE] as const)
    const denial = all("none") ? refuse(seen.map((x) => ask(x, ranks, x.leg.amount!))) : null
    if (all("none")) return denial === null ? yes(tag, seen, false) : no("Denied", denial)
    if (!all("none", "held", mine)) return conflict("ended")
    if (others) return conflict("legs")
    const alike = ({ made }: Entry) => made.kind === command.kind && sameLegs(made.legs, command.legs, true)
    return there.every((x) => alike(x.entry!)) ? (all(mine) ? yes(tag, []) : conflict("ended")) : conflict("content")
  }
  if (command.kind === "extend") {
    if (all("none")) return no("Unknown")
    if (!all("held")) return some("charged") ? conflict("ended") : no("Ended")
    const wrong = (x: Seen) => x.entry!.settle !== "actual" && (x.leg.total ?? x.leg.measured) !== undefined
    if (others || seen.some(wrong)) return conflict("legs")
    const growth = ({ leg, entry }: Seen) => Math.max(0, (leg.total ?? 0) - entry!.hold)
    const asks = () => seen.map((x) => ask(x, growth(x) > 0 ? RANKS : PASSED, growth(x), x.leg.total))
    const denial = seen.some((x) => growth(x) > 0) ? refuse(asks()) : null
    const acts = seen.filter(({ leg, time, entry: e }) => {
      const to = join(e!, leg, command, time, denial === null)
      return (
        to.deadline !== e!.deadline || to.hold !== e!.hold || to.measured !== e!.measured || to.policy !== e!.policy
      )
    })
    const more = { grown: denial === null, denial }
    return denial === null ? yes("Extended", acts, acts.length === 0, more) : no("Extended", more, acts)
  }
  const finalize = command.kind === "finalize" ? command : null
  if (some("charged") || (finalize && some("released"))) return conflict("ended")
  const wrong = ({ leg, entry }: Seen) => (leg.actual !== undefined) !== (entry!.settle === "actual")
  if (others || (finalize && there.some(wrong))) return conflict("legs")
  const ends = there.filter((x) => stateOf(x) === "held" || stateOf(x) === "expired")
  const ended = there.filter((x) => stateOf(x) === "finalized")
  const other = ({ leg, entry: e }: Seen) => e!.actual !== leg.actual || e!.overage !== finalize!.overage
  if (finalize && ended.some(other)) return conflict("content")
  const charges = finalize?.ifUnknown === "charge" ? seen.filter((x) => !there.includes(x)) : []
  if (charges.length > 0 && finalize!.sentAgoMs >= s.settledRetentionMs - s.longestCallMs) return no("Undecidable")
  const denial = refuse(
    [...charges, ...ends].map((x) => {
      const { ended, after } = end(x, command)
      return ask(x, ends.includes(x) ? ENDS : UNRESERVED, ended.debited, ended.debited, after)
    })
  )
  if (denial !== null) return no("Denied", denial)
  const acts = [...charges, ...ends, ...seen.filter((x) => stateOf(x) === "none" && !charges.includes(x))]
  if (there.length + charges.length === 0) return no("Unknown", {}, acts)
  const tag = finalize || ended.length === there.length ? "Finalized" : "Released"
  return yes(tag, acts, charges.length + ends.length === 0)
}

export class Book {
  readonly #settings: Settings
  readonly #sheets = new Map<string, Sheet>()
  constructor(settings: Partial<BookSettings> = {}) {
    this.#settings = {
      settledRetentionMs: 3_600_000,
      unsettledRetentionMs: 604_800_000,
      longestCallMs: 60_000,
      ...settings
    }
  }
  /** Decides and records, one after the other at one time. */
  execute(commands: ReadonlyArray<Command>, nowMs: number): Array<Outcome> {
    return commands.map((command) => this.#execute(command, nowMs))
  }
  /** A read; null if nowMs lies outside the calendar windows of one of the accounts. */
  usage(accounts: ReadonlyArray<AccountRef>, nowMs: number): Array<AccountAnswer> | null {
    if (accounts.some((ref) => outside(ref, nowMs))) return null
    return accounts.map((ref) => accountAnswer(this.#see(ref, nowMs, "")))
  }
  /** The live holds of an account, in byte order of their ids. */
  holds(
    { account, window = { kind: "none" } }: { account: string; window?: Window },
    nowMs: number
  ): Array<HoldAnswer> {
    const { page, time } = this.#see({ account, window }, nowMs, "")
    const live = page.entries.filter((e) => e.state === "held").sort((a, b) => byBytes(a.made.id, b.made.id))
    return live.map(({ made: { id }, hold: held, measured, deadline, period }) => {
      return { id, held, measured, expiresInMs: deadline - time, windowPassed: period !== page.period }
    })
  }
  #see(leg: Leg, now: number, id: string): Seen {
    const key = `${textOf(leg.window)} ${leg.account}`
    const sheet = this.#sheets.get(key) ?? { lines: [], last: 0, lead: 0 }
    this.#sheets.set(key, sheet)
    const time = sheet.lines.length === 0 ? now : Math.max(now + sheet.lead, sheet.last)
    let page = blank()
    for (const line of sheet.lines) act((page = due(page, line, this.#settings)), line)
    const { period } = page
    page = due(page, { leg, now, time }, this.#settings)
    return { leg, now, time, sheet, page, rolled: page.period > period, entry: find(page, id) }
  }
  #execute(command: Command, now: number): Outcome {
    const name = { command: command.kind, id: command.id }
    if (command.legs.some((leg) => outside(leg, now))) {
      return { _tag: "NotApplied", ...name, granted: false, replayed: false, accounts: [], legs: [], reason: "clock" }
    }
    const seen = command.legs.map((leg) => this.#see(leg, now, command.id))
    const { tag, granted, replayed, acts, more } = decide(command, seen, this.#settings)
    for (const x of command.kind === "lookup" ? [] : seen) {
      const line = { leg: x.leg, now, time: x.time, command: acts.includes(x) ? command : null, grown: granted }
      if (line.command !== null || x.rolled) x.sheet.lines.push(line)
      act(x.page, line)
      if (x.sheet.lines.length > 0) Object.assign(x.sheet, { last: x.time, lead: x.time - now })
    }
    const legs = command.kind === "adjust" ? [] : seen.map((x) => legAnswer(command.id, x))
    return { _tag: tag, ...name, granted, replayed, accounts: seen.map(accountAnswer), legs, ...more } as Outcome
  }
}
