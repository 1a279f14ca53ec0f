/**
 * How fast the simulator explores, with all checks, in memory.
 */
import { explore } from "@tallystick/sim"

import { medianOf } from "./histogram.ts"
import type { Ratio } from "./ratios.ts"
import { MIN_EXPLORE_MESSAGES } from "./targets.ts"

/** @throws Error if an invariant broke */
export const exploreSpeed = async (rounds: number, seconds: number): Promise<Ratio> => {
  const speeds: Array<number> = []
  // Some 3,000 runs a second; the first round is not counted.
  const runs = Math.max(100, Math.round(seconds * 2_000))
  for (let round = 0; round <= rounds; round++) {
    const begin = performance.now()
    const report = await explore({ seed: 11 + round, runs })
    if (report.failure !== null) throw new Error(`explore, seed ${report.seed}: ${report.failure.because}`)
    if (round > 0) speeds.push((report.messages * 1_000) / (performance.now() - begin))
  }
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
