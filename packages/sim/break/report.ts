/**
 * What a run found, as text.
 */
import type { Mutant } from "./mutant.ts"
import { reasonAmong } from "./reasons.ts"
import type { Reason } from "./reasons.ts"

/** What the suite sees of a mutant; undefined: nothing. */
export interface Found {
  readonly mutant: Mutant
  readonly by: string | undefined
}

/** The code that was broken, and what is said of it. */
export interface Broken {
  /** As it stands in the title. */
  readonly name: string
  readonly text: string
  /** What writes this report, and what it breaks. */
  readonly about: string
  readonly reasons: ReadonlyArray<Reason>
}

export interface Run {
  readonly seed: number
  readonly programs: number
  readonly seconds: number
  /** So many of these mutants were drawn; undefined: all are here. */
  readonly sampleOf?: number | undefined
}

const lineOf = (mutant: Mutant, text: string): string => text.split("\n")[mutant.line - 1]!.trim()

const short = (text: string): string => (text === "" ? "nothing" : text.replaceAll(/\s+/g, " "))

export const textOf = (mutant: Mutant, text: string): string =>
  `${mutant.line}:${mutant.column} ${mutant.kind}: ${short(mutant.before)} -> ${short(mutant.after)}   in   ${lineOf(mutant, text)}`

const survives = ({ by }: Found): boolean => by === undefined

export const jsonOf = (all: ReadonlyArray<Found>, run: Run): string => JSON.stringify({ ...run, mutants: all }, null, 2)

export const markdownOf = (all: ReadonlyArray<Found>, broken: Broken, run: Run): string => {
  const { text, reasons } = broken
  const survivors = all.filter(survives)
  const share = ((100 * (all.length - survivors.length)) / Math.max(1, all.length)).toFixed(1)
  const kinds = [...new Set(all.map(({ mutant }) => mutant.kind))].toSorted()
  const drawn = run.sampleOf === undefined ? "" : ` drawn from ${run.sampleOf}`
  return [
    `# Mutants of \`${broken.name}\` that no test sees`,
    "",
    broken.about,
    `${all.length} mutants${drawn}, ${all.length - survivors.length} found (${share} %), ${survivors.length} left; ${run.programs} programs of seed ${run.seed}.`,
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
      `- Line ${mutant.line}, column ${mutant.column}, ${mutant.kind}: \`${short(mutant.before)}\` → \`${short(mutant.after)}\` in \`${lineOf(mutant, text)}\`  `,
      `  ${reasonAmong(reasons, mutant, text) ?? "**No reason is known why this is the same program.**"}`
    ]),
    ""
  ].join("\n")
}
