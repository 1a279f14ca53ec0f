/**
 * Stores for the tests: the memory store, changed by a few lines each.
 */
import { memoryStore } from "@tallystick/adapter-memory"
import type { Command, Outcome, Settings } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

import type { MakeStore } from "../../src/index.ts"

type Execute = QuotaStore["execute"]

/** The memory store with another `execute`. */
export const changed =
  (change: (execute: Execute, store: QuotaStore) => Execute): MakeStore =>
  (settings: Settings) => {
    const store = memoryStore(settings)
    return { ...store, execute: change(store.execute, store) }
  }

const then = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => Effect.flatMap(Effect.yieldNow, () => effect)

/** Right: it yields before and after its one step. */
export const yielding = changed(
  (execute) => (commands) => Effect.flatMap(then(execute(commands)), (outcomes) => then(Effect.succeed(outcomes)))
)

/** Right: it waits for a lock, and yields while it has it. */
export const locking: MakeStore = (settings) => {
  const lock = Semaphore.makeUnsafe(1)
  const make = changed(
    (execute) => (commands) =>
      lock.withPermits(1)(Effect.flatMap(then(execute(commands)), (outcomes) => then(Effect.succeed(outcomes))))
  )
  return make(settings)
}

/** Right: it takes 5 ms of the world's time for each call. */
export const sleeping = changed((execute) => (commands) => Effect.andThen(Effect.sleep("5 millis"), execute(commands)))

/** Right: it goes through a promise. */
export const promising = changed(
  (execute) => (commands) =>
    Effect.andThen(
      Effect.promise(async () => {}),
      execute(commands)
    )
)

/** Wrong: it reads whether there is room, yields, and then charges instead of reserving: a check, then an act. */
export const racing = changed((execute) => (commands) => {
  const [first] = commands
  if (first?.kind !== "reserve" || commands.length > 1) return execute(commands)
  const room: Command = { ...first, id: "room" }
  return Effect.flatMap(execute([room]), ([found]) =>
    Effect.flatMap(execute([{ kind: "release", id: "room", legs: first.legs }]), () =>
      then(
        found?.granted === true
          ? execute([{ ...first, legs: first.legs.map((leg) => ({ ...leg, limit: null })) }])
          : execute(commands)
      )
    )
  )
})

/** Wrong: the third reserve of a store never ends. */
export const hanging: MakeStore = (settings) => {
  let reserves = 0
  const make = changed((execute) => (commands) => {
    if (commands[0]?.kind === "reserve") reserves++
    return reserves === 3 ? Effect.never : execute(commands)
  })
  return make(settings)
}

/** Wrong: the third reserve of a store takes longer than any call may (a minute, by default), and is right then. */
export const dawdling: MakeStore = (settings) => {
  let reserves = 0
  const make = changed((execute) => (commands) => {
    if (commands[0]?.kind === "reserve") reserves++
    return reserves === 3
      ? Effect.andThen(Effect.sleep(settings.longestCallMs + 1), execute(commands))
      : execute(commands)
  })
  return make(settings)
}

/** Wrong: what it says of outcomes. */
export const saying = (change: (outcome: Outcome, command: Command) => Outcome): MakeStore =>
  changed(
    (execute) => (commands) =>
      Effect.map(execute(commands), (outcomes) => outcomes.map((outcome, index) => change(outcome, commands[index]!)))
  )
