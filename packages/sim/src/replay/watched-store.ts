/**
 * A store between the front and the real one: it passes everything on, lets the replay know when a call is under way, and
 * shows the audit what was asked and answered.
 */
import type { Command, Outcome } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"

import type { VirtualTime } from "./virtual-time.ts"

export type Saw = (command: Command, outcome: Outcome) => void

export const watchedStore = (store: QuotaStore, time: VirtualTime, saw: Saw): QuotaStore => {
  const watched = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const ends = time.callBegins()
      return Effect.onExit(call, () => Effect.sync(ends))
    })
  return {
    capabilities: store.capabilities,
    execute: (commands) =>
      watched(
        Effect.tap(store.execute(commands), (outcomes) =>
          Effect.sync(() => {
            for (const [i, command] of commands.entries()) {
              const outcome = outcomes[i]
              if (outcome !== undefined) saw(command, outcome)
            }
          })
        )
      ),
    usage: (accounts) => watched(store.usage(accounts)),
    holds: (account, page) => watched(store.holds(account, page)),
    sweep: (limit) => watched(store.sweep(limit)),
    close: Effect.void // whoever made the store closes it
  }
}
