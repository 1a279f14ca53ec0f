/** Reports to print. */
import type { AccountAnswer } from "@tallystick/core/machine"

import type { ExploreReport, ReplayReport, Step } from "../../src/report/model.ts"

export const account = (name: string, used: number, reserved: number, limit: number): AccountAnswer => ({
  account: name,
  window: { kind: "none" },
  known: true,
  open: true,
  unit: "tokens",
  limit,
  limitFrom: "code",
  used,
  reserved,
  spendable: Math.max(0, limit - used - reserved),
  debt: 0,
  status: "ok",
  revision: 1,
  period: 0,
  timeMs: 0,
  resetsInMs: null
})

export const step = (atMs: number, lane: string, kind: Step["kind"], text: string, rest: Partial<Step> = {}): Step => ({
  atMs,
  lane,
  kind,
  text,
  answer: null,
  accounts: [],
  violation: null,
  ...rest
})

export const because = "c2's reserve r2 was granted 8 of a, which had 7 of 10 left </script><b>&"

export const steps: ReadonlyArray<Step> = [
  step(0, "c1", "send", "c1 reserve r1: 3 of a for 10 s", {
    answer: "granted",
    accounts: [account("a", 0, 3, 10), account("b", 0, 0, 5)]
  }),
  step(0, "c2", "fault", "c2 reserve r2: 8 of a for 10 s, and some more that makes the line long (delayed)"),
  step(9_500, "clock", "jump", "9.5 s pass", { accounts: [account("a", 0, 3, 10), account("b", 0, 0, 5)] }),
  step(9_500, "network", "deliver", "c2 reserve r2: 8 of a for 10 s arrives", {
    answer: "granted",
    accounts: [account("a", 0, 11, 10), account("b", 0, 0, 5)],
    violation: { invariant: "I1", because }
  })
]

export const held: ExploreReport = {
  command: "explore",
  ok: true,
  store: "memory",
  seed: 7,
  runs: 1_234,
  messages: 56_789,
  interleavings: 1_200,
  faults: { delayed: 10, reordered: 0, duplicated: 3_000, lost: 4, crashed: 5, timeJumps: 6 },
  answers: { granted: 1_000, deniedLimit: 20, finalized: 900 },
  invariants: [
    { id: "I1", checks: 12_345, violations: 0 },
    { id: "I10", checks: 0, violations: 0 }
  ],
  histories: { judged: 80, tooLong: 2, mostOperations: 40 },
  failure: null
}

export const broken: ExploreReport = {
  ...held,
  ok: false,
  invariants: [
    { id: "I1", checks: 12_345, violations: 1 },
    { id: "I10", checks: 4, violations: 0 }
  ],
  failure: {
    invariant: "I1",
    because,
    seed: 7,
    tape: [1, 2, 3],
    steps,
    replay: "tallystick explore --store memory --seed 7 --tape AQID"
  }
}

export const replayed: ReplayReport = {
  command: "replay",
  ok: true,
  store: "memory",
  requests: 19_366,
  granted: 14_982,
  denied: 4_384,
  late: 58,
  accounts: 2_928,
  used: { tokens: 20_581_116, microusd: 76_075_181, streams: 0 },
  overage: { tokens: 44_090, microusd: 440_900, streams: 0 },
  peakReserved: { tokens: 158_810, microusd: 746_485, streams: 91 },
  invariants: [{ id: "I1", checks: 49_332, violations: 0 }]
}
