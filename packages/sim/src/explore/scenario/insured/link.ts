/**
 * A store that goes and comes: for all processes at once.
 */
import type { Command } from "@tallystick/core/machine"
import { type CallError, NotAppliedError, OutcomeUnknownError, type QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

import { commandWords } from "../../../oracle/words.ts"
import type { ScenarioClient } from "../scenario.ts"

/** Shared by the processes of a run. */
export interface Weather {
  isDown: boolean
}

/** The store as one process reaches it. The tape says when it goes and comes, and what a call meets while it is away. */
export const linkOf = ({ pick, sleep, store }: ScenarioClient, weather: Weather): QuotaStore => {
  const meets = (commands: ReadonlyArray<Command>, words: string, error: CallError) =>
    Effect.andThen(
      Effect.promise(async () => sleep(0, `${commands.map(commandWords).join("; ")}: ${words}`)),
      Effect.fail(error)
    )
  return {
    ...store,
    execute: (commands) =>
      Effect.suspend(() => {
        if (pick(3) === 1) weather.isDown = !weather.isDown
        if (!weather.isDown) return store.execute(commands)
        switch (pick(3)) {
          case 0:
            return meets(commands, "the store is down", new NotAppliedError("connection refused"))
          case 1:
            return meets(commands, "lost on its way", new OutcomeUnknownError("no answer"))
          default:
            return Effect.andThen(store.execute(commands), Effect.fail(new OutcomeUnknownError("no answer")))
        }
      })
  }
}
