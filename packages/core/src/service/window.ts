/**
 * From the windows that users write to those that commands carry.
 */
import { calendarStarts } from "../machine/calendar.ts"
import { InvalidInput } from "../machine/invalid-input.ts"
import { readWindow } from "../machine/read-account.ts"
import type { CalendarUnit, CalendarWindow, Window, WindowName } from "../machine/window.ts"
import { readChoice, readObject, readText, refuseOtherKeys } from "./check.ts"

const everies: ReadonlyArray<CalendarUnit> = ["day", "week", "month"]

/** There are fewer than 600 zones; names come from callers, so what is kept has a bound. */
const MAX_KEPT = 1_000

const range = '"day", "week", "month", { calendar, timeZone }, { fixedMs } or { idleMs }'

/** Reads the sugar. Throws `InvalidInput` that names the field. */
export const readLimitWindow = (value: unknown, field: string): WindowName => {
  if (value === undefined) return { kind: "none" }
  if (typeof value === "string") {
    const every = everies.find((every) => every === value)
    if (every === undefined) throw new InvalidInput(field, range, value)
    return { kind: "calendar", every, timeZone: "UTC" }
  }
  const fields = readObject(value, field, range)
  if ("calendar" in fields) {
    refuseOtherKeys(fields, field, ["calendar", "timeZone"])
    const every = readChoice(fields["calendar"], `${field}.calendar`, everies)
    const timeZone = readText(fields["timeZone"] ?? "UTC", `${field}.timeZone`)
    return { kind: "calendar", every, timeZone: knownZone(timeZone, `${field}.timeZone`) }
  }
  if ("fixedMs" in fields) {
    refuseOtherKeys(fields, field, ["fixedMs"])
    return renamed(field, "lengthMs", "fixedMs", () =>
      readWindow({ kind: "fixed", lengthMs: fields["fixedMs"] }, field)
    )
  }
  if ("idleMs" in fields) {
    refuseOtherKeys(fields, field, ["idleMs"])
    return readWindow({ kind: "idle", idleMs: fields["idleMs"] }, field)
  }
  throw new InvalidInput(field, range, value)
}

/** A window by the machine's own name, as a handle or a journal carries it. */
export const readWindowName = (value: unknown, field: string): WindowName => {
  const fields = readObject(value, field, "a window")
  if (fields["kind"] !== "calendar") return readWindow(fields, field)
  const every = readChoice(fields["every"], `${field}.every`, everies)
  const timeZone = readText(fields["timeZone"], `${field}.timeZone`)
  return { kind: "calendar", every, timeZone: knownZone(timeZone, `${field}.timeZone`) }
}

/** Errors of the machine name its fields; users wrote others. */
const renamed = <A>(field: string, from: string, to: string, read: () => A): A => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw new InvalidInput(error.field.replace(`${field}.${from}`, `${field}.${to}`), error.range, error.value)
  }
}

const zones = new Set(["UTC"])

const knownZone = (timeZone: string, field: string): string => {
  if (zones.has(timeZone)) return timeZone
  try {
    calendarStarts("day", timeZone, 0)
    if (zones.size >= MAX_KEPT) zones.clear()
    zones.add(timeZone)
    return timeZone
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw new InvalidInput(field, error.range, timeZone)
  }
}

/** Fills in where the windows of the calendar start. */
export type Calendar = (name: WindowName, nowMs: number) => Window

/**
 * A calendar that remembers the starts per zone while the time stays in the window: finding them takes 60 date
 * formats.
 */
export const makeCalendar = (): Calendar => {
  const kept = new Map<string, CalendarWindow["starts"]>()
  return (name, nowMs) => {
    if (name.kind !== "calendar") return name
    const { every, timeZone } = name
    const key = `${every}:${timeZone}`
    let starts = kept.get(key)
    if (starts === undefined || nowMs < starts[1] || nowMs >= starts[2]) {
      starts = calendarStarts(every, timeZone, nowMs)
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(key, starts)
    }
    return { kind: "calendar", every, timeZone, starts }
  }
}
