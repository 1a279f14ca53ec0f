/**
 * Windows of the world's accounts. Calendar windows travel with their starts, computed around the time at which a client sends.
 */
import { calendarStarts } from "@tallystick/core/machine"
import type { CalendarUnit, Window } from "@tallystick/core/machine"

/** A window without the times of a command. */
export type WindowPlan = Exclude<Window, { readonly kind: "calendar" }> | CalendarPlan

export interface CalendarPlan {
  readonly kind: "calendar"
  readonly every: CalendarUnit
  readonly timeZone: string
}

const none: WindowPlan = { kind: "none" }
const fixed10s: WindowPlan = { kind: "fixed", lengthMs: 10_000 }
const fixed1h: WindowPlan = { kind: "fixed", lengthMs: 3_600_000 }
const idle30s: WindowPlan = { kind: "idle", idleMs: 30_000 }
const idle5s: WindowPlan = { kind: "idle", idleMs: 5_000 }
const dayBerlin: WindowPlan = { kind: "calendar", every: "day", timeZone: "Europe/Berlin" }
const weekUtc: WindowPlan = { kind: "calendar", every: "week", timeZone: "UTC" }
const monthNewYork: WindowPlan = { kind: "calendar", every: "month", timeZone: "America/New_York" }

const plans: ReadonlyArray<readonly [WindowPlan, WindowPlan, WindowPlan]> = [
  [none, none, none],
  [fixed10s, none, idle30s],
  [none, fixed10s, fixed1h],
  [idle5s, fixed10s, none],
  [dayBerlin, none, fixed10s],
  [fixed10s, fixed10s, fixed10s],
  [none, idle30s, dayBerlin],
  [dayBerlin, fixed1h, weekUtc],
  [idle30s, monthNewYork, none]
]

/** The windows of three accounts; none in a quarter of the worlds. */
export const windowPlans = (number: number): readonly [WindowPlan, WindowPlan, WindowPlan] =>
  plans[number < 48 ? 0 : number % plans.length]!

/** Starts of calendar windows that were asked for, by name: `Intl` takes a tenth of a millisecond for one, and runs share their times. */
const known = new Map<string, Array<Window & { readonly kind: "calendar" }>>()

/** The window as a command carries it that is sent at this time. */
export const windowAt = (plan: WindowPlan, nowMs: number): Window => {
  if (plan.kind !== "calendar") return plan
  const name = `${plan.every} ${plan.timeZone}`
  let windows = known.get(name)
  if (windows === undefined) {
    windows = []
    known.set(name, windows)
  }
  for (const window of windows) if (nowMs >= window.starts[1] && nowMs < window.starts[2]) return window
  const made = { ...plan, starts: calendarStarts(plan.every, plan.timeZone, nowMs) }
  windows.push(made)
  return made
}

/** A clock that is this far behind computes starts that the store's clock lies beyond. */
export const staleBy = (plan: WindowPlan): number => {
  if (plan.kind !== "calendar") return 0
  return plan.every === "day" ? 3 * 86_400_000 : plan.every === "week" ? 21 * 86_400_000 : 93 * 86_400_000
}
