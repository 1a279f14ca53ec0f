/**
 * Worked by hand from MACHINE.md, one or more cases per rule: what the Book must answer. The Book judges all stores, so
 * nothing here is computed by it or by core. Unless a case says otherwise: one account `a`, unit tokens, limit 100 in
 * code, no window, and times counted from T.
 */
import type {
  AccountAnswer,
  Adjustment,
  Command,
  Extend,
  Finalize,
  LegAnswer,
  Outcome,
  Window
} from "@tallystick/core/machine"
import { describe, expect, it } from "vitest"
import { Book } from "../src/oracle/book.ts"

const T = 1_000_000
const MAX = 2 ** 53 - 1
const HOUR = 3_600_000
const DAY = 24 * HOUR
const none: Window = { kind: "none" }

type Extra = Record<string, unknown>
const leg = (account: string, extra: Extra = {}): never =>
  ({ account, window: none, unit: "tokens", limit: 100, ...extra }) as never
const hold = (amount: number, extra: Extra = {}): never => leg("a", { amount, settle: "actual", ...extra })
const reserve = (id: string, legs: ReadonlyArray<never>, ttlMs = 10_000): Command => ({
  kind: "reserve",
  id,
  ttlMs,
  legs
})
const charge = (id: string, legs: ReadonlyArray<never>): Command => ({ kind: "charge", id, legs })
const release = (id: string, legs: ReadonlyArray<never> = [leg("a")]): Command => ({ kind: "release", id, legs })
const lookup = (id: string, legs: ReadonlyArray<never> = [leg("a")]): Command => ({ kind: "lookup", id, legs })
const extend = (id: string, legs: ReadonlyArray<never>, extra: Partial<Extend> = {}): Command => ({
  kind: "extend",
  id,
  legs,
  ...extra
})
const finalize = (id: string, legs: ReadonlyArray<never>, extra: Partial<Finalize> = {}): Command => ({
  kind: "finalize",
  id,
  overage: "debit",
  ifUnknown: "mark",
  sentAgoMs: 0,
  legs,
  ...extra
})
const used = (actual: number, extra: Extra = {}): never => leg("a", { actual, ...extra })
const adjust = (id: string, adjustment: Adjustment, extra: Extra = {}): Command => ({
  kind: "adjust",
  id,
  adjustment,
  legs: [leg("a", { limit: undefined, ...extra })]
})

const at = (book: Book, now: number, command: Command): Outcome => book.execute([command], now)[0]!
const account = (book: Book, now: number, extra: Extra = {}): AccountAnswer => book.usage([leg("a", extra)], now)![0]!
/** used, reserved, revision, period. */
const sums = (a: AccountAnswer): ReadonlyArray<number> => [a.used, a.reserved, a.revision, a.period]
const sumsAt = (book: Book, now: number, extra: Extra = {}) => sums(account(book, now, extra))
const legOf = (o: Outcome, i = 0): LegAnswer => o.legs[i]!
/** A book in which `id` holds 40 of `a` since T, until T + 10,000. */
const holding = (extra: Extra = {}): Book => {
  const book = new Book()
  at(book, T, reserve("r", [hold(40, extra)]))
  return book
}

describe("an answer has exactly the fields of its variant", () => {
  it("Granted", () => {
    // 40 of 100: 60 left; 40 < 80 = 80 % of 100, so ok. Born at T, so the first change is T + 1.
    expect(at(new Book(), T, reserve("r", [hold(40)]))).toStrictEqual({
      _tag: "Granted",
      command: "reserve",
      id: "r",
      granted: true,
      replayed: false,
      accounts: [
        {
          account: "a",
          window: none,
          known: true,
          open: true,
          unit: "tokens",
          limit: 100,
          limitFrom: "code",
          used: 0,
          reserved: 40,
          spendable: 60,
          debt: 0,
          status: "ok",
          revision: T + 1,
          period: 0,
          timeMs: T,
          resetsInMs: null
        }
      ],
      legs: [
        {
          account: "a",
          window: none,
          state: "held",
          held: 40,
          measured: null,
          debited: 0,
          overage: 0,
          unbilled: 0,
          late: false,
          unreserved: false,
          windowPassed: false,
          expiresInMs: 10_000
        }
      ]
    })
  })

  it("Denied: 61 of the 60 left; the hold ends in 10 s; no entry", () => {
    const o = at(holding(), T, reserve("x", [hold(61)]))
    expect(o).toMatchObject({ _tag: "Denied", granted: false, replayed: false, reason: "limit", retryInMs: 10_000 })
    expect(Object.keys(o).toSorted()).toEqual(
      ["_tag", "accounts", "command", "granted", "id", "legs", "reason", "refusals", "replayed", "retryInMs"].toSorted()
    )
    expect("refusals" in o && o.refusals).toStrictEqual([
      { account: "a", window: none, unit: "tokens", asked: 61, left: 60, limit: 100, retryInMs: 10_000 }
    ])
    expect(legOf(o)).toStrictEqual({
      account: "a",
      window: none,
      state: "none",
      held: 0,
      measured: null,
      debited: 0,
      overage: 0,
      unbilled: 0,
      late: false,
      unreserved: false,
      windowPassed: false,
      expiresInMs: null
    })
  })

  it("Extended has grown and denial, Conflict has reason, the others nothing more", () => {
    const book = holding()
    const common = ["_tag", "accounts", "command", "granted", "id", "legs", "replayed"]
    const keys = (command: Command) => Object.keys(at(book, T, command)).toSorted()
    expect(keys(extend("r", [leg("a")]))).toEqual([...common, "denial", "grown"].toSorted())
    expect(keys(reserve("r", [hold(41)]))).toEqual([...common, "reason"].toSorted())
    expect(keys(finalize("r", [used(1)]))).toEqual(common)
    expect(keys(extend("r", [leg("a")]))).toEqual(common)
    expect(keys(lookup("r"))).toEqual(common)
    expect(keys(release("unknown"))).toEqual(common)
    expect(keys(charge("c", [leg("a", { amount: 1 })]))).toEqual(common)
    expect(at(book, T, adjust("j", { kind: "close" })).legs).toEqual([])
  })
})

describe("reserve, by state", () => {
  const again = (book: Book, now = T) => at(book, now, reserve("r", [hold(40)]))
  it("held, the same: replayed with today's hold, whatever ttl, limit and order of legs", () => {
    const book = new Book()
    const b = leg("b", { amount: 5, settle: "none" })
    at(book, T, reserve("r", [hold(40), b]))
    at(book, T, extend("r", [leg("a", { total: 50 }), leg("b")]))
    const o = at(book, T + 1, reserve("r", [b, hold(40, { limit: 1 })], 99_000))
    expect(o).toMatchObject({ _tag: "Granted", granted: true, replayed: true })
    expect(o.legs.map((l) => [l.account, l.held, l.expiresInMs])).toEqual([
      ["b", 5, 9_999],
      ["a", 50, 9_999]
    ])
    expect(sums(o.accounts[1]!)).toEqual([0, 50, T + 2, 0])
  })
  it("held, another amount, settle or unit: conflict content; another set: conflict legs", () => {
    const book = holding()
    for (const other of [hold(41), hold(40, { settle: "held" }), hold(40, { unit: "usd" })])
      expect(at(book, T, reserve("r", [other]))).toMatchObject({ _tag: "Conflict", reason: "content", granted: false })
    const wider = reserve("r", [hold(40), leg("b", { amount: 1, settle: "none" })])
    expect(at(book, T, wider)).toMatchObject({ _tag: "Conflict", reason: "legs" })
    expect(sumsAt(book, T)).toEqual([0, 40, T + 1, 0])
  })
  it("finalized, released, expired, charged and marked: conflict ended", () => {
    const finalized = holding()
    at(finalized, T, finalize("r", [used(1)]))
    const released = holding()
    at(released, T, release("r"))
    const charged = new Book()
    at(charged, T, charge("r", [leg("a", { amount: 1 })]))
    const marked = new Book()
    at(marked, T, release("r"))
    for (const book of [finalized, released, charged, marked])
      expect(again(book)).toMatchObject({ _tag: "Conflict", reason: "ended" })
    expect(again(holding(), T + 10_000)).toMatchObject({ _tag: "Conflict", reason: "ended" })
  })
  it("some legs none, the entry of the same legs and content: conflict ended", () => {
    // `a` got a clock a day ahead for one command, so its time is T + DAY; `b` is behind. After r is finalized and an hour
    // has gone on `a` alone, a is none and b is finalized.
    const book = new Book()
    const legs = [hold(40), leg("b", { amount: 1, settle: "none" })]
    at(book, T, reserve("r", legs))
    at(book, T, finalize("r", [used(1), leg("b")]))
    at(book, T + HOUR, charge("c", [leg("a", { amount: 1 })]))
    expect(at(book, T + 1, lookup("r", [leg("a"), leg("b")])).legs.map((l) => l.state)).toEqual(["none", "finalized"])
    expect(at(book, T + 1, reserve("r", legs))).toMatchObject({ _tag: "Conflict", reason: "ended" })
  })
  it("all legs or none", () => {
    const book = holding()
    const o = at(book, T, reserve("x", [leg("b", { amount: 1, settle: "none" }), hold(61)]))
    expect(o).toMatchObject({ _tag: "Denied", reason: "limit", refusals: [{ account: "a" }] })
    expect(o.accounts[0]).toMatchObject({ account: "b", unit: null, reserved: 0, revision: 0, timeMs: T })
  })
  it("exactly what is left is admitted, and blocks", () => {
    const o = at(holding(), T, reserve("x", [hold(60)]))
    expect(o).toMatchObject({ _tag: "Granted", accounts: [{ reserved: 100, spendable: 0, status: "blocked" }] })
  })
})

describe("deadlines lie on the grid", () => {
  it("rounds up: T + 1 + 1,500 becomes T + 2,000", () => {
    const book = new Book()
    expect(legOf(at(book, T + 1, reserve("r", [hold(40)], 1_500))).expiresInMs).toBe(1_999)
    expect(sumsAt(book, T + 1_999)).toEqual([0, 40, T + 2, 0])
    expect(sumsAt(book, T + 2_000)).toEqual([0, 0, T + 3, 0])
  })
  it("two holds of one tick are one change, of two ticks two", () => {
    const book = new Book()
    at(book, T, reserve("r", [hold(10)], 1_001))
    at(book, T, reserve("s", [hold(10)], 2_000))
    at(book, T, reserve("t", [hold(10)], 2_001))
    // Changes: 3 reserves, then the ticks T + 2,000 (r and s) and T + 3,000 (t).
    expect(sumsAt(book, T + 2_000)).toEqual([0, 10, T + 4, 0])
    expect(sumsAt(book, T + 3_000)).toEqual([0, 0, T + 5, 0])
  })
  it("a renewal never shortens", () => {
    const book = holding()
    expect(legOf(at(book, T + 500, extend("r", [leg("a")], { ttlMs: 1_000 })))).toMatchObject({ expiresInMs: 9_500 })
    expect(legOf(at(book, T + 500, extend("r", [leg("a")], { ttlMs: 9_501 })))).toMatchObject({ expiresInMs: 10_500 })
    expect(sumsAt(book, T)).toEqual([0, 40, T + 2, 0])
  })
})

describe("time", () => {
  it("a clock that was ten years ahead does not keep holds alive, nor bring them back", () => {
    const far = 10 * 365 * DAY
    const book = new Book()
    const ahead = T + far
    at(book, ahead, reserve("r", [hold(40)])) // time ahead, deadline 10 s later
    // The clock is right again at T: time stays, lead becomes `far`; it runs on from there.
    expect(at(book, T, lookup("none")).accounts[0]).toMatchObject({ timeMs: ahead, reserved: 40 })
    at(book, T, extend("none", [leg("a")]))
    expect(account(book, T + 9_999)).toMatchObject({ timeMs: ahead + 9_999, reserved: 40 })
    expect(account(book, T + 10_000)).toMatchObject({ timeMs: ahead + 10_000, reserved: 0 })
  })
  it("only a command moves it: a read with a far clock leaves nothing", () => {
    const book = holding()
    expect(sumsAt(book, T + 10_000)).toEqual([0, 0, T + 2, 0])
    at(book, T + 10_000, lookup("r"))
    expect(account(book, T + 1)).toMatchObject({ timeMs: T + 1, reserved: 40, revision: T + 1 })
    at(book, T + 10_000, extend("other", [leg("a")])) // unknown id: no effect, but it is a command
    expect(account(book, T + 1)).toMatchObject({ timeMs: T + 10_000, reserved: 0, revision: T + 2 })
  })
  it("a refused reserve moves it too; without a row there is none", () => {
    const book = holding()
    at(book, T + 10_000, reserve("x", [hold(101)]))
    expect(account(book, T).timeMs).toBe(T + 10_000)
    const empty = new Book()
    at(empty, T + 10_000, reserve("x", [hold(101)]))
    expect(account(empty, T).timeMs).toBe(T)
  })
  it("commands of one call see each other, at one time", () => {
    const [first, second] = new Book().execute([reserve("r", [hold(60)]), reserve("s", [hold(60)])], T)
    expect([first!._tag, second!._tag]).toEqual(["Granted", "Denied"])
    expect(second!.accounts[0]).toMatchObject({ reserved: 60, timeMs: T })
  })
})

describe("extend, by state", () => {
  it("none: unknown; marked, finalized, released, expired: ended; charged: conflict ended", () => {
    const book = new Book()
    const go = (now: number) => at(book, now, extend("r", [leg("a")], { ttlMs: 1_000 }))
    expect(go(T)).toMatchObject({ _tag: "Unknown", granted: false, replayed: false })
    at(book, T, release("r"))
    expect(go(T)).toMatchObject({ _tag: "Ended", granted: false, legs: [{ state: "marked", held: 0 }] })
    const finalized = holding()
    at(finalized, T, finalize("r", [used(3)]))
    expect(at(finalized, T, extend("r", [leg("a")]))).toMatchObject({ _tag: "Ended", legs: [{ state: "finalized" }] })
    const released = holding()
    at(released, T, release("r"))
    expect(at(released, T, extend("r", [leg("a")]))).toMatchObject({ _tag: "Ended", legs: [{ state: "released" }] })
    const expired = at(holding(), T + 10_000, extend("r", [leg("a")], { ttlMs: 9_000 }))
    expect(expired).toMatchObject({ _tag: "Ended", legs: [{ state: "expired", held: 40, expiresInMs: null }] })
    const charged = new Book()
    at(charged, T, charge("r", [leg("a", { amount: 1 })]))
    expect(at(charged, T, extend("r", [leg("a")]))).toMatchObject({ _tag: "Conflict", reason: "ended" })
  })
  it("another set of accounts, or a measure of a slot: conflict legs, after ended", () => {
    const book = new Book()
    at(book, T, reserve("r", [hold(40), leg("s", { amount: 1, settle: "none" })]))
    expect(at(book, T, extend("r", [leg("a")]))).toMatchObject({ _tag: "Conflict", reason: "legs" })
    const measure = extend("r", [leg("a"), leg("s", { measured: 0 })])
    expect(at(book, T, measure)).toMatchObject({ _tag: "Conflict", reason: "legs" })
    at(book, T, release("r", [leg("a"), leg("s")]))
    expect(at(book, T, extend("r", [leg("a")]))).toMatchObject({ _tag: "Ended" })
  })
  it("is a join: totals and measures only rise, and a repetition is no change", () => {
    const book = holding()
    const grow = extend("r", [leg("a", { total: 50, measured: 7 })], { ttlMs: 20_000 })
    expect(at(book, T, grow)).toMatchObject({
      _tag: "Extended",
      granted: true,
      grown: true,
      denial: null,
      replayed: false
    })
    const lower = at(book, T, extend("r", [leg("a", { total: 45, measured: 6 })], { ttlMs: 5_000 }))
    expect(lower).toMatchObject({ grown: true, replayed: true, legs: [{ held: 50, measured: 7, expiresInMs: 20_000 }] })
    expect(at(book, T, grow)).toMatchObject({ replayed: true, accounts: [{ revision: T + 2, reserved: 50 }] })
  })
  it("a first measure of 0 is a change", () => {
    const o = at(holding(), T, extend("r", [leg("a", { measured: 0 })]))
    expect(o).toMatchObject({ replayed: false, accounts: [{ revision: T + 2 }], legs: [{ measured: 0 }] })
  })
  it("growth can be denied alone; renewal and measure take effect", () => {
    // 40 held, 60 left; total 101 asks 61 more, and 101 > limit: never.
    const o = at(holding(), T, extend("r", [leg("a", { total: 101, measured: 9 })], { ttlMs: 20_000 }))
    expect(o).toMatchObject({ _tag: "Extended", granted: false, grown: false, replayed: false })
    expect(o).toMatchObject({ legs: [{ held: 40, measured: 9, expiresInMs: 20_000 }], accounts: [{ revision: T + 2 }] })
    expect("denial" in o && o.denial).toStrictEqual({
      reason: "limit",
      refusals: [{ account: "a", window: none, unit: "tokens", asked: 61, left: 60, limit: 100, retryInMs: null }],
      retryInMs: null
    })
  })
  it("growth of all legs or none: b has no room, so a does not grow and has no change", () => {
    const book = new Book()
    const legs = (total: number) => [leg("a", { total }), leg("b", { total, limit: 45 })]
    at(book, T, reserve("r", [hold(40), leg("b", { amount: 40, settle: "actual" })]))
    const o = at(book, T, extend("r", legs(50)))
    // b: 45 - 40 = 5 left, 10 asked, 50 > 45: never.
    expect(o).toMatchObject({
      grown: false,
      denial: { reason: "limit", refusals: [{ account: "b", asked: 10, left: 5 }] }
    })
    expect(o.accounts.map((a) => [a.reserved, a.revision])).toEqual([
      [40, T + 1],
      [40, T + 1]
    ])
  })
  it("a closed account renews and measures, but does not grow", () => {
    const book = holding()
    at(book, T, adjust("j", { kind: "close" }))
    const o = at(book, T, extend("r", [leg("a", { total: 41, measured: 2 })], { ttlMs: 20_000 }))
    expect(o).toMatchObject({
      grown: false,
      denial: { reason: "closed", retryInMs: null },
      legs: [{ measured: 2, held: 40 }]
    })
  })
})

describe("whenUnknown: what an expiry costs", () => {
  const expire = (extra: Partial<Extend>, measured?: number, settle = "actual") => {
    const book = holding({ settle })
    if (settle === "actual") at(book, T, extend("r", [leg("a", { measured })], extra))
    const o = at(book, T + 10_000, lookup("r"))
    return [o.accounts[0]!.used, legOf(o).state, legOf(o).debited]
  }
  it("nothing was measured: 0; measured 7: 7; measured 70: at most the hold", () => {
    expect(expire({})).toEqual([0, "expired", 0])
    expect(expire({}, 7)).toEqual([7, "expired", 7])
    expect(expire({}, 70)).toEqual([40, "expired", 40])
  })
  it("refund: 0, charge-held: 40, and held legs 40, none legs 0", () => {
    expect(expire({ whenUnknown: "refund" }, 7)).toEqual([0, "expired", 0])
    expect(expire({ whenUnknown: "charge-held" }, 7)).toEqual([40, "expired", 40])
    expect(expire({}, undefined, "held")).toEqual([40, "expired", 40])
    expect(expire({}, undefined, "none")).toEqual([0, "expired", 0])
  })
  it("of those set the dearest holds; the same again is no change; the default counts once set", () => {
    const book = holding()
    const set = (whenUnknown: Extend["whenUnknown"]) => at(book, T, extend("r", [leg("a")], { whenUnknown })).replayed
    expect([set("refund"), set("refund"), set("charge-measured"), set("refund")]).toEqual([false, true, false, true])
    expect([set("charge-held"), set("charge-measured")]).toEqual([false, true])
    const other = holding()
    expect(at(other, T, extend("r", [leg("a")], { whenUnknown: "charge-measured" })).replayed).toBe(false)
  })
})

describe("finalize, by state", () => {
  it("held: debits the whole actual, also above hold and limit", () => {
    const o = at(holding(), T, finalize("r", [used(130)]))
    expect(o).toMatchObject({ _tag: "Finalized", granted: true, replayed: false })
    expect(o.accounts[0]).toMatchObject({ used: 130, reserved: 0, spendable: 0, debt: 30, status: "blocked" })
    expect(legOf(o)).toMatchObject({
      state: "finalized",
      held: 40,
      debited: 130,
      overage: 90,
      unbilled: 0,
      late: false
    })
  })
  it("finalized: the same is a replay; another actual or overage is conflict content", () => {
    const book = holding()
    at(book, T, finalize("r", [used(13)]))
    expect(at(book, T, finalize("r", [used(13)]))).toMatchObject({ _tag: "Finalized", replayed: true })
    expect(at(book, T, finalize("r", [used(14)]))).toMatchObject({ _tag: "Conflict", reason: "content" })
    const capped = finalize("r", [used(13)], { overage: "cap" })
    expect(at(book, T, capped)).toMatchObject({ _tag: "Conflict", reason: "content" })
    expect(sumsAt(book, T)).toEqual([13, 0, T + 2, 0])
  })
  it("released and charged: conflict ended", () => {
    const released = holding()
    at(released, T, release("r"))
    expect(at(released, T, finalize("r", [used(1)]))).toMatchObject({ _tag: "Conflict", reason: "ended" })
    const charged = new Book()
    at(charged, T, charge("r", [leg("a", { amount: 1 })]))
    expect(at(charged, T, finalize("r", [used(1)]))).toMatchObject({ _tag: "Conflict", reason: "ended" })
  })
  it("none: a mark, which makes no account known and sets no unit; marked: nothing more", () => {
    const book = new Book()
    const o = at(book, T, finalize("r", [used(5, { limit: undefined })]))
    expect(o).toMatchObject({
      _tag: "Unknown",
      granted: false,
      replayed: false,
      legs: [{ state: "marked", debited: 0 }]
    })
    expect(o.accounts[0]).toMatchObject({ known: false, unit: null, used: 0, status: "blocked", revision: T + 1 })
    const again = at(book, T, finalize("r", [used(6)]))
    expect(again).toMatchObject({ _tag: "Unknown", replayed: false, accounts: [{ revision: T + 1 }] })
  })
  it("actuals name exactly the actual legs, and the accounts those of the entry", () => {
    const book = new Book()
    const slot = leg("s", { amount: 1, settle: "none" })
    at(book, T, reserve("r", [hold(40), slot]))
    for (const legs of [[leg("a"), leg("s")], [used(1), leg("s", { actual: 0 })], [used(1)]])
      expect(at(book, T, finalize("r", legs))).toMatchObject({ _tag: "Conflict", reason: "legs" })
    expect(at(book, T, finalize("r", [leg("s"), used(1)]))).toMatchObject({ _tag: "Finalized" })
  })
  it("slots cost nothing, counts all", () => {
    const book = new Book()
    at(book, T, reserve("r", [leg("s", { amount: 1, settle: "none" }), leg("c", { amount: 2, settle: "held" })]))
    const o = at(book, T, finalize("r", [leg("s"), leg("c")]))
    expect(o.accounts.map((a) => [a.used, a.reserved])).toEqual([
      [0, 0],
      [2, 0]
    ])
    expect(o.legs.map((l) => [l.held, l.debited])).toEqual([
      [1, 0],
      [2, 2]
    ])
  })
  it("works on a closed account and on one whose limit is no longer known", () => {
    const book = holding()
    at(book, T, adjust("j", { kind: "close" }))
    const o = at(book, T, finalize("r", [used(13, { limit: undefined })]))
    expect(o).toMatchObject({ _tag: "Finalized", accounts: [{ known: false, used: 0 }], legs: [{ debited: 13 }] })
    expect(account(book, T)).toMatchObject({ used: 13, open: false, status: "blocked", spendable: 87 })
  })
})

describe("cap", () => {
  it("debits at most the hold and what the limit leaves: 40 + 60 - 25 = 75 of 90", () => {
    const book = holding()
    at(book, T, charge("c", [leg("a", { amount: 25 })]))
    const o = at(book, T, finalize("r", [used(90)], { overage: "cap" }))
    expect(legOf(o)).toMatchObject({ debited: 75, overage: 35, unbilled: 15 })
    expect(o.accounts[0]).toMatchObject({ used: 100, debt: 0 })
  })
  it("with nothing spendable the own hold remains", () => {
    // used 90 by a charge beyond what is left: limit 100 - 90 - 40 < 0.
    const book = holding()
    at(book, T, charge("c", [leg("a", { amount: 90 })]))
    expect(legOf(at(book, T, finalize("r", [used(50)], { overage: "cap" })))).toMatchObject({
      debited: 40,
      unbilled: 10
    })
  })
  it("late: what the expiry charged and what the limit leaves", () => {
    // Expired at 7 of 40; then 90 charged: used 97, 3 left. Late actual 30: min(30, 7 + 3) = 10, used 100.
    const book = holding()
    at(book, T, extend("r", [leg("a", { measured: 7 })]))
    at(book, T + 10_000, charge("c", [leg("a", { amount: 90 })]))
    const o = at(book, T + 10_000, finalize("r", [used(30)], { overage: "cap" }))
    expect(legOf(o)).toMatchObject({ debited: 10, unbilled: 20, late: true, held: 40, overage: 0 })
    expect(o.accounts[0]!.used).toBe(100)
  })
  it("unlimited: no cap; unknown: only the hold", () => {
    const free = holding({ limit: null })
    expect(legOf(at(free, T, finalize("r", [used(999, { limit: null })], { overage: "cap" }))).debited).toBe(999)
    const unknown = finalize("r", [used(50, { limit: undefined })], { overage: "cap" })
    expect(legOf(at(holding(), T, unknown))).toMatchObject({ debited: 40, unbilled: 10 })
  })
})

describe("late endings", () => {
  const expired = (policy: Partial<Extend> = {}, measured?: number): Book => {
    const book = holding()
    at(book, T, extend("r", [leg("a", { measured })], policy))
    return book
  }
  it("finalize corrects what the expiry charged, in one difference, once", () => {
    const book = expired({}, 7) // change 2; the tick is change 3
    const o = at(book, T + 10_000, finalize("r", [used(30)]))
    expect(o).toMatchObject({ _tag: "Finalized", replayed: false, accounts: [{ used: 30, revision: T + 4 }] })
    expect(legOf(o)).toMatchObject({ state: "finalized", debited: 30, late: true, measured: 7 })
    expect(at(book, T + 11_000, finalize("r", [used(30)]))).toMatchObject({ replayed: true, accounts: [{ used: 30 }] })
  })
  it("downwards too: 40 charged, 5 used", () => {
    const o = at(expired({ whenUnknown: "charge-held" }), T + 10_000, finalize("r", [used(5)]))
    expect(o.accounts[0]!.used).toBe(5)
  })
  it("after a reset only upwards: 40 charged and forgiven; 5 used changes nothing, 43 adds 3", () => {
    for (const [actual, total] of [
      [5, 0],
      [43, 3]
    ] as const) {
      const book = expired({ whenUnknown: "charge-held" })
      at(book, T + 10_000, adjust("j", { kind: "reset" })) // at the very time of the deadline
      const o = at(book, T + 10_001, finalize("r", [used(actual)]))
      expect([o.accounts[0]!.used, legOf(o).debited]).toEqual([total, actual])
    }
  })
  it("a reset before the deadline does not count", () => {
    const book = expired({ whenUnknown: "charge-held" })
    at(book, T + 9_999, adjust("j", { kind: "reset" }))
    expect(at(book, T + 10_000, finalize("r", [used(5)])).accounts[0]!.used).toBe(5)
  })
  it("release ends it once, late, at what was measured: here above what a refund charged", () => {
    const book = expired({ whenUnknown: "refund" }, 50)
    const o = at(book, T + 10_000, release("r"))
    expect(o).toMatchObject({ _tag: "Released", replayed: false, accounts: [{ used: 50 }] })
    expect(legOf(o)).toMatchObject({ state: "released", debited: 50, overage: 10, late: true })
    expect(at(book, T + 10_000, release("r"))).toMatchObject({ _tag: "Released", replayed: true })
  })
  it("a count that expired stays debited once", () => {
    const o = at(holding({ settle: "held" }), T + 10_000, finalize("r", [leg("a")]))
    expect(o).toMatchObject({ accounts: [{ used: 40 }], legs: [{ debited: 40, late: true }] })
  })
})

describe("release, by state", () => {
  it("held: gives back what was not measured; a measure above the hold is debited whole", () => {
    expect(at(holding(), T, release("r"))).toMatchObject({
      _tag: "Released",
      granted: true,
      accounts: [{ used: 0, reserved: 0 }]
    })
    const book = holding()
    at(book, T, extend("r", [leg("a", { measured: 44 })]))
    expect(at(book, T, release("r"))).toMatchObject({ accounts: [{ used: 44 }], legs: [{ debited: 44, overage: 4 }] })
  })
  it("none: a mark; marked: unknown; a reserve that comes later holds nothing", () => {
    const book = new Book()
    expect(at(book, T, release("r"))).toMatchObject({ _tag: "Unknown", accounts: [{ revision: T + 1, unit: null }] })
    expect(at(book, T, release("r"))).toMatchObject({ _tag: "Unknown", accounts: [{ revision: T + 1 }] })
    expect(at(book, T, reserve("r", [hold(1)]))).toMatchObject({ _tag: "Conflict", reason: "ended" })
  })
  it("finalized: says Finalized; released: Released again; both replayed, no change", () => {
    const book = holding()
    at(book, T, finalize("r", [used(5)]))
    expect(at(book, T, release("r"))).toMatchObject({
      _tag: "Finalized",
      granted: true,
      replayed: true,
      accounts: [{ used: 5 }]
    })
    expect(sumsAt(book, T)).toEqual([5, 0, T + 2, 0])
  })
  it("charged: conflict ended; another set: conflict legs", () => {
    const book = holding()
    at(book, T, charge("c", [leg("a", { amount: 1 })]))
    expect(at(book, T, release("c"))).toMatchObject({ _tag: "Conflict", reason: "ended" })
    expect(at(book, T, release("r", [leg("a"), leg("b")]))).toMatchObject({ _tag: "Conflict", reason: "legs" })
  })
  it("slots return, counts stay", () => {
    const book = new Book()
    at(book, T, reserve("r", [leg("s", { amount: 1, settle: "none" }), leg("c", { amount: 1, settle: "held" })]))
    const o = at(book, T, release("r", [leg("s"), leg("c")]))
    expect(o.accounts.map((a) => [a.used, a.reserved])).toEqual([
      [0, 0],
      [1, 0]
    ])
  })
  it("legs differ: each by its column, and the answer says what became of each", () => {
    // `a` is an hour ahead of `b` (a charge on a alone), so r has expired on a and lives on b.
    const book = new Book()
    at(book, T, reserve("r", [hold(40), leg("b", { amount: 3, settle: "actual" })]))
    at(book, T + HOUR, charge("c", [leg("a", { amount: 1 })]))
    const o = at(book, T + 1, finalize("r", [used(4), leg("b", { actual: 2 })]))
    expect(o.legs.map((l) => [l.state, l.debited, l.late])).toEqual([
      ["finalized", 4, true],
      ["finalized", 2, false]
    ])
    expect(o.accounts.map((a) => a.used)).toEqual([5, 2])
  })
})

describe("charge, by state", () => {
  const c = (amount: number, extra: Extra = {}): Command => charge("c", [leg("a", { amount, ...extra })])
  it("debits at once, beyond the limit too, and 0 is a change", () => {
    const o = at(new Book(), T, c(130))
    expect(o).toMatchObject({ _tag: "Charged", granted: true, accounts: [{ used: 130, debt: 30, revision: T + 1 }] })
    expect(legOf(o)).toMatchObject({
      state: "charged",
      held: 0,
      debited: 130,
      overage: 0,
      expiresInMs: null,
      unreserved: false
    })
    expect(at(new Book(), T, c(0))).toMatchObject({
      _tag: "Charged",
      accounts: [{ used: 0, unit: "tokens", revision: T + 1 }]
    })
  })
  it("charged: the same is a replay, another amount conflict content, another set conflict legs", () => {
    const book = new Book()
    at(book, T, c(5))
    expect(at(book, T, c(5, { limit: 7 }))).toMatchObject({ _tag: "Charged", replayed: true, accounts: [{ used: 5 }] })
    expect(at(book, T, c(6))).toMatchObject({ _tag: "Conflict", reason: "content" })
    const wider = charge("c", [leg("a", { amount: 5 }), leg("b", { amount: 5 })])
    expect(at(book, T, wider)).toMatchObject({ _tag: "Conflict", reason: "legs" })
  })
  it("held: conflict content, as a charge is never a reserve; ended ones: conflict ended", () => {
    const book = holding()
    expect(at(book, T, charge("r", [leg("a", { amount: 40 })]))).toMatchObject({ _tag: "Conflict", reason: "content" })
    at(book, T, release("r"))
    expect(at(book, T, charge("r", [leg("a", { amount: 40 })]))).toMatchObject({ _tag: "Conflict", reason: "ended" })
  })
  it("unknown, closed, another unit and overflow are refused", () => {
    const book = holding()
    expect(at(book, T, c(1, { account: "z", limit: undefined }))).toMatchObject({ _tag: "Denied", reason: "unknown" })
    expect(at(book, T, c(1, { unit: "usd" }))).toMatchObject({
      _tag: "Denied",
      reason: "unit",
      refusals: [{ unit: "tokens" }]
    })
    expect(at(book, T, c(MAX - 39))).toMatchObject({ _tag: "Denied", reason: "overflow", retryInMs: null })
    expect(at(book, T, c(MAX - 40))).toMatchObject({ _tag: "Charged", accounts: [{ used: MAX - 40, reserved: 40 }] })
    at(book, T, adjust("j", { kind: "close" }))
    expect(at(book, T, charge("d", [leg("a", { amount: 0 })]))).toMatchObject({ _tag: "Denied", reason: "closed" })
  })
})

describe("finalize of an unknown id with ifUnknown: charge", () => {
  const go = (extra: Partial<Finalize> = {}, legs: ReadonlyArray<never> = [used(130)]): Command =>
    finalize("r", legs, { ifUnknown: "charge", ...extra })
  it("debits, unreserved, also a marked id, also on a closed account", () => {
    const book = new Book()
    at(book, T, release("r"))
    at(book, T, adjust("j", { kind: "close" }, { limit: 100 }))
    const o = at(book, T, go())
    expect(o).toMatchObject({
      _tag: "Finalized",
      granted: true,
      replayed: false,
      accounts: [{ used: 130, open: false }]
    })
    expect(legOf(o)).toMatchObject({
      state: "finalized",
      held: 0,
      debited: 130,
      overage: 130,
      unreserved: true,
      late: false
    })
    expect(at(book, T, go())).toMatchObject({
      _tag: "Finalized",
      replayed: true,
      accounts: [{ used: 130, revision: T + 3 }]
    })
    expect(at(book, T, go({}, [used(1)]))).toMatchObject({ _tag: "Conflict", reason: "content" })
  })
  it("a leg without actual is debited 0; cap leaves what the limit leaves", () => {
    const o = at(new Book(), T, go({ overage: "cap" }, [used(130), leg("s")]))
    expect(o.legs.map((l) => [l.debited, l.unbilled])).toEqual([
      [100, 30],
      [0, 0]
    ])
  })
  it("held: the hold is debited as ever", () => {
    expect(at(holding(), T, go({ sentAgoMs: DAY }))).toMatchObject({
      _tag: "Finalized",
      legs: [{ held: 40, unreserved: false }]
    })
  })
  it("undecidable from settled retention less the longest call on: 3,600,000 - 60,000", () => {
    const book = new Book()
    expect(at(book, T, go({ sentAgoMs: 3_540_000 }))).toMatchObject({
      _tag: "Undecidable",
      granted: false,
      replayed: false
    })
    expect(account(book, T).revision).toBe(0)
    expect(at(book, T, go({ sentAgoMs: 3_539_999 }))).toMatchObject({ _tag: "Finalized" })
  })
  it("unknown and unit deny it, in this order; closed does not", () => {
    const book = holding()
    const legs = [used(1, { unit: "usd" }), leg("z", { limit: undefined, actual: 3 })]
    expect(at(book, T, finalize("x", legs, { ifUnknown: "charge" }))).toMatchObject({
      _tag: "Denied",
      reason: "unknown",
      refusals: [{ account: "z", asked: 3, left: 0, limit: null, unit: "tokens", retryInMs: null }]
    })
    const unit = finalize("x", [used(1, { unit: "usd" })], { ifUnknown: "charge" })
    expect(at(book, T, unit)).toMatchObject({
      _tag: "Denied",
      reason: "unit",
      refusals: [{ unit: "tokens", left: 60 }]
    })
  })
})

describe("adjust", () => {
  const setLimit = (id: string, limit: number | null | "code", extra: Extra = {}) =>
    adjust(id, { kind: "setLimit", limit }, extra)
  it("makes the account; a stored limit wins over code; once per id", () => {
    const book = new Book()
    const o = at(book, T, setLimit("j", 50))
    expect(o).toMatchObject({ _tag: "Adjusted", granted: true, replayed: false, legs: [] })
    expect(o.accounts[0]).toMatchObject({
      known: true,
      limit: 50,
      limitFrom: "stored",
      unit: "tokens",
      revision: T + 1
    })
    expect(account(book, T, { limit: 100 })).toMatchObject({ limit: 50, limitFrom: "stored" })
    expect(at(book, T, setLimit("j", 50))).toMatchObject({
      _tag: "Adjusted",
      replayed: true,
      accounts: [{ revision: T + 1 }]
    })
    expect(at(book, T, setLimit("j", 51))).toMatchObject({ _tag: "Conflict", reason: "content" })
    expect(at(book, T, setLimit("k", "code")).accounts[0]).toMatchObject({
      known: false,
      limit: null,
      limitFrom: "none"
    })
    expect(account(book, T)).toMatchObject({ limit: 100, limitFrom: "code" })
    expect(at(book, T, setLimit("l", null)).accounts[0]).toMatchObject({
      limit: null,
      limitFrom: "stored",
      spendable: null
    })
  })
  it("an adjustment that alters nothing is a change", () => {
    const book = new Book()
    at(book, T, setLimit("j", 50))
    expect(at(book, T, setLimit("k", 50)).accounts[0]!.revision).toBe(T + 2)
    expect(at(book, T, adjust("l", { kind: "reopen" })).accounts[0]!.revision).toBe(T + 3)
  })
  it("unit: required for a new account, and the account's", () => {
    const book = new Book()
    expect(at(book, T, setLimit("j", 50, { unit: undefined }))).toMatchObject({
      _tag: "Denied",
      reason: "unit",
      refusals: [{ asked: 0, unit: null, left: 0, limit: null, retryInMs: null }]
    })
    at(book, T, setLimit("j", 50)) // a refused one is not remembered
    expect(at(book, T, setLimit("k", 50, { unit: "usd" }))).toMatchObject({ _tag: "Denied", reason: "unit" })
    expect(at(book, T, setLimit("k", 60, { unit: undefined }))).toMatchObject({ _tag: "Adjusted" })
  })
  it("credit: needs a stored number, stays >= 0, must not overflow", () => {
    const book = new Book()
    const credit = (id: string, amount: number) => at(book, T, adjust(id, { kind: "credit", amount }, { limit: 100 }))
    expect(credit("a", 5)).toMatchObject({
      _tag: "Denied",
      reason: "limit",
      refusals: [{ asked: 5, left: null, limit: null, retryInMs: null }]
    })
    at(book, T, setLimit("j", 50))
    expect(credit("a", -51)).toMatchObject({
      _tag: "Denied",
      reason: "limit",
      refusals: [{ asked: -51, left: 50, limit: 50 }]
    })
    expect(credit("a", -50)).toMatchObject({ _tag: "Adjusted", accounts: [{ limit: 0, status: "blocked" }] })
    expect(credit("b", 30)).toMatchObject({ _tag: "Adjusted", accounts: [{ limit: 30 }] })
    expect(credit("c", MAX)).toMatchObject({ _tag: "Denied", reason: "overflow", retryInMs: null })
  })
  it("reset: used := 0, holds stay; close and reopen", () => {
    const book = holding()
    at(book, T, charge("c", [leg("a", { amount: 9 })]))
    expect(sums(at(book, T, adjust("j", { kind: "reset" }, { limit: 100 })).accounts[0]!)).toEqual([0, 40, T + 3, 0])
    at(book, T, adjust("k", { kind: "close" }))
    expect(account(book, T)).toMatchObject({ open: false, status: "blocked", spendable: 60 })
    expect(at(book, T, reserve("x", [hold(1)]))).toMatchObject({
      _tag: "Denied",
      reason: "closed",
      refusals: [{ left: 60 }]
    })
    at(book, T, adjust("l", { kind: "reopen" }))
    expect(at(book, T, reserve("x", [hold(1)]))).toMatchObject({ _tag: "Granted" })
  })
  it("its ids are a space of their own, per account", () => {
    const book = holding()
    expect(at(book, T, adjust("r", { kind: "reset" }))).toMatchObject({ _tag: "Adjusted", replayed: false })
    expect(at(book, T, adjust("r", { kind: "close" }, { account: "b" }))).toMatchObject({ _tag: "Adjusted" })
    expect(at(book, T, lookup("r"))).toMatchObject({ _tag: "Found", legs: [{ state: "held" }] })
  })
})

describe("fixed windows", () => {
  const window: Window = { kind: "fixed", lengthMs: 60_000 }
  const start = 1_020_000 // 17 minutes: the window [1,020,000, 1,080,000)
  const w = (amount: number, extra: Extra = {}) => hold(amount, { window, ...extra })
  const on = (book: Book, now: number) => account(book, now, { window })
  it("roll in place at their end, one revision; the time to reset is that of the open one", () => {
    const book = new Book()
    expect(at(book, start + 10_000, reserve("r", [w(40)])).accounts[0]!.resetsInMs).toBe(50_000)
    at(book, start + 10_000, charge("c", [leg("a", { window, amount: 20 })]))
    expect(sums(on(book, start + 59_999))).toEqual([20, 0, start + 10_000 + 3, 0]) // the tick at start + 20,000
    expect(on(book, start + 60_000)).toMatchObject({ used: 0, period: 1, revision: start + 10_004, resetsInMs: 60_000 })
  })
  it("a clock that wobbles over the boundary gives the limit only once", () => {
    const book = new Book()
    at(book, start + 59_999, charge("c", [leg("a", { window, amount: 100 })]))
    expect(at(book, start + 60_000, reserve("r", [w(100)]))).toMatchObject({
      _tag: "Granted",
      accounts: [{ period: 1 }]
    })
    // Back by 2 ms, and up to a whole window: the clock's window ends at the stored start, not before it.
    expect(on(book, start + 59_998)).toMatchObject({ period: 1, reserved: 100, resetsInMs: 60_002 })
    expect(on(book, start)).toMatchObject({ period: 1, reserved: 100, resetsInMs: 120_000 })
    expect(on(book, start - 1)).toMatchObject({ period: 2, reserved: 0, resetsInMs: 1 })
  })
  it("a denied command rolls too, and it stays done", () => {
    const book = new Book()
    at(book, start, charge("c", [leg("a", { window, amount: 100 })]))
    expect(at(book, start + 60_000, reserve("r", [w(101)]))).toMatchObject({
      _tag: "Denied",
      accounts: [{ period: 1 }]
    })
    // Back in the old window: no window is open, so nothing rolls, and time to the end of the clock's.
    expect(on(book, start + 59_000)).toMatchObject({ period: 1, used: 0, resetsInMs: 1_000 })
    expect(on(new Book(), start + 59_000)).toMatchObject({ period: 0, resetsInMs: 1_000 })
  })
  it("rolls once, however many windows went by", () => {
    const book = new Book()
    at(book, start, charge("c", [leg("a", { window, amount: 100 })]))
    expect(on(book, start + 10 * 60_000)).toMatchObject({ period: 1, revision: start + 2 })
  })
  it("a clock that had been far ahead: rolls when its own window ends before the stored start", () => {
    const book = new Book()
    at(book, start + DAY, charge("c", [leg("a", { window, amount: 100 })]))
    expect(on(book, start)).toMatchObject({ period: 1, used: 0 })
  })
  it("an entry of an earlier period moves no sums; its ending charges what it debits above its hold", () => {
    const book = new Book()
    at(book, start + 59_000, reserve("r", [w(40)], 30_000))
    at(book, start + 60_000, reserve("s", [w(7)], 30_000))
    expect(on(book, start + 60_000)).toMatchObject({ reserved: 7, used: 0 })
    const o = at(book, start + 61_000, finalize("r", [used(43, { window })]))
    expect(o).toMatchObject({
      accounts: [{ used: 3, reserved: 7 }],
      legs: [{ debited: 43, overage: 3, windowPassed: true }]
    })
  })
  it("an earlier hold that expires moves none, and late adds what is above its hold", () => {
    const book = new Book()
    at(book, start + 59_000, reserve("r", [w(40)], 5_000))
    at(book, start + 60_000, extend("r", [leg("a", { window })], { whenUnknown: "charge-held" }))
    expect(on(book, start + 64_000)).toMatchObject({ used: 0, reserved: 0 })
    expect(at(book, start + 64_000, lookup("r", [leg("a", { window })])).legs[0]).toMatchObject({
      state: "expired",
      debited: 40
    })
    const o = at(book, start + 64_000, finalize("r", [used(41, { window })]))
    expect(o).toMatchObject({ accounts: [{ used: 1 }], legs: [{ debited: 41, late: true, windowPassed: true }] })
  })
  it("an earlier entry is renewed, not grown, on any leg", () => {
    const book = new Book()
    at(book, start + 59_000, reserve("r", [w(40), leg("b", { amount: 1, settle: "actual" })], 5_000))
    const grow = extend("r", [leg("a", { window }), leg("b", { total: 4 })], { ttlMs: 9_000 })
    const o = at(book, start + 60_000, grow)
    expect(o).toMatchObject({ _tag: "Extended", grown: false, denial: { reason: "windowPassed", retryInMs: null } })
    expect(o).toMatchObject({ denial: { refusals: [{ account: "a", asked: 0, left: 100 }] } })
    expect(o.legs.map((l) => [l.held, l.expiresInMs])).toEqual([
      [40, 9_000],
      [1, 9_000]
    ])
    expect(at(book, start + 60_000, extend("r", [leg("a", { window }), leg("b")]))).toMatchObject({
      grown: true,
      replayed: true
    })
  })
})

describe("calendar windows", () => {
  const window: Window = { kind: "calendar", every: "day", timeZone: "UTC", starts: [0, DAY, 2 * DAY, 3 * DAY] }
  const c = (amount: number, extra: Extra = {}) => charge("c", [leg("a", { window, amount, ...extra })])
  it("take the window that the clock falls in, and roll at its end", () => {
    const book = new Book()
    const o = at(book, DAY + 5, c(10))
    expect(o.accounts[0]).toMatchObject({
      resetsInMs: DAY - 5,
      window: { kind: "calendar", every: "day", timeZone: "UTC" }
    })
    expect(o.accounts[0]!.window).not.toHaveProperty("starts")
    expect(account(book, 2 * DAY, { window })).toMatchObject({ period: 1, used: 0, resetsInMs: DAY })
  })
  it("are one account, whatever starts the caller sends", () => {
    const book = new Book()
    at(book, DAY + 5, c(10))
    const other = { ...window, starts: [DAY, 2 * DAY, 3 * DAY, 4 * DAY] as const }
    expect(account(book, DAY + 6, { window: other }).used).toBe(10)
    expect(at(book, DAY + 6, c(10, { window: other }))).toMatchObject({ _tag: "Charged", replayed: true })
  })
  it("outside: NotApplied clock, nothing is settled, no time is written; a read is null", () => {
    const book = new Book()
    at(book, DAY, c(10))
    for (const now of [3 * DAY, 4 * DAY])
      expect(at(book, now, c(10))).toMatchObject({
        _tag: "NotApplied",
        reason: "clock",
        granted: false,
        replayed: false
      })
    expect(account(book, DAY + 1, { window })).toMatchObject({ timeMs: DAY + 1, used: 10 })
    expect(book.usage([leg("a"), leg("a", { window })], 3 * DAY)).toBeNull()
  })
})

describe("idle windows", () => {
  const window: Window = { kind: "idle", idleMs: 60_000 }
  const on = (book: Book, now: number) => account(book, now, { window })
  const book = (): Book => {
    const made = new Book()
    at(made, T, charge("c", [leg("a", { window, amount: 9 })]))
    return made
  }
  it("roll after a silence from the last change, not from reads or denials", () => {
    const b = book()
    expect(on(b, T + 59_999)).toMatchObject({ used: 9, period: 0, resetsInMs: 1 })
    at(b, T + 59_999, reserve("x", [hold(101, { window })]))
    expect(on(b, T + 60_000)).toMatchObject({ used: 0, period: 1, resetsInMs: 60_000 })
  })
  it("an account with a live hold is not silent; an expiry counts at its tick", () => {
    const b = book()
    at(b, T, reserve("r", [hold(1, { window })], 90_000))
    expect(on(b, T + 89_999)).toMatchObject({ used: 9, reserved: 1, period: 0, resetsInMs: 60_000 })
    expect(on(b, T + 90_000)).toMatchObject({ reserved: 0, period: 0, resetsInMs: 60_000 })
    expect(on(b, T + 149_999)).toMatchObject({ period: 0, resetsInMs: 1 })
    expect(on(b, T + 150_000)).toMatchObject({ used: 0, period: 1 })
  })
  it("a window without a change is never rolled", () => {
    const b = book()
    at(b, T + 60_000, reserve("x", [hold(101, { window })])) // rolls
    expect(on(b, T + 600_000)).toMatchObject({ period: 1, revision: T + 2, resetsInMs: 60_000 })
  })
})

describe("forgetting", () => {
  const WEEK = 7 * DAY
  it("a settled entry is none an hour after its last change", () => {
    const book = holding()
    at(book, T + 5, finalize("r", [used(4)]))
    expect(at(book, T + 5 + HOUR - 1, lookup("r"))).toMatchObject({ _tag: "Found" })
    const o = at(book, T + 5 + HOUR, lookup("r"))
    expect(o).toMatchObject({ _tag: "Unknown", granted: false, accounts: [{ used: 4, revision: T + 2 }] })
    expect(at(book, T + 5 + HOUR, reserve("r", [hold(1)]))).toMatchObject({ _tag: "Granted", replayed: false })
  })
  it("marks and charges likewise", () => {
    const book = new Book()
    at(book, T, release("m"))
    at(book, T, charge("c", [leg("a", { amount: 4 })]))
    expect(at(book, T + HOUR - 1, reserve("m", [hold(1)]))).toMatchObject({ _tag: "Conflict" })
    expect(at(book, T + HOUR, charge("c", [leg("a", { amount: 4 })]))).toMatchObject({
      replayed: false,
      accounts: [{ used: 8 }]
    })
  })
  it("an expired one waits a week after its deadline for its late finalize", () => {
    const book = holding()
    at(book, T, charge("c", [leg("a", { amount: 1 })])) // used > 0: the account is kept
    const end = T + 10_000 + WEEK
    expect(at(book, end - 1, lookup("r"))).toMatchObject({ _tag: "Found" })
    expect(at(book, end, finalize("r", [used(4)]))).toMatchObject({ _tag: "Unknown", legs: [{ state: "marked" }] })
  })
  it("an idle empty account is forgotten a week after its last change, and starts its revision at that time", () => {
    const book = holding()
    at(book, T, release("r"))
    expect(account(book, T + WEEK - 1)).toMatchObject({ unit: "tokens", revision: T + 2 })
    expect(account(book, T + WEEK)).toMatchObject({ unit: null, revision: 0, period: 0, timeMs: T + WEEK })
    const o = at(book, T + WEEK, reserve("x", [hold(1, { unit: "usd" })]))
    expect(o).toMatchObject({ _tag: "Granted", accounts: [{ unit: "usd", revision: T + WEEK + 1 }] })
  })
  it("its adjustments go with it; but a stored limit, a closed door, a hold or a use keeps it", () => {
    const reset = adjust("j", { kind: "reset" })
    const book = new Book()
    at(book, T, reset)
    expect(at(book, T + WEEK - 1, reset).replayed).toBe(true)
    expect(at(book, T + WEEK, reset).replayed).toBe(false)
    for (const keep of [
      adjust("k", { kind: "setLimit", limit: null }),
      adjust("k", { kind: "close" }),
      charge("c", [leg("a", { amount: 1 })]),
      reserve("r", [hold(1)], WEEK + 1)
    ]) {
      const kept = new Book()
      at(kept, T, keep)
      expect(account(kept, T + WEEK).revision).toBe(T + 1)
    }
  })
  it("the roll is done on paper, the expiry counts at its tick", () => {
    const window: Window = { kind: "fixed", lengthMs: 60_000 }
    const book = new Book()
    at(book, T, charge("c", [leg("a", { window, amount: 9 })]))
    expect(account(book, T + WEEK, { window })).toMatchObject({ revision: 0, period: 0 })
    const expiring = holding()
    expect(account(expiring, T + 10_000 + WEEK - 1)).toMatchObject({ revision: T + 2, unit: "tokens" })
    expect(account(expiring, T + 10_000 + WEEK)).toMatchObject({ revision: 0, unit: null })
  })
  it("its own settings", () => {
    const book = new Book({ settledRetentionMs: 1_000 })
    at(book, T, charge("c", [leg("a", { amount: 4 })]))
    expect(at(book, T + 1_000, lookup("c"))).toMatchObject({ _tag: "Unknown" })
  })
})

describe("precedence of refusals", () => {
  it("the id comes before the ranks", () => {
    const book = holding()
    at(book, T, adjust("j", { kind: "close" }))
    expect(at(book, T, reserve("r", [hold(40)]))).toMatchObject({ _tag: "Granted", replayed: true })
    expect(at(book, T, reserve("r", [hold(41)]))).toMatchObject({ _tag: "Conflict" })
  })
  it("rank by rank, all accounts of the rank, in byte order of id and window name", () => {
    const book = new Book()
    const unlimited = { limit: null }
    at(book, T, charge("c", [leg("u", { amount: 1, unit: "usd" }), leg("o", { amount: MAX, ...unlimited })]))
    at(book, T, adjust("j", { kind: "close" }, { account: "x" }))
    const l = (account: string, extra: Extra = {}) => leg(account, { amount: 101, settle: "actual", ...extra })
    const overflow = l("o", unlimited)
    const limit = [l("\u{1F600}"), l("\uFF5E"), l("z"), l("z", { window: { kind: "fixed", lengthMs: 10_000 } })]
    const ranks = (legs: ReadonlyArray<never>) => {
      const o = at(book, T, reserve("r", legs))
      return o._tag === "Denied" ? [o.reason, ...o.refusals.map((r) => `${r.account} ${r.window.kind}`)] : [o._tag]
    }
    const all = [...limit, overflow, l("u"), l("x"), l("n", { limit: undefined })]
    expect(ranks(all)).toEqual(["unknown", "n none"])
    expect(ranks(all.slice(0, -1))).toEqual(["closed", "x none"])
    expect(ranks(all.slice(0, -2))).toEqual(["unit", "u none"])
    expect(ranks(all.slice(0, -3))).toEqual(["overflow", "o none"])
    // UTF-8: z is 7A, U+FF5E is EF.., U+1F600 is F0..; "fixed:10000" before "none".
    expect(ranks(limit)).toEqual(["limit", "z fixed", "z none", "\uFF5E none", "\u{1F600} none"])
  })
  it("overflow is only of an unlimited account at a reserve, and names an ending's debit", () => {
    const book = new Book()
    const top = { limit: MAX }
    at(book, T, charge("c", [leg("a", { amount: MAX - 1, ...top })]))
    expect(at(book, T, reserve("x", [hold(2, top)]))).toMatchObject({ _tag: "Denied", reason: "limit" })
    at(book, T, reserve("r", [hold(1, top)]))
    expect(at(book, T, finalize("r", [used(2, top)]))).toMatchObject({
      _tag: "Denied",
      reason: "overflow",
      refusals: [{ asked: 2, left: 0, limit: MAX, retryInMs: null }],
      accounts: [{ used: MAX - 1, reserved: 1 }]
    })
    expect(at(book, T, finalize("r", [used(1, top)]))).toMatchObject({ _tag: "Finalized", accounts: [{ used: MAX }] })
  })
  it("counts exactly at the edge: 2^52 + 1 grows to 2^53 - 1, and not with 1 more beside it", () => {
    const free = { limit: null }
    const grow = extend("r", [leg("a", { total: MAX, ...free })])
    const book = new Book()
    at(book, T, reserve("r", [hold(2 ** 52 + 1, free)]))
    expect(at(book, T, grow)).toMatchObject({ grown: true, accounts: [{ reserved: MAX }] })
    const full = new Book()
    at(full, T, reserve("r", [hold(2 ** 52 + 1, free)]))
    at(full, T, charge("c", [leg("a", { amount: 1, ...free })]))
    expect(at(full, T, grow)).toMatchObject({
      grown: false,
      denial: { reason: "overflow", refusals: [{ left: null }] }
    })
  })
})

describe("retryInMs", () => {
  const window: Window = { kind: "fixed", lengthMs: 60_000 }
  const start = 1_020_000
  const retry = (book: Book, now: number, legs: ReadonlyArray<never>) => {
    const o = at(book, now, reserve("x", legs))
    return o._tag === "Denied" ? [o.retryInMs, ...o.refusals.map((r) => r.retryInMs)] : o._tag
  }
  it("never if the amount passes the limit; the window's end if what is used leaves too little", () => {
    const book = new Book()
    at(book, start, charge("c", [leg("a", { amount: 50, window }), leg("b", { amount: 50 })]))
    expect(retry(book, start + 1, [hold(101, { window })])).toEqual([null, null])
    expect(retry(book, start + 1, [hold(51, { window })])).toEqual([59_999, 59_999])
    expect(retry(book, start + 1, [leg("b", { amount: 51, settle: "actual" })])).toEqual([null, null])
  })
  it("else the earlier of that and the first deadline of the present period", () => {
    const book = new Book()
    at(book, start, reserve("r", [hold(50, { window })], 90_000))
    at(book, start, reserve("s", [hold(10, { window })], 70_000))
    expect(retry(book, start + 1, [hold(60, { window })])).toEqual([59_999, 59_999])
    at(book, start + 1, reserve("t", [hold(10, { window })], 7_000))
    expect(retry(book, start + 1, [hold(60, { window })])).toEqual([7_999, 7_999])
  })
  it("the latest of the accounts counts, and never wins", () => {
    const book = new Book()
    const b = leg("b", { amount: 60, settle: "actual" })
    at(book, start, reserve("r", [hold(60, { window })], 5_000))
    at(book, start, reserve("s", [leg("b", { amount: 60, settle: "actual" })], 9_000))
    expect(retry(book, start, [b, hold(60, { window })])).toEqual([9_000, 5_000, 9_000])
    expect(retry(book, start, [b, hold(101, { window })])).toEqual([null, null, 9_000])
  })
})

describe("status", () => {
  const status = (amount: number, extra: Extra) =>
    at(new Book(), T, charge("c", [leg("a", { amount, ...extra })])).accounts[0]!.status
  it("warns from 8,000 basis points on, rounded up: of 99, 79.2 becomes 80", () => {
    expect([status(79, { limit: 99 }), status(80, { limit: 99 }), status(99, { limit: 99 })]).toEqual([
      "ok",
      "warning",
      "blocked"
    ])
  })
  it("exactly, for a limit that times 8,000 would not fit: ceil(0.8 * (2^53 - 1)) = 7,205,759,403,792,793", () => {
    // 0.8 * 9,007,199,254,740,991 = 7,205,759,403,792,792.8
    expect(status(7_205_759_403_792_792, { limit: MAX })).toBe("ok")
    expect(status(7_205_759_403_792_793, { limit: MAX })).toBe("warning")
  })
  it("an amount, also without a limit; basis points of no limit never", () => {
    expect([status(5, { limit: null, warnAt: { amount: 5 } }), status(5, { warnAt: { amount: 6 } })]).toEqual([
      "warning",
      "ok"
    ])
    expect([status(MAX, { limit: null }), status(0, { limit: null, warnAt: { basisPoints: 0 } })]).toEqual(["ok", "ok"])
  })
})

describe("reads", () => {
  it("an unknown account: zeros, but unit, revision, period and time as they are", () => {
    const o = account(holding(), T + 1, { limit: undefined })
    expect(o).toMatchObject({
      known: false,
      limit: null,
      limitFrom: "none",
      used: 0,
      reserved: 0,
      spendable: 0,
      debt: 0
    })
    expect(o).toMatchObject({
      status: "blocked",
      unit: "tokens",
      open: true,
      revision: T + 1,
      resetsInMs: null,
      timeMs: T + 1
    })
  })
  it("lookup: unknown if there is nothing or a mark, else found; it replays nothing", () => {
    const book = holding()
    expect(at(book, T, lookup("r"))).toMatchObject({ _tag: "Found", granted: true, replayed: false })
    expect(at(book, T, lookup("x"))).toMatchObject({ _tag: "Unknown", granted: false })
    at(book, T, release("x"))
    expect(at(book, T, lookup("x"))).toMatchObject({ _tag: "Unknown", legs: [{ state: "marked" }] })
  })
  it("holds: live ones of the account, in byte order", () => {
    const window: Window = { kind: "fixed", lengthMs: 60_000 }
    const book = new Book()
    const w = (amount: number) => hold(amount, { window })
    at(book, 1_079_000, reserve("\u{1F600}", [w(4)], 9_000))
    at(book, 1_080_000, reserve("b", [w(1)]))
    at(book, 1_080_000, reserve("\uFF5E", [w(2)]))
    at(book, 1_080_000, reserve("short", [w(3)], 1_000))
    at(book, 1_080_000, extend("b", [leg("a", { window, total: 5, measured: 0 })]))
    expect(book.holds({ account: "a", window }, 1_081_000)).toStrictEqual([
      { id: "b", held: 5, measured: 0, expiresInMs: 9_000, windowPassed: false },
      { id: "\uFF5E", held: 2, measured: null, expiresInMs: 9_000, windowPassed: false },
      { id: "\u{1F600}", held: 4, measured: null, expiresInMs: 7_000, windowPassed: true }
    ])
    expect(book.holds({ account: "a" }, 1_081_000)).toEqual([])
  })
})
