/**
 * Histories of a memory store under many clients: what is sent takes effect some time later, and is answered later still, or never.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import { clockAt } from "../../src/contract/clock.ts"
import { Random } from "../../src/replay/random.ts"
import type { Call, Question, Reply } from "../../src/storm/check/history.ts"
import { idsOf, refsOf } from "../../src/storm/work/groups.ts"
import { drawQuestion } from "../../src/storm/work/draw.ts"

export interface Recording {
  readonly seed: number
  readonly clients: number
  readonly calls: number
  /** The share of calls whose answer is lost; half of them never happen. */
  readonly lost?: number
  /** In each visit of 50 ms the server dies once: what is under way then is not answered, and what had not happened does not. */
  readonly deaths?: boolean
  /** A read does not see what took its time up to 20 ms before it: as in Postgres, where that is still being written. */
  readonly earlyReads?: boolean
  readonly store?: QuotaStore
  readonly draw?: (random: Random, atMs: number, mine: ReadonlyArray<string>) => Question
}

interface Under {
  readonly who: string
  readonly question: Question
  readonly sentNs: number
  readonly effectNs: number
  /** What the store's clock shows it. */
  readonly clockNs: number
  readonly answeredNs: number
  readonly fate: "answered" | "lost" | "never"
}

/** 1,7 × 10^12 ms: some day in 2023, on no whole second. */
const EPOCH_MS = 1_700_000_000_123
const MS = 1_000_000

/** Four visits to one group, 1.2 s apart, of 50 ms each. */
const drawAtGroup = (random: Random, atMs: number, mine: ReadonlyArray<string>): Question =>
  drawQuestion(random, { group: 0, visit: Math.min(3, Math.floor(atMs / 1_200)) }, mine)

export const ask = async (store: QuotaStore, question: Question, nowMs: number): Promise<Reply> => {
  const at = Effect.provideService(Clock.Clock, clockAt(nowMs))
  return question.kind === "usage"
    ? { kind: "accounts", accounts: await Effect.runPromise(at(store.usage(question.accounts))) }
    : { kind: "outcomes", outcomes: await Effect.runPromise(at(store.execute(question.commands))) }
}

export const record = async (recording: Recording): Promise<ReadonlyArray<Call>> => {
  const { seed, clients, calls, lost = 0, deaths = false, earlyReads = false, draw = drawAtGroup } = recording
  const store = recording.store ?? memoryStore()
  const random = new Random(seed, 1)
  const under: Array<Under> = []
  for (let client = 0; client < clients; client++) {
    let nowNs = random.fraction() * 5 * MS
    let again: Question | undefined
    let mine: ReadonlyArray<string> = []
    for (let call = 0; call < calls / clients; call++) {
      // A visit is over: all wait for the next.
      if (nowNs % (1_200 * MS) > 50 * MS) nowNs += 1_200 * MS - (nowNs % (1_200 * MS))
      const question = again ?? draw(random, nowNs / MS, mine)
      const sentNs = nowNs
      let effectNs = sentNs + random.positive() * 4 * MS
      const aheadNs = earlyReads && question.kind === "usage" ? random.fraction() * 20 * MS : 0
      let answeredNs = effectNs + aheadNs + random.positive() * 3 * MS
      const deathNs = Math.floor(sentNs / (1_200 * MS)) * 1_200 * MS + 20 * MS
      const dies = deaths && sentNs < deathNs && answeredNs > deathNs
      const isLost = dies || random.fraction() < lost
      const happens = dies ? effectNs < deathNs : random.fraction() < 0.5
      const fate = isLost ? (happens ? "lost" : "never") : "answered"
      if (fate === "lost" && question.kind === "execute" && !dies && random.fraction() < 0.2)
        effectNs = sentNs + random.positive() * 2_000 * MS
      if (isLost) answeredNs = sentNs + (6 + 3 * random.positive()) * MS
      under.push({ who: `c${client}`, question, sentNs, effectNs, clockNs: effectNs + aheadNs, answeredNs, fate })
      again = isLost && random.fraction() < 0.7 ? question : undefined
      if (question.kind === "execute") mine = [...mine, ...begunBy(question.commands)].slice(-2)
      nowNs = answeredNs + random.positive() * 2 * MS
    }
  }
  const history: Array<Call> = []
  for (const { fate, ...call } of under.toSorted((a, b) => a.effectNs - b.effectNs)) {
    const nowMs = Math.floor(EPOCH_MS + call.clockNs / MS)
    const reply = fate === "never" ? undefined : await ask(store, call.question, nowMs)
    history.push({ ...call, reply: fate === "answered" ? reply! : { kind: "unknown" } })
  }
  return [...history, ...(await lastLook(store, history))]
}

const begunBy = (commands: ReadonlyArray<Command>): ReadonlyArray<string> =>
  commands.flatMap(({ kind, id }) => (kind === "reserve" ? [id] : []))

/** When all is over: every account and every id. */
const lastLook = async (store: QuotaStore, history: ReadonlyArray<Call>): Promise<ReadonlyArray<Call>> => {
  const afterNs = Math.max(...history.map(({ answeredNs }) => answeredNs)) + 2_500 * MS
  const accounts = refsOf(0)
  const commands = idsOf(0).map((id) => ({ kind: "lookup" as const, id, legs: accounts }))
  const looks: Array<Call> = []
  for (const question of [{ kind: "usage", accounts } as const, { kind: "execute", commands } as const]) {
    const sentNs = afterNs + looks.length * 10 * MS
    const reply = await ask(store, question, Math.floor(EPOCH_MS + sentNs / MS) + 1)
    looks.push({ who: "last look", question, sentNs, answeredNs: sentNs + 5 * MS, reply })
  }
  return looks
}
