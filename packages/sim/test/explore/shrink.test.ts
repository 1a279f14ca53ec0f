import { assert, it } from "vitest"

import { shrinkable, tapeOf } from "../../src/explore/generate.ts"
import { shrink } from "../../src/explore/shrink.ts"
import { drive } from "../../src/world/drive.ts"
import { STRIDE } from "../../src/world/tape.ts"
import type { Tape } from "../../src/world/tape.ts"
import type { Waiting } from "../../src/world/world.ts"

const blocks = (tape: Tape): ReadonlyArray<Tape> =>
  Array.from({ length: Math.ceil(tape.length / STRIDE) }, (_, index) =>
    tape.slice(index * STRIDE, (index + 1) * STRIDE)
  )

const breaking = (breaks: (tape: Tape) => boolean) =>
  function* (tape: Tape): Waiting<boolean> {
    return breaks(tape)
  }

it("the tape of a run is the same each time, and another for another run", () => {
  assert.deepEqual(tapeOf(7, 3), tapeOf(7, 3))
  assert.notDeepEqual(tapeOf(7, 3), tapeOf(7, 4))
  assert.notDeepEqual(tapeOf(7, 3), tapeOf(8, 3))
})

it("drops all blocks but those that are needed, in their order, and lowers their numbers", async () => {
  const isNeeded = (tape: Tape): boolean => {
    const [, ...rest] = blocks(tape)
    const first = rest.findIndex((block) => (block[0] ?? 0) > 100)
    return first >= 0 && rest.slice(first + 1).some((block) => (block[4] ?? 0) > 17)
  }
  for (let run = 0; run < 20; run++) {
    const tape = tapeOf(1, run)
    if (!isNeeded(tape)) continue
    const smallest = await drive(shrink(shrinkable(1, run), tape, breaking(isNeeded)))
    assert.deepEqual(smallest, [0, 0, 0, 0, 0, 0, 0, 0, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 18])
  }
})

it("drops two that cancel each other out", async () => {
  const isEven = (tape: Tape): boolean => {
    const marked = blocks(tape)
      .slice(1)
      .filter((block) => block[0] === 9)
    return marked.length % 2 === 1
  }
  const block = (what: number): Tape => [what, 0, 0, 0, 0, 0, 0, 0]
  const tape = [block(0), block(9), block(1), block(9), block(9)].flat()
  assert.deepEqual(await drive(shrink(undefined, tape, breaking(isEven))), [0, 0, 0, 0, 0, 0, 0, 0, 9])
})
