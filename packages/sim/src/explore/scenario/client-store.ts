/**
 * The shared store as one client of a scenario reaches it: each call waits at a gate before and after.
 */
import type { Command, Outcome } from "@tallystick/core/machine"
import { OutcomeUnknownError } from "@tallystick/core/store"
import type { CallError, QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

import { commandWords } from "../../oracle/words.ts"
import type { Message } from "../../workload/client.ts"
import type { Fault } from "../../workload/swarm.ts"
import { drive } from "../../world/drive.ts"
import type { Stage } from "../stage.ts"
import type { Gates } from "./gates.ts"

/** A call and what becomes of it. */
type Outside<A> = (effect: Effect.Effect<A, CallError>) => void

export interface StoreParts {
  readonly stage: Stage
  readonly gates: Gates
  readonly client: number
  readonly hasFaults: boolean
  /** The client dies: it goes no further. */
  readonly crash: () => void
  /** Something broke while a gate was open: the run ends with it. */
  readonly broke: (error: unknown) => void
}

/** Shares of 255, as in the world of clients. */
const faultOf = (choice: number): Fault =>
  choice < 176 ? "none" : choice < 208 ? "replyLost" : choice < 232 ? "lost" : "crash"

export const clientStore = (parts: StoreParts): QuotaStore => {
  const { store } = parts.stage.parts
  const read = <A>(words: string, effect: Effect.Effect<A, CallError>): Effect.Effect<A, CallError> =>
    Effect.callback<A, CallError>((resume) => {
      gate(parts, words, async () => {
        const value = await drive(parts.stage.read(effect))
        return () => resume(Effect.succeed(value))
      })
    })
  return {
    capabilities: store.capabilities,
    execute: (commands) => Effect.callback((resume) => execute(parts, commands, resume)),
    usage: (accounts) => read(`usage of ${accounts.map(({ account }) => account).join(", ")}`, store.usage(accounts)),
    holds: (account, page) => read(`holds of ${account.account}`, store.holds(account, page)),
    sweep: (limit) => read("sweep", store.sweep(limit)),
    close: Effect.void
  }
}

/** Waits, does it, waits again, and goes on. */
const gate = (
  { gates, client, broke }: StoreParts,
  words: string,
  act: (choice: number) => Promise<(() => void) | undefined>
): void => {
  const lane = `c${client + 1}`
  gates.add({
    client,
    words: `${lane} ${words}`,
    atMs: null,
    open: async (choice) => {
      try {
        const goOn = await act(choice)
        if (goOn !== undefined) gates.add({ client, words: `${lane} goes on`, atMs: null, open: goOn })
      } catch (error) {
        broke(error)
      }
    }
  })
}

const execute = (
  parts: StoreParts,
  commands: ReadonlyArray<Command>,
  resume: Outside<ReadonlyArray<Outcome>>
): void => {
  const { stage, client, hasFaults, crash } = parts
  const { world, coverage } = stage.parts
  gate(parts, commands.map(commandWords).join("; "), async (choice) => {
    const fault = hasFaults ? faultOf(choice) : "none"
    const message: Message = {
      client,
      lane: `c${client + 1}`,
      commands,
      fault,
      sentAtMs: world.nowMs,
      sent: stage.parts.history.instant(),
      life: 0
    }
    if (fault === "lost" || fault === "replyLost") coverage.faults.lost++
    let outcomes: ReadonlyArray<Outcome> | undefined
    if (fault !== "lost") {
      stage.onOutcomes = (seen) => {
        outcomes = seen
      }
      await drive(stage.execute(message, false))
      stage.onOutcomes = undefined
    }
    if (fault === "crash") {
      coverage.faults.crashed++
      crash()
      return undefined
    }
    const isHeard = outcomes !== undefined && fault === "none"
    return () =>
      resume(isHeard ? Effect.succeed(outcomes!) : Effect.fail(new OutcomeUnknownError("the answer was lost")))
  })
}
