import { assert, describe, expect, it } from "vitest"

import { exploreText } from "../../src/report/explore-text.ts"
import { clockTime, counted, thousands } from "../../src/report/numbers.ts"
import { coloured, plain } from "../../src/report/paint.ts"
import { replayText } from "../../src/report/replay-text.ts"
import { timeline } from "../../src/report/timeline.ts"
import { broken, held, replayed, step, steps } from "./samples.ts"

const text = (lines: ReadonlyArray<string>): string => `\n${lines.join("\n")}\n`

describe("the report of an exploration", () => {
  it("that held", () => {
    expect(text(exploreText(held, false, plain))).toMatchInlineSnapshot(`
      "
      explore: every invariant held
      store memory, seed 7, 1,234 runs

             invariant                            checks  violations
        I1   nothing is admitted above the limit  12,345           0
        I10  every call ends by its deadline           0           0
        never asked in these runs: I10

        requests    messages 56,789   distinct interleavings 1,200
        histories   judged 80   too long 2
        faults      delayed 10   duplicated 3,000   lost 4   crashed 5   time jumps 6
                    never: reordered
        answers     granted 1,000   denied limit 20   finalized 900
      "
    `)
  })

  it("that broke: the timeline, the sentence, and as the last line the command", () => {
    expect(text(exploreText(broken, false, plain))).toMatchInlineSnapshot(`
      "
      explore: I1 broke: nothing is admitted above the limit
      store memory, seed 7, 1,234 runs

             invariant                            checks  violations
        I1   nothing is admitted above the limit  12,345           1
        I10  every call ends by its deadline           4           0

        requests    messages 56,789   distinct interleavings 1,200
        histories   judged 80   too long 2
        faults      delayed 10   duplicated 3,000   lost 4   crashed 5   time jumps 6
                    never: reordered
        answers     granted 1,000   denied limit 20   finalized 900

      the shortest run that breaks I1 (4 steps)

         time      lane     what happens                                              accounts after it
        0.000      c1       reserve r1: 3 of a for 10 s -> granted                    a used 0 held 3 of 10; b used 0 held 0 of 5
        0.000      c2       reserve r2: 8 of a for 10 s, and some more t...(delayed)
        9.500      clock    9.5 s pass
        9.500  >>  network  c2 reserve r2: 8 of a for 10 s arrives -> granted         a used 0 held 11 of 10; b used 0 held 0 of 5
        >> I1 broke: c2's reserve r2 was granted 8 of a, which had 7 of 10 left </script><b>&

      this run again:
      tallystick explore --store memory --seed 7 --tape AQID
      "
    `)
  })

  it("that was stopped says so", () => {
    assert.include(exploreText(held, true, plain).join("\n"), "1,234 runs (stopped before the end)")
  })

  it("names the sentence also without a timeline", () => {
    const failure = { ...broken.failure!, steps: [] }
    assert.include(exploreText({ ...broken, failure }, false, plain).join("\n"), `I1: ${failure.because}`)
  })

  it("is the same in colour, but for the colours", () => {
    // oxlint-disable-next-line no-control-regex -- escape codes are what it looks for
    const bare = exploreText(broken, false, coloured).map((line) => line.replaceAll(/\u001B\[\d+m/g, ""))
    assert.deepStrictEqual(bare, exploreText(broken, false, plain))
    assert.notDeepEqual(exploreText(broken, false, coloured), bare)
  })
})

describe("the report of a replay", () => {
  it("as a table", () => {
    expect(text(replayText(replayed, "trace.csv", false, plain))).toMatchInlineSnapshot(`
      "
      replay: every invariant held
      trace.csv, store memory

        requests  19,366  of 2,928 accounts
        granted   14,982  77.4 %
        denied     4,384  22.6 %
        late          58  ended after their deadline, and debited all the same

        unit            used     over  peak held
        tokens    20,581,116   44,090    158,810
        microusd  76,075,181  440,900    746,485
        streams            0        0         91

            invariant                            checks  violations
        I1  nothing is admitted above the limit  49,332           0
      "
    `)
  })
})

describe("the timeline", () => {
  const many = Array.from({ length: 40 }, (_, i) => step(i * 1_000, "c1", "send", `c1 lookup r${i}: a`))
  const texts = (lines: ReadonlyArray<string>) => lines.join("\n")

  it("has at most twenty lines and a title, and says what it leaves out", () => {
    const lines = timeline(many, plain)
    assert.isAtMost(lines.length, 21)
    assert.include(lines.at(-1) ?? "", "22 steps behind")
  })

  it("shows the steps up to the one that broke", () => {
    const violation = { invariant: "I3", because: "it is so" } as const
    const lines = timeline(
      many.map((one, i) => (i === 30 ? { ...one, violation } : one)),
      plain
    )
    assert.include(texts(lines), "15 steps before")
    assert.match(
      texts(lines),
      />>.*lookup r30[^\n]*\n {2}>> I3 broke: it is so\n[^\n]*r31[^\n]*\n[^\n]*r32[^\n]*\n[^\n]*7 steps behind/
    )
    assert.isAtMost(lines.length, 22)
  })

  it("clips a long text in its middle, so that what the network did to it stays", () => {
    assert.include(texts(timeline(steps, plain)), "reserve r2: 8 of a for 10 s, and some more t...(delayed)")
  })
})

describe("numbers", () => {
  it("have separators, plurals, and times of a clock", () => {
    assert.deepStrictEqual([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"])
    assert.deepStrictEqual([counted(1, "run"), counted(2_000, "run")], ["1 run", "2,000 runs"])
    assert.deepStrictEqual([0, 9_500, 61_000, 3_725_250].map(clockTime), ["0.000", "9.500", "1:01.000", "1:02:05.250"])
  })
})
