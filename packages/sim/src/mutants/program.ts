/**
 * Random programs: commands and times that are likely to meet. Few ids, few accounts, amounts at the limit, jumps to what is due.
 */
import { calendarStarts } from "@tallystick/core/machine"
import type { AccountTerms, Command, Settings, Window } from "@tallystick/core/machine"

import { Draw } from "./draw.ts"
import { drawCommand, drawKinds } from "./draw-command.ts"
import { termsOf } from "./plan.ts"
import type { Plan } from "./plan.ts"

export interface ProgramStep {
  readonly nowMs: number
  readonly command: Command
}

export interface Program {
  readonly settings: Settings
  /** The accounts as one reads them. */
  readonly accounts: ReadonlyArray<AccountTerms>
  readonly steps: ReadonlyArray<ProgramStep>
}

/** Short retentions: what is forgotten is forgotten within a program. */
const settings: Settings = { settledRetentionMs: 60_000, unsettledRetentionMs: 300_000, longestCallMs: 5_000 }

/** Ten seconds before the end of a day. */
const START_MS = 1_767_657_590_000

const STEPS = 40

const shortJumps: ReadonlyArray<number> = [0, 0, 0, 0, 1, 400, 999, 1_000, 1_000, 2_000, 5_000, -1_000]
/** In which windows end, and ids are forgotten. */
const longJumps: ReadonlyArray<number> = [...shortJumps, 10_000, 30_000, 60_000, 300_000, -7_000]

const windows: ReadonlyArray<Window> = [
  { kind: "none" },
  { kind: "none" },
  { kind: "fixed", lengthMs: 10_000 },
  { kind: "idle", idleMs: 5_000 },
  { kind: "calendar", every: "day", timeZone: "UTC", starts: calendarStarts("day", "UTC", START_MS) }
]

export const programOf = (seed: number): Program => {
  const draw = new Draw(seed)
  const plans = ["a", "b"].map((account): Plan => ({
    account,
    window: draw.pick(windows),
    limit: draw.pick([10, 10, 7, 13, null]),
    settle: draw.pick(["actual", "actual", "actual", "held", "none"])
  }))
  const kinds = drawKinds(draw)
  const jumps = draw.pick([shortJumps, longJumps])
  const made = new Map<string, Command>()
  const steps: Array<ProgramStep> = []
  let nowMs = START_MS
  while (steps.length < STEPS) {
    nowMs += draw.pick(jumps)
    const command = drawCommand(draw, kinds, plans, made)
    if (command.kind === "reserve" && !made.has(command.id)) made.set(command.id, command)
    steps.push({ nowMs, command })
  }
  return { settings, accounts: plans.map(termsOf), steps }
}
