/**
 * The fibers of one process: each makes one call at a time, and records it.
 */
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { setTimeout as sleep } from "node:timers/promises"

import { Random } from "../../replay/random.ts"
import type { Call, Question, Reply } from "../check/history.ts"
import { drawQuestion } from "../work/draw.ts"
import { isIdOf, SLOT_MS, visitAt } from "../work/groups.ts"
import { monotonicNs } from "./monotonic.ts"
import type { Recorder } from "./recorder.ts"

export interface Crew {
  readonly store: QuotaStore
  readonly recorder: Recorder
  readonly seed: number
  /** Of the process, and how often it has been started. */
  readonly process: number
  readonly life: number
  readonly fibers: number
  /** When slot 0 begins, for everybody. */
  readonly startNs: number
  /** What this process did before it was killed. */
  readonly before: ReadonlyArray<Call>
  readonly isOver: () => boolean
  /** For a store in this process: the share of calls whose answer is thrown away. */
  readonly loss?: number
}

/** So that a group has some hundred commands, whatever the store's speed: an order is searched for at each. */
const CALLS_PER_SLOT = 3

/** Of four calls whose outcome is unknown three are made again, as a caller is told to. */
const AGAIN = 0.75

/** What a client remembers of what it began: some of it is still there when it comes back to a group. */
const REMEMBERED = 60

/** Resolves when all fibers have ended, each after its last call. */
export const runCrew = async (crew: Crew): Promise<void> => {
  await Promise.all(Array.from({ length: crew.fibers }, (_, fiber) => runFiber(crew, fiber)))
}

const runFiber = async (crew: Crew, fiber: number): Promise<void> => {
  const who = `p${crew.process}.f${fiber}`
  const random = new Random(crew.seed, (crew.process * 1_000 + fiber) * 1_000 + crew.life)
  const last = crew.before.findLast((call) => call.who === who)
  let again = last?.reply.kind === "unknown" ? last.question : undefined
  let mine: ReadonlyArray<string> = []
  let slot = -1
  for (let made = 0; !crew.isOver();) {
    const now = Math.floor((monotonicNs() - crew.startNs) / (SLOT_MS * 1_000_000))
    if (now < 0 || (now === slot && made >= CALLS_PER_SLOT)) {
      await sleep(untilSlotMs(crew, now + 1))
      continue
    }
    if (now !== slot) [slot, made] = [now, 0]
    const visit = visitAt(slot)
    const question =
      again ??
      drawQuestion(
        random,
        visit,
        mine.filter((id) => isIdOf(visit, id))
      )
    const reply = await callOnce(crew, who, question, random)
    made++
    mine = [...mine, ...begunBy(question)].slice(-REMEMBERED)
    again = reply.kind === "unknown" && random.fraction() < AGAIN ? question : undefined
    // What fails at once must not turn into a loop that only fails.
    if (reply.kind === "nothing") await sleep(5)
  }
}

const untilSlotMs = ({ startNs }: Crew, slot: number): number =>
  Math.max(1, Math.ceil((startNs - monotonicNs()) / 1_000_000 + slot * SLOT_MS))

const begunBy = (question: Question): ReadonlyArray<string> =>
  question.kind === "usage" ? [] : question.commands.flatMap(({ kind, id }) => (kind === "reserve" ? [id] : []))

const callOnce = async ({ store, recorder, loss = 0 }: Crew, who: string, question: Question, random: Random) => {
  const call = recorder.sent(who, question, monotonicNs())
  const heard = await ask(store, question)
  const reply: Reply = random.fraction() < loss ? { kind: "unknown" } : heard
  recorder.answered(call, reply, monotonicNs())
  return reply
}

/** One call to a store, and what its caller is told. */
export const ask = async (store: QuotaStore, question: Question): Promise<Reply> => {
  if (question.kind === "usage") {
    const result = await Effect.runPromise(Effect.result(store.usage(question.accounts)))
    return Result.isSuccess(result) ? { kind: "accounts", accounts: result.success } : failed(result.failure)
  }
  const result = await Effect.runPromise(Effect.result(store.execute(question.commands)))
  return Result.isSuccess(result) ? { kind: "outcomes", outcomes: result.success } : failed(result.failure)
}

const failed = ({ _tag, message }: { readonly _tag: string; readonly message: string }): Reply => {
  if (_tag === "NotApplied") return { kind: "nothing" }
  return _tag === "OutcomeUnknown" ? { kind: "unknown" } : { kind: "failed", error: `${_tag}: ${message}` }
}
