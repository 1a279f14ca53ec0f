import { assert, describe, it } from "vitest"

import { csvRecords } from "../../src/replay/csv.ts"

const fields = (text: string) => [...csvRecords(text)].map((record) => record.fields)

describe("records of a CSV", () => {
  it("are split at commas and line ends, LF or CRLF, with or without one at the end", () => {
    const rows = [
      ["a", "b"],
      ["1", "2"]
    ]
    for (const text of ["a,b\n1,2", "a,b\n1,2\n", "a,b\r\n1,2\r\n", "\uFEFFa,b\n1,2\n"]) {
      assert.deepStrictEqual(fields(text), rows)
    }
  })

  it("keep empty fields", () =>
    assert.deepStrictEqual(fields("a,,c\n,\n"), [
      ["a", "", "c"],
      ["", ""]
    ]))

  it("take quoted fields with commas, doubled quotes and line breaks in them", () => {
    assert.deepStrictEqual(fields('"a,b","say ""so""","two\nlines"\n1,2,3'), [
      ["a,b", 'say "so"', "two\nlines"],
      ["1", "2", "3"]
    ])
  })

  it("know the line they begin on, also behind a field of several lines", () => {
    const lines = [...csvRecords('h\n"a\nb\nc"\nlast')].map(({ line }) => line)
    assert.deepStrictEqual(lines, [1, 2, 5])
  })

  it("say what is wrong with a quote, and go on with the next line", () => {
    const records = [...csvRecords('"a"b,1\n"open,2\nx,3\n')]
    assert.deepStrictEqual(
      records.map(({ line, defect }) => [line, defect]),
      [
        [1, 'there is "b" behind a closing quote'],
        [2, "a quote is opened and never closed"],
        [3, null]
      ]
    )
  })

  it("are none of an empty text", () => assert.deepStrictEqual(fields(""), []))
})
