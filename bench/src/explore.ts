/**
 * How fast the simulator explores, with all checks, in memory.
 */
import { explore } from "@tallystick/sim"

import { medianOf } from "./histogram.ts"
import type { Ratio } from "./ratios.ts"
import { MIN_EXPLORE_MESSAGES } from "./targets.ts"

const RUNS_A_SECOND = 2_000
const WARM_UP_SECONDS = 3

/** @throws Error if an invariant broke */
export const exploreSpeed = async (rounds: number, seconds: number): Promise<Ratio> => {
  const runs = Math.max(100, Math.round(seconds * RUNS_A_SECOND))
  // V8 compiles what a run calls for two seconds: in the first a message takes twice as long, in the second a fifth longer.
  await speedOf(10, WARM_UP_SECONDS * RUNS_A_SECOND)
  const speeds: Array<number> = []
  for (let round = 1; round <= rounds; round++) speeds.push(await speedOf(10 + round, runs))
  const messages = Math.round(medianOf(speeds))
  return {
    store: "memory",
    shape: "explore, all checks",
    callers: 1,
    ours: "messages/s",
    peer: "on one core",
    ratio: messages,
    target: `≥ ${MIN_EXPLORE_MESSAGES}`,
    ok: messages >= MIN_EXPLORE_MESSAGES
  }
}

const speedOf = async (seed: number, runs: number): Promise<number> => {
  const begin = performance.now()
  const report = await explore({ seed, runs })
  if (report.failure !== null) throw new Error(`explore, seed ${seed}: ${report.failure.because}`)
  return (report.messages * 1_000) / (performance.now() - begin)
}
