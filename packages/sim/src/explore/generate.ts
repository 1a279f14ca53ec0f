/**
 * Tapes, as fast-check makes and shrinks them. The tape of a run depends on the seed and the run's number alone: so any run can be made again by itself.
 *
 * `fc.check` would wrap every run; its arbitrary alone makes a tape in 8 microseconds, about 2 % of a run.
 */
import { array, integer, Random } from "fast-check"
import type { Arbitrary, Value } from "fast-check"

import { STRIDE } from "../world/tape.ts"
import type { Tape } from "../world/tape.ts"

/** 4 to 40 blocks behind the header: some 15 messages, in which two clients meet more often than not. */
const MIN_BLOCKS = 4
export const MAX_BLOCKS = 40

const tapesUpTo = (blocks: number): Arbitrary<Array<number>> =>
  array(integer({ min: 0, max: 255 }), {
    minLength: STRIDE * (1 + MIN_BLOCKS),
    maxLength: STRIDE * (1 + blocks),
    size: "max"
  })

const usualTapes = tapesUpTo(MAX_BLOCKS)

const tapesOf = (blocks: number): Arbitrary<Array<number>> => (blocks === MAX_BLOCKS ? usualTapes : tapesUpTo(blocks))

/** A generator of 32-bit numbers (sfc32), as fast-check takes one. */
class RunRandom {
  #a: number
  #b: number
  #c: number
  #counter: number

  constructor(a: number, b: number, c: number, counter: number) {
    this.#a = a
    this.#b = b
    this.#c = c
    this.#counter = counter
  }

  static of(seed: number, run: number): RunRandom {
    const random = new RunRandom(seed | 0, Math.floor(seed / 2 ** 32) | 0, run | 0, 1)
    for (let mixed = 0; mixed < 15; mixed++) random.next() // small seeds differ in few bits
    return random
  }

  clone(): RunRandom {
    return new RunRandom(this.#a, this.#b, this.#c, this.#counter)
  }

  getState(): ReadonlyArray<number> {
    return [this.#a, this.#b, this.#c, this.#counter]
  }

  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum
  }
}

const made = (seed: number, run: number, blocks: number): Value<Array<number>> =>
  tapesOf(blocks).generate(new Random(RunRandom.of(seed, run)), undefined)

/** The tape of one run of a seed. `blocks`: at most so many decisions. */
export const tapeOf = (seed: number, run: number, blocks: number = MAX_BLOCKS): Tape => made(seed, run, blocks).value

/** fast-check's shrinks of a run's tape, or (with the context of a shrink) of that shrink. */
export interface Shrinkable {
  readonly tape: Tape
  readonly shrinks: () => Iterable<Shrinkable>
}

export const shrinkable = (seed: number, run: number, blocks: number = MAX_BLOCKS): Shrinkable =>
  shrinkableOf(tapesOf(blocks), made(seed, run, blocks))

const shrinkableOf = (tapes: Arbitrary<Array<number>>, value: Value<Array<number>>): Shrinkable => ({
  tape: value.value,
  shrinks: () => tapes.shrink(value.value_, value.context).map((shrunk) => shrinkableOf(tapes, shrunk))
})
