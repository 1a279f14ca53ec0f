/**
 * Breaks `execute.lua` in one place at a time and says which breaks the suite does not see.
 *
 *   npm run break:lua -- [--seed 1] [--programs 120] [--only LINE|KIND] [--lanes 2] [--json] [--survivors FILE]
 */
import { readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"

import { hunt, record } from "./hunt.ts"
import type { Found } from "./hunt.ts"
import { Lane } from "./lane.ts"
import { mutantsOf } from "./mutants.ts"
import { programsOf } from "./programs.ts"
import { jsonOf, markdownOf, textOf } from "./report.ts"

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    programs: { type: "string", default: "120" },
    only: { type: "string" },
    lanes: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
    survivors: { type: "string" }
  }
})
// An end from outside ends the servers too.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
const started = Date.now()
const say = (line: string): void =>
  console.error(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`)

const lua = readFileSync(new URL("../lua/execute.lua", import.meta.url), "utf8")
const { only } = values
const mutants = mutantsOf(lua).filter(
  ({ line, kind }) => only === undefined || only.split(",").some((one) => String(line) === one || kind === one)
)
const programs = programsOf(Number(values.seed), Number(values.programs))
const lanes = await Promise.all(Array.from({ length: Number(values.lanes) }, () => Lane.open()))
say(`${mutants.length} mutants, ${programs.length} programs of seed ${values.seed}, ${lanes.length} lanes`)
const recorded = await record(lanes[0]!, programs)
say("the sound script passes")

const found: Array<Found> = []
let next = 0
const work = async (lane: Lane): Promise<void> => {
  for (let at = next++; at < mutants.length; at = next++) {
    const one = await hunt(lane, mutants[at]!, recorded)
    found.push(one)
    if (one.by === undefined) say(`not found: ${textOf(one.mutant, lua)}`)
    if (found.length % 50 === 0) say(`${found.length} of ${mutants.length}`)
  }
}
await Promise.all(lanes.map(work))
await Promise.all(lanes.map((lane) => lane.close()))

const run = { seed: Number(values.seed), programs: programs.length, seconds: Math.round((Date.now() - started) / 1000) }
const sorted = found.toSorted((a, b) => a.mutant.start - b.mutant.start)
if (values.survivors !== undefined) writeFileSync(values.survivors, markdownOf(sorted, lua, run))
console.log(values.json ? jsonOf(sorted, run) : markdownOf(sorted, lua, run))
const missed = sorted.filter(({ by }) => by === undefined).length
process.exitCode = missed > 0.05 * sorted.length ? 1 : 0
