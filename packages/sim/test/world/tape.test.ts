import { assert, it } from "vitest"

import { Block, decodeTape, encodeTape, STRIDE, trimTape } from "../../src/world/tape.ts"

it("a tape survives being text", () => {
  const tape = [0, 255, 7, 0, 0, 128]
  assert.deepEqual(decodeTape(encodeTape(tape)), tape)
})

it("zeros at its end mean nothing, also as text", () => {
  assert.deepEqual(trimTape([1, 0, 2, 0, 0]), [1, 0, 2])
  assert.equal(encodeTape([1, 0, 2, 0, 0]), encodeTape([1, 0, 2]))
  assert.deepEqual(decodeTape(encodeTape([0, 0])), [])
})

it("what is no tape is refused", () => {
  assert.throws(() => decodeTape("a b"), /base64url/)
  assert.throws(() => decodeTape(""), /base64url/)
})

it("past its end all is 0", () => {
  const block = new Block([1, 2, 3])
  assert.deepEqual([block.what, block.who, block.id, block.legs], [1, 2, 3, 0])
  block.offset = STRIDE
  assert.equal(block.what, 0)
})
