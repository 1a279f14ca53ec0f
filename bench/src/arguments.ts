/**
 * What the command line asks for.
 */
import { parseArgs } from "node:util"

export const parts = ["memory", "redis", "postgres", "scale", "explore", "masters"] as const
export type Part = (typeof parts)[number]

export interface Arguments {
  readonly parts: ReadonlyArray<Part>
  readonly seconds: number
  readonly rounds: number
  readonly isWhole: boolean
  /** Accounts and holds of the part `scale` at most. */
  readonly most: number
  readonly json: boolean
  readonly markdown: boolean
  /** Writes the tables into README.md and docs/. */
  readonly docs: boolean
  readonly redis: string | undefined
  readonly postgres: string | undefined
  readonly match: string | undefined
}

export const help = `npm run -s bench -- [OPTION …]

Tallystick beside its peers: interleaved, in one run, each round checked against what the store holds.

  --only PART,…    ${parts.join(", ")} (default: all)
  --match TEXT,…   only matches whose words begin so: "redis hot 64"
  --seconds N      of a round (default 1; in memory 0.3 of it)
  --rounds N       of each contender (default 5)
  --whole          every number of callers with every number of legs
  --most N         accounts and holds of the part scale (default 1,000,000)
  --json           for programs
  --markdown       tables in Markdown
  --docs           also writes them into README.md, docs/benchmarks.md and docs/scaling.md
  --redis URL      a server of yours instead of one that is started; also --postgres URL
`

/** @throws Error that says what is wrong */
export const readArguments = (args: ReadonlyArray<string>): Arguments | "help" => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      docs: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
      json: { type: "boolean", default: false },
      markdown: { type: "boolean", default: false },
      match: { type: "string" },
      most: { type: "string", default: "1000000" },
      only: { type: "string", default: parts.join(",") },
      postgres: { type: "string" },
      redis: { type: "string" },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "1" },
      whole: { type: "boolean", default: false }
    }
  })
  if (values.help === true) return "help"
  return {
    parts: values.only.split(",").map(readPart),
    seconds: readNumber("seconds", values.seconds, 0.001, 3_600),
    rounds: readNumber("rounds", values.rounds, 1, 1_000),
    isWhole: values.whole,
    most: readNumber("most", values.most, 10, 10_000_000),
    json: values.json,
    markdown: values.markdown,
    docs: values.docs,
    redis: values.redis,
    postgres: values.postgres,
    match: values.match
  }
}

const readPart = (text: string): Part => {
  const part = parts.find((name) => name === text)
  if (part === undefined) throw new Error(`--only is a list of ${parts.join(", ")}, was ${JSON.stringify(text)}`)
  return part
}

const readNumber = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value < least || value > most)
    throw new Error(`--${name} is a number from ${least} to ${most}, was ${JSON.stringify(text)}`)
  return value
}
