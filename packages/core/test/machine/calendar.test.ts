/**
 * Starts of calendar windows. Expected instants are written with their offsets, from the zones' published changes.
 */
import { calendarStarts, InvalidInput } from "@tallystick/core/machine"
import type { CalendarUnit } from "@tallystick/core/machine"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

const DAY = 86_400_000

/** The starts around an instant, as UTC texts. */
const startsAt = (every: CalendarUnit, timeZone: string, at: string): ReadonlyArray<string> =>
  calendarStarts(every, timeZone, Date.parse(at)).map((ms) => new Date(ms).toISOString().replace(":00.000Z", "Z"))

const utc = (...instants: ReadonlyArray<string>): ReadonlyArray<string> =>
  instants.map((instant) => new Date(instant).toISOString().replace(":00.000Z", "Z"))

type Row = readonly [what: string, every: CalendarUnit, zone: string, at: string, starts: ReadonlyArray<string>]

test.each<Row>([
  [
    "a day begins at midnight",
    "day",
    "UTC",
    "2024-05-05T00:00Z",
    utc("2024-05-04T00:00Z", "2024-05-05T00:00Z", "2024-05-06T00:00Z", "2024-05-07T00:00Z")
  ],
  [
    "and ends before the next",
    "day",
    "UTC",
    "2024-05-05T23:59:59.999Z",
    utc("2024-05-04T00:00Z", "2024-05-05T00:00Z", "2024-05-06T00:00Z", "2024-05-07T00:00Z")
  ],
  [
    "before the epoch too",
    "day",
    "UTC",
    "1969-12-31T12:00Z",
    utc("1969-12-30T00:00Z", "1969-12-31T00:00Z", "1970-01-01T00:00Z", "1970-01-02T00:00Z")
  ],
  [
    "a week begins on Monday",
    "week",
    "UTC",
    "2024-01-01T00:00Z",
    utc("2023-12-25T00:00Z", "2024-01-01T00:00Z", "2024-01-08T00:00Z", "2024-01-15T00:00Z")
  ],
  [
    "and Sunday is its last day",
    "week",
    "UTC",
    "2024-01-07T23:59Z",
    utc("2023-12-25T00:00Z", "2024-01-01T00:00Z", "2024-01-08T00:00Z", "2024-01-15T00:00Z")
  ],
  [
    "the epoch's week began on Monday, 1969-12-29",
    "week",
    "UTC",
    "1970-01-01T00:00Z",
    utc("1969-12-22T00:00Z", "1969-12-29T00:00Z", "1970-01-05T00:00Z", "1970-01-12T00:00Z")
  ],
  [
    "months of 31, 29, 31: a leap year",
    "month",
    "UTC",
    "2024-02-29T12:00Z",
    utc("2024-01-01T00:00Z", "2024-02-01T00:00Z", "2024-03-01T00:00Z", "2024-04-01T00:00Z")
  ],
  [
    "February of a common year",
    "month",
    "UTC",
    "2023-02-28T23:59Z",
    utc("2023-01-01T00:00Z", "2023-02-01T00:00Z", "2023-03-01T00:00Z", "2023-04-01T00:00Z")
  ],
  [
    "1900 was no leap year",
    "day",
    "UTC",
    "1900-02-28T12:00Z",
    utc("1900-02-27T00:00Z", "1900-02-28T00:00Z", "1900-03-01T00:00Z", "1900-03-02T00:00Z")
  ],
  [
    "2000 was one",
    "day",
    "UTC",
    "2000-02-28T12:00Z",
    utc("2000-02-27T00:00Z", "2000-02-28T00:00Z", "2000-02-29T00:00Z", "2000-03-01T00:00Z")
  ],
  [
    "over the turn of the year",
    "month",
    "UTC",
    "2024-12-31T23:59Z",
    utc("2024-11-01T00:00Z", "2024-12-01T00:00Z", "2025-01-01T00:00Z", "2025-02-01T00:00Z")
  ],
  [
    "December, from January",
    "month",
    "UTC",
    "2025-01-01T00:00Z",
    utc("2024-12-01T00:00Z", "2025-01-01T00:00Z", "2025-02-01T00:00Z", "2025-03-01T00:00Z")
  ],
  // Summer time began on 2024-03-31 at 02:00, and ended on 2024-10-27 at 03:00.
  [
    "Berlin, a day of 23 hours",
    "day",
    "Europe/Berlin",
    "2024-03-31T12:00+02:00",
    utc("2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00", "2024-04-02T00:00+02:00")
  ],
  [
    "Berlin, a day of 25 hours",
    "day",
    "Europe/Berlin",
    "2024-10-27T12:00+01:00",
    utc("2024-10-26T00:00+02:00", "2024-10-27T00:00+02:00", "2024-10-28T00:00+01:00", "2024-10-29T00:00+01:00")
  ],
  [
    "Berlin, in the hour that comes twice",
    "day",
    "Europe/Berlin",
    "2024-10-27T02:30+01:00",
    utc("2024-10-26T00:00+02:00", "2024-10-27T00:00+02:00", "2024-10-28T00:00+01:00", "2024-10-29T00:00+01:00")
  ],
  [
    "Berlin, a week with 23 hours on Sunday",
    "week",
    "Europe/Berlin",
    "2024-03-31T23:59+02:00",
    utc("2024-03-18T00:00+01:00", "2024-03-25T00:00+01:00", "2024-04-01T00:00+02:00", "2024-04-08T00:00+02:00")
  ],
  [
    "Berlin, months",
    "month",
    "Europe/Berlin",
    "2024-03-31T22:30Z",
    utc("2024-03-01T00:00+01:00", "2024-04-01T00:00+02:00", "2024-05-01T00:00+02:00", "2024-06-01T00:00+02:00")
  ],
  [
    "Berlin, October to November",
    "month",
    "Europe/Berlin",
    "2024-10-31T22:30Z",
    utc("2024-09-01T00:00+02:00", "2024-10-01T00:00+02:00", "2024-11-01T00:00+01:00", "2024-12-01T00:00+01:00")
  ],
  // Summer time began on 2017-10-15 at midnight: that day began at 01:00, UTC-2.
  [
    "Sao Paulo, midnight skipped",
    "day",
    "America/Sao_Paulo",
    "2017-10-15T12:00-02:00",
    utc("2017-10-14T00:00-03:00", "2017-10-15T01:00-02:00", "2017-10-16T00:00-02:00", "2017-10-17T00:00-02:00")
  ],
  [
    "Sao Paulo, the second before it",
    "day",
    "America/Sao_Paulo",
    "2017-10-15T02:59:59Z",
    utc("2017-10-13T00:00-03:00", "2017-10-14T00:00-03:00", "2017-10-15T01:00-02:00", "2017-10-16T00:00-02:00")
  ],
  // It ended on 2017-02-19 at midnight: the hour from 23:00 of the 18th came twice.
  [
    "Sao Paulo, the last hour twice",
    "day",
    "America/Sao_Paulo",
    "2017-02-18T23:30-03:00",
    utc("2017-02-17T00:00-02:00", "2017-02-18T00:00-02:00", "2017-02-19T00:00-03:00", "2017-02-20T00:00-03:00")
  ],
  // Samoa went from 2011-12-29 (UTC-10) to 2011-12-31 (UTC+14).
  [
    "Apia, before the day that was skipped: it is no window",
    "day",
    "Pacific/Apia",
    "2011-12-29T12:00-10:00",
    utc("2011-12-28T00:00-10:00", "2011-12-29T00:00-10:00", "2011-12-31T00:00+14:00", "2012-01-01T00:00+14:00")
  ],
  [
    "Apia, after it",
    "day",
    "Pacific/Apia",
    "2011-12-31T12:00+14:00",
    utc("2011-12-29T00:00-10:00", "2011-12-31T00:00+14:00", "2012-01-01T00:00+14:00", "2012-01-02T00:00+14:00")
  ],
  [
    "Apia, a week of six days",
    "week",
    "Pacific/Apia",
    "2011-12-31T12:00+14:00",
    utc("2011-12-19T00:00-10:00", "2011-12-26T00:00-10:00", "2012-01-02T00:00+14:00", "2012-01-09T00:00+14:00")
  ],
  [
    "Apia, months",
    "month",
    "Pacific/Apia",
    "2011-12-31T12:00+14:00",
    utc("2011-11-01T00:00-10:00", "2011-12-01T00:00-10:00", "2012-01-01T00:00+14:00", "2012-02-01T00:00+14:00")
  ],
  [
    "Kiritimati, 14 hours ahead",
    "day",
    "Pacific/Kiritimati",
    "2024-05-05T10:00Z",
    utc("2024-05-05T00:00+14:00", "2024-05-06T00:00+14:00", "2024-05-07T00:00+14:00", "2024-05-08T00:00+14:00")
  ],
  [
    "Kathmandu, three quarters of an hour",
    "day",
    "Asia/Kathmandu",
    "2024-05-05T00:00Z",
    utc("2024-05-04T00:00+05:45", "2024-05-05T00:00+05:45", "2024-05-06T00:00+05:45", "2024-05-07T00:00+05:45")
  ]
])("%s", (_, every, zone, at, starts) => {
  expect(startsAt(every, zone, at)).toEqual(starts)
})

describe("whenever and wherever", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Africa/Monrovia"
  ]
  const every = fc.constantFrom<CalendarUnit>("day", "week", "month")
  const zone = fc.constantFrom(...zones)
  const times = fc.oneof(
    fc.integer({ min: Date.parse("1900-01-01"), max: Date.parse("2100-01-01") }),
    fc.integer({ min: Date.parse("2011-12-28"), max: Date.parse("2012-01-02") }),
    // On 2006-10-29, at 00:01, St. John's went back to 23:01 of the day before.
    fc.integer({ min: Date.parse("2006-10-29T02:00Z"), max: Date.parse("2006-10-29T05:00Z") })
  )

  test("starts rise, and now lies in [starts[1], starts[2])", () => {
    fc.assert(
      fc.property(every, zone, times, (unit, timeZone, now) => {
        const [previous, current, next, after] = calendarStarts(unit, timeZone, now)
        expect(previous).toBeLessThan(current)
        expect(current).toBeLessThan(next)
        expect(next).toBeLessThan(after)
        expect(current).toBeLessThanOrEqual(now)
        expect(now).toBeLessThan(next)
      })
    )
  })
  test("two callers in one window, or in neighbouring ones, agree about its bounds", () => {
    fc.assert(
      fc.property(every, zone, times, (unit, timeZone, now) => {
        const [previous, current, next, after] = calendarStarts(unit, timeZone, now)
        expect(calendarStarts(unit, timeZone, current)).toEqual([previous, current, next, after])
        expect(calendarStarts(unit, timeZone, next - 1)).toEqual([previous, current, next, after])
        expect(calendarStarts(unit, timeZone, next).slice(0, 3)).toEqual([current, next, after])
        expect(calendarStarts(unit, timeZone, current - 1).slice(1)).toEqual([previous, current, next])
      })
    )
  })
})

test("a zone that is not known is refused by name", () => {
  expect(() => calendarStarts("day", "Europe/Atlantis", 0)).toThrow(InvalidInput)
  expect(() => calendarStarts("day", "Europe/Atlantis", 0)).toThrow(
    'timeZone must be the name of a time zone that this JavaScript engine knows, was "Europe/Atlantis"'
  )
})

test("every zone that the engine knows", () => {
  const noon = Date.parse("2024-05-05T12:00Z")
  for (const zone of Intl.supportedValuesOf("timeZone")) {
    const [, current, next] = calendarStarts("day", zone, noon)
    expect([zone, next - current]).toEqual([zone, DAY])
  }
})
