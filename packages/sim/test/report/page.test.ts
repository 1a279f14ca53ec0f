import { assert, describe, it } from "vitest"

import { jsonForHtml } from "../../src/report/html.ts"
import { toJson } from "../../src/report/json.ts"
import { page } from "../../src/report/page.ts"
import { lanesOf } from "../../src/report/page-lanes.ts"
import { because, broken, held, replayed, steps } from "./samples.ts"

describe("the page", () => {
  const html = page({ report: broken, steps, replay: broken.failure!.replay })

  it("has a lane for every client, then network and clock, and every step in its lane", () => {
    assert.deepStrictEqual(lanesOf(steps), ["c1", "c2", "network", "clock"])
    for (const lane of ["c1", "c2", "network", "clock"]) assert.include(html, `<th>${lane}</th>`)
    assert.strictEqual(html.match(/class="box /g)?.length, steps.length)
    assert.include(html, `<div class="box fault">reserve r2: 8 of a`)
  })

  it("shows the numbers of each account after each step, and draws them", () => {
    assert.include(html, "0 + 11 of 10")
    assert.strictEqual(html.match(/<svg /g)?.length, 2)
  })

  it("marks the step that broke, with the sentence and the command", () => {
    assert.strictEqual(html.match(/<tr class="broken">/g)?.length, 1)
    assert.include(html, "I1 broke here: c2&#39;s reserve r2 was granted 8 of a")
    assert.include(html, broken.failure!.replay)
  })

  it("says how much time passes", () => assert.include(html, "9.5 s later"))

  it("lets no text of a run become markup", () => {
    assert.notInclude(html, because)
    assert.notInclude(html, "</script><b>")
    assert.strictEqual(html.match(/<\/script>/g)?.length, 1)
  })

  it("carries the run as JSON", () => {
    const json = /<script type="application\/json" id="run">(.*?)<\/script>/s.exec(html)?.[1] ?? ""
    const run = JSON.parse(json)
    assert.deepStrictEqual(run.steps, steps)
    assert.strictEqual(run.failure.because, because)
    assert.strictEqual(run.replay, broken.failure!.replay)
  })

  it("loads nothing from anywhere", () => assert.notMatch(html, /https?:|src=|@import|url\(/))

  it("draws a run that held as well", () => {
    const good = page({ report: held, steps: steps.slice(0, 3), replay: "x" })
    assert.include(good, "every invariant held (one run of 3 steps)")
    assert.notInclude(good, "broke here")
  })

  it("is of no steps at all if nothing happened", () =>
    assert.include(page({ report: held, steps: [], replay: "x" }), "<tbody>"))
})

describe("JSON", () => {
  it("in HTML cannot end its element", () => {
    const value = { a: "</script><!--\u2028\u2029" }
    assert.notMatch(jsonForHtml(value), /[<\u2028\u2029]/)
    assert.deepStrictEqual(JSON.parse(jsonForHtml(value)), value)
  })

  it("of a report has exactly these fields, in this order, on one line", () => {
    const fields = ["command", "ok", "store", "seed", "runs", "messages", "interleavings", "faults", "answers"]
    const json = toJson(broken)
    assert.deepStrictEqual(Object.keys(JSON.parse(json)), [...fields, "invariants", "histories", "failure"])
    assert.strictEqual(json.indexOf("\n"), json.length - 1)
    const counts = ["command", "ok", "store", "requests", "granted", "denied", "late", "accounts"]
    assert.deepStrictEqual(Object.keys(JSON.parse(toJson(replayed))), [
      ...counts,
      "used",
      "overage",
      "peakReserved",
      "invariants"
    ])
  })

  it("does not depend on the order in which things were counted, nor carry more than it should", () => {
    const other = { ...held, answers: { finalized: 900, deniedLimit: 20, granted: 1_000 }, elapsedMs: 12 }
    assert.strictEqual(toJson(other), toJson(held))
  })
})
