/**
 * Odd ids: what joins of keys, patterns, quotes and encodings trip over.
 */
import * as fc from "fast-check"

/** Hand-made. All are ids that the machine takes. */
const known: ReadonlyArray<string> = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "{}",
  "}x{",
  "{x}",
  "{{x}}",
  "{",
  "}",
  ":",
  "::",
  "a:b",
  "b:c",
  "a::b",
  "a|b",
  "a/b",
  "../a",
  "a b",
  " ",
  "  ",
  " a",
  "a ",
  "'",
  "''",
  '"',
  "`",
  "\\",
  "\\\\",
  "\\n",
  "\\u0000",
  "%",
  "%s",
  "%00",
  "_",
  "*",
  "?",
  "[a]",
  "$1",
  "${a}",
  ";--",
  "'; drop table account; --",
  "\u00e9",
  "e\u0301",
  "\uFF5E",
  "\u{1F600}",
  "\u{10FFFF}",
  "\uFFFD",
  "\uFEFFa",
  "\u200B",
  "\u202Ea",
  "\u2028",
  "\u00df",
  "\u0130",
  "A",
  "a",
  "0",
  "-0",
  "1e3",
  "NaN",
  "null",
  "undefined",
  "true",
  "[]",
  "x".repeat(256),
  "\uFFFF".repeat(256),
  "\u{1F600}".repeat(128)
]

const pieces = [
  ...Array.from("ab:{}|/\\'\"`%*? _-.,;$0\u00e9\u0301\u4e16\uFF5E"),
  "\u{1F600}",
  "\u{1D11E}",
  "{}",
  "}x{",
  "::",
  "__"
]

/** This many, all different; the same for a seed. */
export const strangeIds = (count: number, seed: number): ReadonlyArray<string> => {
  const made = fc.sample(
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 24 }).map((some) => some.join("")),
    {
      numRuns: Math.max(1, count * 2),
      seed
    }
  )
  return [...new Set([...known, ...made])].slice(0, count)
}
