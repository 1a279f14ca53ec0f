/**
 * What the Book must know of the names, the order and the edges of things; nothing here knows of a state. As the Book, it
 * shares no code with core.
 */
import type * as M from "@tallystick/core/machine"

/** A leg of any command. */
export type Leg = M.AccountRef & Partial<Omit<M.ReserveLeg & M.ExtendLeg & M.FinalizeLeg, "unit">>

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
const outside = (now: number) => (leg: Leg) => Number.isNaN(edge(leg.window, now, 0))

/** A deadline lies on a grid of 1,000 ms. */
const gridUp = (ms: number): number => Math.ceil(ms / 1_000) * 1_000

/** Basis points of a limit, rounded up, exactly. Of none (Infinity): NaN, which nothing reaches. */
const share = (limit: number, basisPoints: number): number =>
  Math.floor(limit / 10_000) * basisPoints + Math.ceil(((limit % 10_000) * basisPoints) / 10_000)

const amountOf = (a: M.Adjustment) => (a.kind === "setLimit" ? a.limit : a.kind === "credit" ? a.amount : null)

/** Of their UTF-8. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

const sameAccount = (x: Leg, y: Leg) => x.account === y.account && textOf(x.window) === textOf(y.window)
const sameContent = (x: Leg, y: Leg) => x.unit === y.unit && x.amount === y.amount && x.settle === y.settle
/** Whether two commands name the same accounts; with the same content, as a digest has it (not limits, not `warnAt`). */
const sameLegs = (a: ReadonlyArray<Leg>, b: ReadonlyArray<Leg>, content = false) =>
  a.length === b.length && a.every((x) => b.some((y) => sameAccount(x, y) && (!content || sameContent(x, y))))

export { amountOf, byBytes, edge, gridUp, nameOf, outside, sameLegs, share, textOf }
