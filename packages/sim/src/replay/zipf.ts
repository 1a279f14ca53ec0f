/**
 * A skewed choice among `n` users: the k-th is chosen in proportion to 1/k. Few users send most of the traffic, as in every
 * service, so some meet their limits while the rest never notice them.
 */
import type { Random } from "./random.ts"

export const zipf = (n: number, random: Random): (() => number) => {
  const sums = new Float64Array(n)
  let sum = 0
  for (let k = 0; k < n; k++) sums[k] = sum += 1 / (k + 1)
  return () => firstAbove(sums, random.fraction() * sum)
}

/** The first index whose sum is above `target`, by halving. */
const firstAbove = (sums: Float64Array, target: number): number => {
  let low = 0
  let high = sums.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sums[middle] ?? Infinity) > target) high = middle
    else low = middle + 1
  }
  return low
}
