/**
 * The command line of a breaker: every mutant in turn, by as many lanes as are asked for.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"

import { Draw } from "../src/mutants/draw.ts"
import type { Mutant } from "./mutant.ts"
import { jsonOf, markdownOf, textOf } from "./report.ts"
import type { Broken, Found, Run } from "./report.ts"

/** A server, or a part of one, on which one mutant after the other is tried. */
export interface Breaker<Lane extends { readonly close: () => Promise<void> }> extends Broken {
  readonly mutants: ReadonlyArray<Mutant>
  readonly open: (number: number) => Promise<Lane>
  /** Asked once, with so many random programs; gives what tries a mutant. @throws Error if the sound code fails */
  readonly prepare: (
    lane: Lane,
    seed: number,
    programs: number
  ) => Promise<(lane: Lane, mutant: Mutant) => Promise<string | undefined>>
  readonly close?: () => Promise<void>
}

const readArguments = () =>
  parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      programs: { type: "string", default: "120" },
      only: { type: "string" },
      sample: { type: "string" },
      minutes: { type: "string" },
      again: { type: "string" },
      lanes: { type: "string", default: "2" },
      json: { type: "boolean", default: false },
      survivors: { type: "string" }
    }
  }).values

/** What an earlier run wrote with `--json`, of the same text. */
const earlier = (file: string | undefined): (Run & { readonly mutants: ReadonlyArray<Found> }) | undefined =>
  file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8"))

/** Prints the report; the exit status says whether 95 % were found. */
export const runBreaker = async <Lane extends { readonly close: () => Promise<void> }>(
  breaker: Breaker<Lane>
): Promise<void> => {
  const values = readArguments()
  // An end from outside ends the servers too.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
  const started = Date.now()
  const secondsGone = (): number => Math.round((Date.now() - started) / 1_000)
  const say = (line: string): void => console.error(`${String(secondsGone()).padStart(4)} s  ${line}`)

  const seed = Number(values.seed)
  // `--again FILE`: of that run, what nothing saw; the rest of its report stays.
  const before = earlier(values.again)
  const asked = before?.mutants.filter(({ by }) => by === undefined).map(({ mutant }) => mutant)
  const known = before?.mutants.filter(({ by }) => by !== undefined) ?? []
  const all = asked ?? breaker.mutants.filter(isAskedFor(values.only))
  const mutants = values.sample === undefined ? all : sampleOf(all, Number(values.sample), seed)
  const lanes = await Promise.all(Array.from({ length: Number(values.lanes) }, (_, number) => breaker.open(number)))
  say(`${mutants.length} mutants, ${values.programs} programs of seed ${seed}, ${lanes.length} lanes`)
  const hunt = await breaker.prepare(lanes[0]!, seed, Number(values.programs))
  say("the sound code passes")

  // `--minutes N`: what has been tried by then is the report; with `--sample` it is a sample still, a smaller one.
  const endsMs = started + 60_000 * Number(values.minutes ?? Infinity)
  const found: Array<Found> = []
  let next = 0
  const work = async (lane: Lane): Promise<void> => {
    for (let at = next++; at < mutants.length && Date.now() < endsMs; at = next++) {
      const mutant = mutants[at]!
      const by = await hunt(lane, mutant)
      found.push({ mutant, by })
      if (by === undefined) say(`not found: ${textOf(mutant, breaker.text)}`)
      if (found.length % 50 === 0) say(`${found.length} of ${mutants.length}`)
    }
  }
  await Promise.all(lanes.map(work))
  await Promise.all(lanes.map((lane) => lane.close()))
  await breaker.close?.()

  const sampled = values.sample === undefined ? before?.sampleOf : all.length
  const run = { seed, programs: Number(values.programs), seconds: secondsGone(), sampleOf: sampled }
  const sorted = [...known, ...found].toSorted((a, b) => a.mutant.start - b.mutant.start)
  if (values.survivors !== undefined) writeFileSync(values.survivors, markdownOf(sorted, breaker, run))
  console.log(values.json ? jsonOf(sorted, run) : markdownOf(sorted, breaker, run))
  const missed = sorted.filter(({ by }) => by === undefined).length
  process.exitCode = missed > 0.05 * sorted.length ? 1 : 0
}

/** `12,15-20,sum`: of these lines or kinds. */
const isAskedFor =
  (only: string | undefined) =>
  ({ line, kind }: Mutant): boolean =>
    only === undefined ||
    only.split(",").some((one) => {
      const [from, to = from] = one.split("-")
      return kind === one || (line >= Number(from) && line <= Number(to))
    })

const sampleOf = (mutants: ReadonlyArray<Mutant>, count: number, seed: number): ReadonlyArray<Mutant> => {
  const draw = new Draw(seed)
  const left = [...mutants]
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(draw.below(left.length), 1)[0]!)
}
