/**
 * Starts of days, weeks and months in a time zone, by the time zone data of `Intl`. Pure: the time is an argument.
 */
import type { CalendarUnit } from "./window.ts"
import { InvalidInput } from "./invalid-input.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Days since the epoch of the date that a clock on the wall shows. */
type WallDay = (ms: number) => number

/**
 * The starts of the windows around a time: previous, current, next, and the one after.
 *
 * @param timeZone an IANA name, for example "Europe/Berlin"
 * @throws InvalidInput if the time zone is not known here
 *
 * @example
 * calendarStarts("day", "UTC", 1_700_000_000_000) // [1699833600000, 1699920000000, 1700006400000, 1700092800000]
 */
export const calendarStarts = (
  every: CalendarUnit,
  timeZone: string,
  nowMs: number
): readonly [number, number, number, number] => {
  const wallDay = wallDayIn(timeZone)
  const day = wallDay(nowMs)
  const start = (offset: number): number => instantOf(windowDay(every, day, offset), wallDay)
  const starts = [start(-1), start(0), start(1), start(2)] as const
  if (isAround(starts, nowMs)) return starts
  // A day that was skipped lasts no time and is no window; where a clock went back over midnight, the wall may show the day before again.
  const rising = [...new Set([start(-2), ...starts, start(3)])]
  const current = rising.findLastIndex((startMs) => startMs <= nowMs)
  return [rising[current - 1]!, rising[current]!, rising[current + 1]!, rising[current + 2]!]
}

const isAround = (
  [previous, current, next, after]: readonly [number, number, number, number],
  nowMs: number
): boolean => previous < current && current <= nowMs && nowMs < next && next < after

/** The first day of the window that `day` is in, or of one that is `offset` windows later. 1970-01-01 was a Thursday: Mondays are 4 modulo 7. */
const windowDay = (every: CalendarUnit, day: number, offset: number): number => {
  switch (every) {
    case "day":
      return day + offset
    case "week":
      return Math.floor((day - 4) / 7) * 7 + 4 + offset * 7
    case "month": {
      const [year, month] = dateOf(day)
      return dayOf(year, month + offset, 1)
    }
  }
}

/** The first instant at which the wall shows this day or a later one (a change of clock may skip midnight, in 2011 Samoa skipped a day). */
const instantOf = (day: number, wallDay: WallDay): number => {
  // Zones lie within 26 hours of UTC; a day that was skipped adds 24. Both ends are whole seconds.
  let before = day * DAY_MS - 50 * HOUR_MS
  let after = day * DAY_MS + 50 * HOUR_MS
  while (after - before > 1_000) {
    const middle = before + Math.floor((after - before) / 2_000) * 1_000
    if (wallDay(middle) >= day) after = middle
    else before = middle
  }
  return after
}

const formats = new Map<string, Intl.DateTimeFormat>()

const formatIn = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  let made: Intl.DateTimeFormat
  try {
    made = new Intl.DateTimeFormat("en-US-u-ca-iso8601", {
      timeZone,
      year: "numeric",
      month: "numeric",
      day: "numeric",
      era: "short"
    })
  } catch {
    throw new InvalidInput("timeZone", "the name of a time zone that this JavaScript engine knows", timeZone)
  }
  // The names come from callers: what is kept has a bound (there are fewer than 600 zones).
  if (formats.size >= 1_000) formats.clear()
  formats.set(timeZone, made)
  return made
}

const wallDayIn = (timeZone: string): WallDay => {
  const format = formatIn(timeZone)
  return (ms) => {
    let year = 0
    let month = 0
    let day = 0
    for (const part of format.formatToParts(ms)) {
      if (part.type === "year") year = Number(part.value)
      else if (part.type === "month") month = Number(part.value)
      else if (part.type === "day") day = Number(part.value)
    }
    return dayOf(year, month, day)
  }
}

/**
 * Days since 1970-01-01 of a date of the Gregorian calendar, and back; a month may lie outside of 1 to 12.
 * After H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days: years from March, eras of 400 years.
 */
const dayOf = (year: number, month: number, day: number): number => {
  const months = year * 12 + (month - 1)
  const fromMarch = Math.floor((months - 2) / 12)
  const monthFromMarch = months - 2 - fromMarch * 12
  const era = Math.floor(fromMarch / 400)
  const yearOfEra = fromMarch - era * 400
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

const dateOf = (days: number): readonly [year: number, month: number] => {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month]
}
