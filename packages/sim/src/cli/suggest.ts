/**
 * The name that was probably meant: few edits away, or begun right.
 */
export const suggest = (given: string, names: Iterable<string>): string | undefined => {
  let best: string | undefined
  let fewest = Math.max(1, Math.min(2, Math.floor(given.length / 2))) + 1 // two typing errors, one in a short word
  for (const name of names) {
    const edits = given.length >= 2 && name.startsWith(given) ? 1 : distance(given, name)
    if (edits < fewest) [best, fewest] = [name, edits]
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
const distance = (a: string, b: string): number => {
  let before: Array<number> = []
  let previous: Array<number> = []
  let current = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    ;[before, previous, current] = [previous, current, [i]]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, swapped))
    }
  }
  return current[b.length] ?? 0
}
