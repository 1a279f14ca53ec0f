import { assert, describe, it } from "vitest"

import { progressOn } from "../../src/cli/progress.ts"
import { hasColour, type Output } from "../../src/cli/terminal.ts"

const output = (isTTY: boolean, written: Array<string>): Output => ({
  isTTY,
  columns: isTTY ? 20 : undefined,
  write: (text) => written.push(text)
})

const shown = (isTTY: boolean, times: ReadonlyArray<number>): ReadonlyArray<string> => {
  const written: Array<string> = []
  let now = 0
  const progress = progressOn({ err: output(isTTY, written), nowMs: () => now })
  for (const time of times) {
    now = time
    progress.show(() => `at ${time} and a text that is long`)
  }
  progress.end()
  return written
}

describe("progress", () => {
  it("is one line on a terminal, written anew, no wider than it, and gone in the end", () => {
    assert.deepStrictEqual(shown(true, [0, 50, 100]), [
      "\rat 0 and a text tha\u001B[K",
      "\rat 100 and a text t\u001B[K",
      "\r\u001B[K"
    ])
  })

  it("is a plain line now and then elsewhere, whole and without control codes", () => {
    assert.deepStrictEqual(shown(false, [0, 500, 1_000, 3_000, 6_000]), [
      "at 1000 and a text that is long\n",
      "at 6000 and a text that is long\n"
    ])
  })

  it("is nothing at all of what is quickly over", () => assert.deepStrictEqual(shown(false, [0, 900]), []))
})

describe("colour", () => {
  it("is for terminals alone, and for none that says no", () => {
    assert.isTrue(hasColour(output(true, []), {}))
    assert.isTrue(hasColour(output(true, []), { NO_COLOR: "" }))
    assert.isFalse(hasColour(output(true, []), { NO_COLOR: "1" }))
    assert.isFalse(hasColour(output(true, []), { TERM: "dumb" }))
    assert.isFalse(hasColour(output(false, []), {}))
  })
})
