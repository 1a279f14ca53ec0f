/**
 * From a tape that breaks an invariant to a short one that breaks the same: first fast-check's shrinks, then a pass of our own that drops what can be dropped.
 *
 * The delta pass is needed: fast-check cuts an array at its ends and lowers numbers, but does not take blocks out of the middle in pairs.
 */
import { STRIDE, trimTape } from "../world/tape.ts"
import type { Tape } from "../world/tape.ts"
import type { Waiting } from "../world/world.ts"
import type { Shrinkable } from "./generate.ts"

/** Whether a tape still breaks the same invariant. */
export type Breaks = (tape: Tape) => Waiting<boolean>

/** Tries of each pass: a run takes about 0.3 ms, so a failure is small after two seconds at most. */
const MAX_TRIES = 4_000

export function* shrink(first: Shrinkable | undefined, tape: Tape, breaks: Breaks): Waiting<Tape> {
  let smallest = trimTape(tape)
  let triesLeft = MAX_TRIES
  const tries = function* (candidate: Tape): Waiting<boolean> {
    triesLeft--
    return yield* breaks(candidate)
  }
  if (first !== undefined) smallest = trimTape(yield* byFastCheck(first, tries))
  triesLeft = MAX_TRIES
  for (;;) {
    const before = smallest
    smallest = yield* dropBlocks(smallest, tries)
    smallest = yield* dropPairs(smallest, tries)
    smallest = yield* lowerNumbers(smallest, tries)
    if (before === smallest || triesLeft <= 0) return smallest
  }
}

/** A few hundred tries of the engine that made the tape. */
const FAST_CHECK_TRIES = 400

function* byFastCheck(first: Shrinkable, tries: Breaks): Waiting<Tape> {
  let current = first
  let left = FAST_CHECK_TRIES
  for (;;) {
    let smaller: Shrinkable | undefined
    for (const candidate of current.shrinks()) {
      if (left-- <= 0) return current.tape
      if (yield* tries(candidate.tape)) {
        smaller = candidate
        break
      }
    }
    if (smaller === undefined) return current.tape
    current = smaller
  }
}

const blocksOf = (tape: Tape): number => Math.max(0, Math.ceil(tape.length / STRIDE) - 1)

/** Without `count` blocks from the one with this number on; 0 is the first behind the header. */
const without = (tape: Tape, block: number, count: number): Tape => {
  const padded = [...tape, ...Array.from({ length: (STRIDE - (tape.length % STRIDE)) % STRIDE }, () => 0)]
  padded.splice((1 + block) * STRIDE, count * STRIDE)
  return trimTape(padded)
}

/** Drops runs of blocks, from half of them down to one. */
function* dropBlocks(tape: Tape, breaks: Breaks): Waiting<Tape> {
  let smallest = tape
  for (let size = Math.max(1, blocksOf(tape) >> 1); size >= 1; size >>= 1) {
    for (let block = blocksOf(smallest) - size; block >= 0; block--) {
      const candidate = without(smallest, block, size)
      if (yield* breaks(candidate)) smallest = candidate
    }
  }
  return smallest
}

/** Drops two blocks at once: a close and its reopen, a jump and the jump back. */
function* dropPairs(tape: Tape, breaks: Breaks): Waiting<Tape> {
  let smallest = tape
  for (let later = blocksOf(smallest) - 1; later > 0; later--) {
    for (let earlier = later - 1; earlier >= 0; earlier--) {
      const candidate = without(without(smallest, later, 1), earlier, 1)
      if (!(yield* breaks(candidate))) continue
      smallest = candidate
      break
    }
  }
  return smallest
}

/** Sets each number to 0, or to the smallest of a few that does. */
function* lowerNumbers(tape: Tape, breaks: Breaks): Waiting<Tape> {
  let smallest = tape
  for (let index = smallest.length - 1; index >= 0; index--) {
    const number = smallest[index] ?? 0
    if (number === 0) continue
    for (const lower of [0, 1, number >> 2, number >> 1, number - 16, number - 4, number - 1]) {
      if (lower < 0 || lower >= number) continue
      const candidate = trimTape(smallest.with(index, lower))
      if (!(yield* breaks(candidate))) continue
      smallest = candidate
      break
    }
  }
  return smallest
}
