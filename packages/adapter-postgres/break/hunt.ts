/**
 * One broken statement against the whole suite, cheapest first, until something sees it.
 */
import { mutate } from "../../sim/break/mutant.ts"
import type { Mutant } from "../../sim/break/mutant.ts"
import type { Check } from "../test/checks/check.ts"
import { checks, checksOf } from "../test/checks/checks.ts"
import { callersCheck } from "./checks/callers.ts"
import { contractCheck } from "./checks/contract.ts"
import { recoveryCheck } from "./checks/recovery.ts"
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
  const seen = await runChecks(lane, [...checks, contractCheck, recoveryCheck, callersCheck])
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
  idle_of: [...checksOf.functions, ...checksOf.views, ...checksOf.sweep],
  sweep: [...checksOf.sweep, ...checksOf.locks.slice(-1)],
  contradicts_itself: checksOf.sweep,
  is_collectable: checksOf.sweep,
  is_forgotten: checksOf.sweep,
  account_time: checksOf.sweep,
  preflight: [...checksOf.locks, recoveryCheck, contractCheck]
}
const ofCommands: ReadonlyArray<Check> = [
  ...checksOf.beside,
  ...checksOf.lives,
  ...checksOf.firstDeadline,
  ...checksOf.functions,
  ...checksOf.statements,
  ...checksOf.rows,
  ...checksOf.corrupt,
  ...checksOf.ledger,
  ...checksOf.holds,
  ...checksOf.locks
]

/** What sees it; undefined: nothing. The sound statement is back afterwards. */
export const hunt = async (
  lane: Lane,
  text: string,
  mutant: Mutant,
  recorded: ReadonlyArray<Recorded>
): Promise<string | undefined> => {
  const places = [mutant.start, ...(mutant.copies ?? [])]
  const hit = statementsOf(text)
    .filter(({ start, end }) => places.some((place) => start <= place && place < end))
    .map(({ start, end }) => ({ start, sound: text.slice(start, end) }))
  try {
    for (const { sound, start } of hit) await lane.replace(statementFor(mutate(sound, mutant, start)))
    await lane.empty()
    const suite = suites[nameOf(hit[0]!.sound)]
    const see = () => attempt(() => (suite === undefined ? seenBy(lane, recorded) : runChecks(lane, suite)))
    const seen = await see()
    // A busy machine may have been the reason: what ran out of time does so again, or was not seen.
    if (seen === undefined || !OUT_OF_TIME.test(seen)) return seen
    await lane.empty()
    return await see()
  } catch (error) {
    return messageOf(error)
  } finally {
    for (const { sound } of hit) await lane.replace(statementFor(sound))
  }
}

const OUT_OF_TIME =
  /time-?out|in time|deadline|canceling statement|never came|not within|may have happened|no answer within|nothing was changed/i

const attempt = async (act: () => Promise<string | undefined>): Promise<string | undefined> => {
  try {
    return await act()
  } catch (error) {
    return messageOf(error)
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
  return runChecks(lane, [recoveryCheck, contractCheck, callersCheck])
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
