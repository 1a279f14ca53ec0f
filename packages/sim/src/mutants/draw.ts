/**
 * Seeded choices.
 */
import { Random } from "../replay/random.ts"

export class Draw {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed, 0x6d7574) // a stream of their own
  }

  /** An integer from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.#random.fraction() * count)
  }

  pick<const A>(from: ReadonlyArray<A>): A {
    return from[this.below(from.length)]!
  }
}
