import { assert, describe, it } from "vitest"

import { parseTimestamp } from "../../src/replay/timestamp.ts"
import { parseTrace } from "../../src/replay/trace.ts"

const header = "TIMESTAMP,ContextTokens,GeneratedTokens"
const good = "2023-11-16 18:15:46.6805900,374,44"
const parse = (text: string, skip = false) => parseTrace("t.csv", text, skip)

describe("a timestamp", () => {
  it("is UTC, with up to nine decimals that are cut off to milliseconds", () => {
    assert.strictEqual(parseTimestamp("2023-11-16 18:15:46.6805900"), Date.UTC(2023, 10, 16, 18, 15, 46, 680))
    assert.strictEqual(parseTimestamp("2023-11-16 18:15:46"), Date.UTC(2023, 10, 16, 18, 15, 46))
    assert.strictEqual(parseTimestamp("2023-11-16T18:15:46.5Z"), Date.UTC(2023, 10, 16, 18, 15, 46, 500))
  })

  it("is right on every day of four centuries", () => {
    for (let day = Date.UTC(1799, 0, 1); day < Date.UTC(2201, 0, 1); day += 86_400_000) {
      const text = new Date(day).toISOString()
      if (parseTimestamp(text) !== day) assert.fail(text)
    }
  })

  it("is refused if there is no such time", () => {
    const wrong = ["2023-02-29 00:00:00", "2023-13-01 00:00:00", "2023-00-01 00:00:00", "2023-04-31 00:00:00"]
    for (const text of [
      ...wrong,
      "2023-01-01 24:00:00",
      "2023-01-01 00:60:00",
      "2023-01-01",
      "soon",
      "",
      "1700000000"
    ]) {
      assert.isUndefined(parseTimestamp(text), text)
    }
  })
})

describe("a trace", () => {
  it("finds its columns by name, in any order, beside others", () => {
    const { rows } = parse(
      `GeneratedTokens,model,TIMESTAMP, ContextTokens \r\n44,"a, b",2023-11-16 18:15:46.6805900,374\r\n`
    )
    assert.deepStrictEqual(rows, [
      { atMs: Date.UTC(2023, 10, 16, 18, 15, 46, 680), promptTokens: 374, outputTokens: 44 }
    ])
  })

  it("may end with empty lines", () => assert.strictEqual(parse(`${header}\n${good}\n\n\n`).rows.length, 1))

  const bad: ReadonlyArray<readonly [row: string, problem: RegExp]> = [
    ["2023-11-16 18:15:50,-3,44", /ContextTokens must be an integer from 0 to 1000000000, was "-3"/],
    ["2023-11-16 18:15:50,3,4.5", /GeneratedTokens must be an integer .*, was "4.5"/],
    ["2023-11-16 18:15:50,,44", /ContextTokens must be an integer .*, was missing/],
    ["2023-11-16 18:15:50,1e3,44", /ContextTokens .* "1e3"/],
    ["2023-11-16 18:15:50,9999999999,44", /ContextTokens .* "9999999999"/],
    ["2023-11-16 18:15:50,3", /it has 2 fields, the header 3/],
    ["2023-11-16 18:15:50,3,4,5", /it has 4 fields, the header 3/],
    ["yesterday,3,4", /TIMESTAMP must be a UTC time like .*, was "yesterday"/],
    ["2023-11-16 18:15:46.679,3,4", /TIMESTAMP goes back/],
    ['"2023-11-16 18:15:50"x,3,4', /behind a closing quote/]
  ]
  for (const [row, problem] of bad) {
    it(`refuses the row ${row} by its line`, () => {
      const text = `${header}\n${good}\n${row}\n`
      assert.throws(() => parse(text), problem)
      assert.throws(() => parse(text), /^t\.csv: line 3: .*--skip-bad-rows/)
      const { rows, skipped } = parse(text, true)
      assert.strictEqual(rows.length, 1)
      assert.deepStrictEqual(
        skipped.map(({ line }) => line),
        [3]
      )
    })
  }

  it("refuses an empty line between rows", () => {
    assert.throws(() => parse(`${header}\n${good}\n\n${good}\n`), /line 3: it has 1 field, the header 3/)
  })

  it("refuses a header without a column, or with one twice, also when bad rows are skipped", () => {
    const refused = (text: string, problem: RegExp) => assert.throws(() => parse(text, true), problem)
    refused("TIMESTAMP,ContextTokens\n", /no column GeneratedTokens; there are: TIMESTAMP, ContextTokens/)
    refused(`${header},TIMESTAMP\n`, /two columns are named TIMESTAMP/)
    refused("", /t\.csv is empty: it needs a header/)
  })

  it("refuses to be without rows", () => {
    assert.throws(() => parse(header), /t\.csv has no rows/)
    assert.throws(() => parse(`${header}\nx,y,z\n`, true), /t\.csv has no good rows/)
  })
})
