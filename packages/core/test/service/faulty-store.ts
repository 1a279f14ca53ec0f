/**
 * A wire that breaks on demand, in front of a real store.
 */
import * as Effect from "effect/Effect"

import type { Command } from "../../src/machine/command.ts"
import { NotAppliedError, OutcomeUnknownError } from "../../src/store/errors.ts"
import type { QuotaStore } from "../../src/store/port.ts"

/**
 * What the wire does with one call: passes it; refuses it; drops it on the way there or its answer on the way back,
 * which look the same; swallows it and never answers; answers only after a time; or breaks the program.
 */
export type Fault =
  | "pass"
  | "refuse"
  | "lose"
  | "loseAnswer"
  | "swallow"
  | "swallowAnswer"
  | "die"
  | { readonly answerAfterMs: number }

export interface FaultyStore extends QuotaStore {
  /** What the next calls meet, one each; then they pass. */
  readonly next: (...faults: ReadonlyArray<Fault>) => void
  /** What all calls of a command meet until told otherwise. */
  readonly always: (kind: Command["kind"], fault: Fault) => void
  /** The server restarts empty. */
  readonly lose: () => void
  /** All commands that were sent, whatever became of them. */
  readonly sent: Array<Command>
  readonly kinds: () => ReadonlyArray<string>
}

export const faultyStore = (make: () => QuotaStore): FaultyStore => {
  let store = make()
  const queue: Array<Fault> = []
  const standing = new Map<string, Fault>()
  const sent: Array<Command> = []
  const execute: QuotaStore["execute"] = (commands) =>
    Effect.suspend(() => {
      sent.push(...commands)
      const fault = queue.shift() ?? standing.get(commands[0]!.kind) ?? "pass"
      const pass = store.execute(commands)
      if (typeof fault === "object") return Effect.tap(pass, Effect.sleep(fault.answerAfterMs))
      switch (fault) {
        case "pass":
          return pass
        case "refuse":
          return Effect.fail(new NotAppliedError("refused by the test"))
        case "lose":
          return Effect.fail(new OutcomeUnknownError("lost by the test"))
        case "loseAnswer":
          return Effect.andThen(pass, Effect.fail(new OutcomeUnknownError("lost by the test")))
        case "swallow":
          return Effect.uninterruptible(Effect.never)
        case "swallowAnswer":
          return Effect.andThen(pass, Effect.uninterruptible(Effect.never))
        case "die":
          return Effect.die(new Error("a bug of the store"))
      }
    })
  return {
    capabilities: store.capabilities,
    close: store.close,
    usage: (accounts) => store.usage(accounts),
    holds: (account, page) => store.holds(account, page),
    sweep: (limit) => store.sweep(limit),
    execute,
    lose: () => {
      store = make()
    },
    sent,
    next: (...faults) => {
      queue.push(...faults)
    },
    always: (kind, fault) => {
      standing.set(kind, fault)
    },
    kinds: () => sent.map((command) => command.kind)
  }
}
