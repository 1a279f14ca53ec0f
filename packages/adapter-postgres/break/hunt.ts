/**
 * One broken statement against the whole suite, cheapest first, until something sees it.
 */
import { mutate } from "../../sim/break/mutant.ts"
import type { Mutant } from "../../sim/break/mutant.ts"
import type { Check } from "../test/checks/check.ts"
import { checks, checksOf } from "../test/checks/checks.ts"
import { callersCheck } from "./checks/callers.ts"
import { contractCheck } from "./checks/contract.ts"
import { SCHEMA } from "./lane.ts"
import type { Lane } from "./lane.ts"
import { play } from "./programs.ts"
import type { Program, Recording } from "./programs.ts"
import { textFor } from "../src/schema.ts"
import { replacing, statementsOf } from "./statements.ts"

export interface Recorded {
  readonly program: Program
  readonly recording: Recording
}

/** @throws Error if the sound SQL fails */
export const record = async (lane: Lane, programs: ReadonlyArray<Program>): Promise<ReadonlyArray<Recorded>> => {
  const recorded: Array<Recorded> = []
  for (const program of programs) {
    const { fault, recording } = await play(lane, program)
    if (fault !== undefined) throw new Error(`the sound SQL fails: ${fault}`)
    recorded.push({ program, recording })
  }
  const seen = await runChecks(lane, [...checks, contractCheck, callersCheck])
  if (seen !== undefined) throw new Error(`the sound SQL fails: ${seen}`)
  return recorded
}

/** So many programs (four random ones, and the stories) come before the fixed checks: they find most. */
const FIRST = 16

/** What can see a break of which function or view: the rest would only take its time. Of all others: programs, and every check of commands. */
const suites: Readonly<Record<string, ReadonlyArray<Check>>> = {
  holds: [...checksOf.holds, contractCheck],
  prune_ledger: checksOf.ledger,
  ledger_sums: checksOf.ledger,
  account_now: checksOf.views,
  idle_of: [...checksOf.views, ...checksOf.sweep],
  sweep: [...checksOf.sweep, ...checksOf.locks.slice(-1)],
  contradicts_itself: checksOf.sweep,
  is_collectable: checksOf.sweep,
  is_forgotten: checksOf.sweep,
  account_time: checksOf.sweep,
  preflight: [...checksOf.locks, contractCheck]
}
const ofCommands: ReadonlyArray<Check> = [...checksOf.corrupt, ...checksOf.ledger, ...checksOf.holds, ...checksOf.locks]

/** What sees it; undefined: nothing. The sound statement is back afterwards. */
export const hunt = async (
  lane: Lane,
  text: string,
  mutant: Mutant,
  recorded: ReadonlyArray<Recorded>
): Promise<string | undefined> => {
  const { end, start } = statementsOf(text).find(({ start, end }) => start <= mutant.start && mutant.end <= end)!
  const sound = text.slice(start, end)
  const broken = mutate(sound, { ...mutant, start: mutant.start - start, end: mutant.end - start })
  try {
    await lane.replace(statementFor(broken))
    await lane.empty()
    const suite = suites[nameOf(sound)]
    return await (suite === undefined ? seenBy(lane, recorded) : runChecks(lane, suite))
  } catch (error) {
    return messageOf(error)
  } finally {
    await lane.replace(statementFor(sound))
  }
}

const nameOf = (text: string): string => /^CREATE (?:FUNCTION|VIEW) \{schema\}\.(\w+)/.exec(text)?.[1] ?? ""

const statementFor = (text: string): string => replacing(textFor(text, `"${SCHEMA}"`))

/** Whether nothing of the mutants before is left in the lane. @throws Error if the sound SQL fails */
export const verify = async (lane: Lane, [first]: ReadonlyArray<Recorded>): Promise<void> => {
  await lane.empty()
  const { fault } = await play(lane, first!.program)
  if (fault !== undefined) throw new Error(`the lane is spoilt: ${fault}`)
}

const seenBy = async (lane: Lane, recorded: ReadonlyArray<Recorded>): Promise<string | undefined> => {
  for (const [at, { program, recording }] of recorded.entries()) {
    if (at === Math.min(FIRST, recorded.length - 1)) {
      const seen = await runChecks(lane, ofCommands)
      if (seen !== undefined) return seen
    }
    const { fault } = await play(lane, program, recording)
    if (fault !== undefined) return fault
  }
  // The longest of all, and alone in what they see only seldom.
  return runChecks(lane, [contractCheck, callersCheck])
}

const runChecks = async (lane: Lane, these: ReadonlyArray<Check>): Promise<string | undefined> => {
  for (const { name, run } of these) {
    await lane.empty()
    try {
      await run(lane.bench)
    } catch (error) {
      return `${name}: ${messageOf(error)}`
    }
  }
  await lane.empty()
  return undefined
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
