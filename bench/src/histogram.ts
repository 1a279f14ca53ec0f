/**
 * Durations in buckets that are 2 % apart: a million of them take 8 KB, and a quantile is right to 1 %.
 */
const PER_OCTAVE = 32
const BUCKETS = 40 * PER_OCTAVE

export class Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  #total = 0

  get total(): number {
    return this.#total
  }

  addMicros(micros: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.round(Math.log2(Math.max(micros, 0.01) * 100) * PER_OCTAVE)))
    this.#counts[bucket]! += 1
    this.#total += 1
  }

  /** @param share 0.5 for the median; 0 if nothing was added */
  quantileMicros(share: number): number {
    if (this.#total === 0) return 0
    let left = share * this.#total
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket]!
      if (left <= 0) return 2 ** (bucket / PER_OCTAVE) / 100
    }
    return 2 ** ((BUCKETS - 1) / PER_OCTAVE) / 100
  }
}

export const medianOf = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
