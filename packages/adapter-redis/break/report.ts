/**
 * What the run found, as text.
 */
import type { Found } from "./hunt.ts"
import type { Mutant } from "./mutants.ts"
import { reasonOf } from "./reasons.ts"

export interface Run {
  readonly seed: number
  readonly programs: number
  readonly seconds: number
}

const lineOf = (mutant: Mutant, lua: string): string => lua.split("\n")[mutant.line - 1]!.trim()

const short = (text: string): string => (text === "" ? "nothing" : text.replaceAll(/\s+/g, " "))

export const textOf = (mutant: Mutant, lua: string): string =>
  `${mutant.line}:${mutant.column} ${mutant.kind}: ${short(mutant.before)} -> ${short(mutant.after)}   in   ${lineOf(mutant, lua)}`

const survives = ({ by }: Found): boolean => by === undefined

export const jsonOf = (all: ReadonlyArray<Found>, run: Run): string => JSON.stringify({ ...run, mutants: all }, null, 2)

export const markdownOf = (all: ReadonlyArray<Found>, lua: string, { seed, programs }: Run): string => {
  const survivors = all.filter(survives)
  const share = ((100 * (all.length - survivors.length)) / Math.max(1, all.length)).toFixed(1)
  const kinds = [...new Set(all.map(({ mutant }) => mutant.kind))].toSorted()
  return [
    "# Mutants of `execute.lua` that no test sees",
    "",
    "Written by `npm run break:lua -- --survivors docs/redis-mutants.md`: every comparison, sum, product, connective, bound, boolean, write, assignment",
    `and branch of the script broken, one at a time. ${all.length} mutants, ${all.length - survivors.length} found (${share} %), ${survivors.length} left; ${programs} programs of seed ${seed}.`,
    "",
    "| kind | mutants | found | left |",
    "| --- | ---: | ---: | ---: |",
    ...kinds.map((kind) => {
      const these = all.filter(({ mutant }) => mutant.kind === kind)
      const left = these.filter(survives).length
      return `| ${kind} | ${these.length} | ${these.length - left} | ${left} |`
    }),
    "",
    "## Left, and why",
    "",
    ...survivors.flatMap(({ mutant }) => [
      `- Line ${mutant.line}, column ${mutant.column}, ${mutant.kind}: \`${short(mutant.before)}\` → \`${short(mutant.after)}\` in \`${lineOf(mutant, lua)}\`  `,
      `  ${reasonOf(mutant, lua) ?? "**No reason is known why this is the same program.**"}`
    ]),
    ""
  ].join("\n")
}
