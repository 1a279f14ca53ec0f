/**
 * Seeded chance. A small generator of our own (sfc32): the same seed gives the same numbers on every machine and version
 * of node, and no draw can come from anywhere else.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** `stream` separates uses of one seed: who sends a row must not depend on how many rows were made. */
  constructor(seed: number, stream: number) {
    this.#a = seed >>> 0
    this.#b = Math.floor(seed / 2 ** 32) >>> 0
    this.#c = stream >>> 0
    for (let i = 0; i < 15; i++) this.#next() // small seeds differ in few bits; mixed, they share nothing
  }

  /** Uniform in [0, 1), with 32 bits. */
  fraction(): number {
    return this.#next() / 2 ** 32
  }

  /** Uniform in (0, 1]: safe under a logarithm. */
  positive(): number {
    return (this.#next() + 1) / 2 ** 32
  }

  /** Normal, mean 0, deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.positive())) * Math.cos(2 * Math.PI * this.fraction())
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}
