/**
 * One broken script against the whole suite, cheapest first, until something sees it.
 */
import { mutate } from "../../sim/break/mutant.ts"
import type { Mutant } from "../../sim/break/mutant.ts"
import { executeScript, executeSource, withConstants } from "../src/script.ts"
import type { Check } from "./check.ts"
import { checks } from "./checks.ts"
import { contractCheck } from "./checks/contract.ts"
import type { Lane } from "./lane.ts"
import type { Program } from "./programs.ts"
import { load, play } from "./replay.ts"
import type { Recording } from "./replay.ts"

export interface Recorded {
  readonly program: Program
  readonly recording: Recording
}

/** @throws Error if the sound script fails */
export const record = async (lane: Lane, programs: ReadonlyArray<Program>): Promise<ReadonlyArray<Recorded>> => {
  const loaded = await load(lane, executeSource)
  const recorded: Array<Recorded> = []
  for (const program of programs) {
    const { fault, recording } = await play(lane, loaded, program)
    if (fault !== undefined) throw new Error(`the sound script fails: ${fault}`)
    recorded.push({ program, recording })
  }
  const seen = await runChecks(lane, executeScript.text, [...checks, contractCheck])
  if (seen !== undefined) throw new Error(`the sound script fails: ${seen}`)
  return recorded
}

/** So many programs come before the fixed checks: they find nine of ten. */
const FIRST = 12

/** What sees it; undefined: nothing. A server that ended may have ended for another reason than the script: then it is tried again on a new one. */
export const hunt = async (
  lane: Lane,
  mutant: Mutant,
  recorded: ReadonlyArray<Recorded>
): Promise<string | undefined> => {
  for (let tries = 1; ; tries++) {
    if (!lane.isUp) await lane.restart()
    const by = await seenBy(lane, mutate(executeSource, mutant), recorded)
    if (by === undefined || lane.isUp || tries === 2) return by
  }
}

const seenBy = async (lane: Lane, source: string, recorded: ReadonlyArray<Recorded>): Promise<string | undefined> => {
  const script = `#!lua\n${withConstants(source)}`
  try {
    let loaded = await load(lane, source)
    for (const [at, { program, recording }] of recorded.entries()) {
      if (at === Math.min(FIRST, recorded.length - 1)) {
        const seen = await runChecks(lane, script, checks)
        if (seen !== undefined) return seen
        loaded = await load(lane, source)
      }
      const { fault } = await play(lane, loaded, program, recording)
      if (fault !== undefined) return fault
    }
    // The longest of all, and alone in what it sees only seldom.
    return await runChecks(lane, script, [contractCheck])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** For one check; the contract suite is the longest, with a second or two. */
const CHECK_MS = 30_000

const runChecks = async (lane: Lane, script: string, these: ReadonlyArray<Check>): Promise<string | undefined> => {
  for (const { name, run } of these) {
    await lane.client.flushdb("SYNC")
    try {
      await lane.within(() => run(lane.client, script), CHECK_MS)
    } catch (error) {
      return `${name}: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  return undefined
}
