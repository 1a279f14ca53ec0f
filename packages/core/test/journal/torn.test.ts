import { appendFile, readdir, readFile, writeFile } from "node:fs/promises"
import * as path from "node:path"
import * as fc from "fast-check"
import { assert, describe, it } from "vitest"

import { checksumOf, entryLine, readLines, removalLine, keyOf } from "../../src/journal/lines.ts"
import { entryOf } from "./entry.ts"
import { contents, makeFolder, reporting } from "./folder.ts"

const entries = ["a", "ü", "c\u{1F9FE}"].map((id) => entryOf(id))
const bytes = Buffer.from(entries.map(entryLine).join(""))

describe("a torn record", () => {
  it("is set aside and reported; the others of its file are kept", async () => {
    const folder = await makeFolder()
    await reporting(folder).journal.record(entryOf("a"))
    const [name] = await readdir(folder)
    const torn = entryLine(entryOf("b")).slice(0, 100)
    await appendFile(path.join(folder, name!), torn)
    const { ids, problems } = reporting(folder)
    assert.deepEqual(await ids(), ["a"])
    assert.lengthOf(problems, 1)
    const [problem] = problems
    assert.deepInclude(problem, { kind: "corrupt", file: path.join(folder, name!), line: 2 })
    if (problem?.kind === "corrupt") assert.strictEqual(await readFile(problem.setAside, "utf8"), `${torn}\n`)
    // Once: it is not found again.
    const next = reporting(folder)
    assert.deepEqual(await next.ids(), ["a"])
    assert.deepEqual(next.problems, [])
    assert.lengthOf(await contents(folder, ".corrupt"), 1)
  })

  it("of any length loses at most the one that was being written, and says so", () => {
    for (let length = 0; length <= bytes.length; length++) {
      const { corrupt, entries: read } = readLines(bytes.subarray(0, length))
      const whole = bytes.subarray(0, length).filter((byte) => byte === 0x0a).length
      assert.isAtLeast(read.length, whole)
      assert.deepEqual(read, entries.slice(0, read.length))
      const isAtStart = length === 0 || bytes[length - 1] === 0x0a
      assert.strictEqual(corrupt.length + read.length, isAtStart ? whole : whole + 1)
    }
  })

  it("any damage to bytes of one line hurts no other line", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(bytes)
        damaged[at] = damaged[at]! ^ change
        const { corrupt, entries: read } = readLines(damaged)
        const kept = entries.filter((entry) => read.some((other) => keyOf(other) === keyOf(entry)))
        assert.isAbove(corrupt.length, 0)
        // A line break that is damaged joins two lines.
        assert.isAtLeast(kept.length, bytes[at] === 0x0a ? 1 : 2)
        assert.lengthOf(read, kept.length)
      }),
      { numRuns: 1_000, seed: 5 }
    )
  })

  it("through the files: any truncation gives all whole records and reports the rest", async () => {
    const folder = await makeFolder()
    const cut = fc.integer({ min: 1, max: bytes.length })
    await fc.assert(
      fc.asyncProperty(cut, async (length) => {
        await writeFile(path.join(folder, "x.journal"), bytes.subarray(0, length))
        const { journal, problems } = reporting(folder)
        const read = await journal.pending(10)
        const { corrupt, entries: expected } = readLines(bytes.subarray(0, length))
        assert.deepEqual(read, expected)
        assert.lengthOf(problems, corrupt.length)
        for (const { ending } of read) await journal.remove(ending.id)
        assert.deepEqual(await contents(folder, ".journal"), [])
      }),
      { numRuns: 30, seed: 5 }
    )
  })
})

describe("a record of another version", () => {
  const lineOf = (content: unknown) => `${checksumOf(JSON.stringify(content))} ${JSON.stringify(content)}\n`
  const whole = entryOf("a")
  const leg = whole.ending.legs[0]!
  const cases: ReadonlyArray<readonly [string, unknown]> = [
    ["entry", 5],
    ["ending", { ...whole, ending: undefined }],
    ["ending.kind", entryOf("a", 1, { kind: "reserve" as never })],
    ["ending.knownAtMs", entryOf("a", 1, { knownAtMs: -1 })],
    ["ending.legs", entryOf("a", 1, { legs: [] })],
    ["ending.legs[0].amount", entryOf("a", 0.5)],
    [
      "ending.legs[0].window.timeZone",
      entryOf("a", 1, { legs: [{ ...leg, window: { kind: "calendar", every: "day", timeZone: "Nowhere" } }] })
    ],
    ["ending.legs[1].account", entryOf("a", 1, { legs: [leg, leg] })]
  ]
  for (const [field, entry] of cases)
    it(`names ${field}`, () => {
      const { corrupt, entries: read } = readLines(Buffer.from(lineOf({ entry }) + entryLine(whole)))
      assert.include(corrupt[0]!.because, field)
      assert.deepEqual(read, [whole])
    })

  it("knows a removal", () => {
    const text = entryLine(whole) + entryLine(entryOf("b")) + removalLine(keyOf(whole))
    assert.deepEqual(readLines(Buffer.from(text)), { entries: [entryOf("b")], corrupt: [] })
  })
})
