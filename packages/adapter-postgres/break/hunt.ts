/**
 * One broken statement against the whole suite, cheapest first, until something sees it.
 */
import { mutate } from "../../sim/break/mutant.ts"
import type { Mutant } from "../../sim/break/mutant.ts"
import type { Check } from "../test/checks/check.ts"
import { checks } from "../test/checks/checks.ts"
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

/** So many programs (four random ones, and the stories) come before the fixed checks. */
const FIRST = 24

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
    return await seenBy(lane, recorded)
  } catch (error) {
    return messageOf(error)
  } finally {
    await lane.replace(statementFor(sound))
  }
}

const statementFor = (text: string): string => replacing(textFor(text, `"${SCHEMA}"`))

/** Whether nothing of the mutants before is left in the lane. @throws Error if the sound SQL fails */
export const verify = async (lane: Lane, [first]: ReadonlyArray<Recorded>): Promise<void> => {
  await lane.empty()
  const { fault } = await play(lane, first!.program)
  if (fault !== undefined) throw new Error(`the lane is spoilt: ${fault}`)
}

const seenBy = async (lane: Lane, recorded: ReadonlyArray<Recorded>): Promise<string | undefined> => {
  await lane.empty()
  for (const [at, { program, recording }] of recorded.entries()) {
    if (at === Math.min(FIRST, recorded.length - 1)) {
      const seen = await runChecks(lane, checks)
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
