/** A call of `batched`: what it asks, who hears the answer, and the flush that it is in. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

import { accountKey } from "../machine/account.ts"
import type { Command } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import type { CallError } from "./errors.ts"

export type Answer = Effect.Effect<ReadonlyArray<Outcome>, CallError>

/**
 * Makes a flush ready; nothing is sent before the effect runs. It ends when the reply is there, and gives what reads it: so the next flush, made ready
 * meanwhile, is at the store before this one's answers are made and told. What cannot be read may have happened: that fails as `OutcomeUnknown`.
 */
export type Prepare = (items: ReadonlyArray<Command>) => Effect.Effect<Answer, CallError>

export const inOneStep =
  (execute: (items: ReadonlyArray<Command>) => Answer): Prepare =>
  (items) =>
    Effect.map(
      Effect.suspend(() => execute(items)),
      Effect.succeed
    )

export interface Request {
  items: ReadonlyArray<Command>
  readonly accounts: ReadonlyArray<string>
  readonly commands: number
  readonly bytes: number
  /** Of its caller: a flush runs with those of its first request. */
  readonly services: Context.Context<never>
  resume: (answer: Answer) => void
  /** It has not been sent. */
  isWaiting: boolean
  /** Under way with it, or the next one to leave. */
  flight: Flight | undefined
  /** Only a call that had to wait has a deadline here: one that left at once has that of the store. */
  endDeadline: (() => void) | undefined
}

export interface Flight {
  /** As it was taken; who goes before it is sent is left out. */
  readonly batch: ReadonlyArray<Request>
  readonly commands: number
  /** Made ready, for all of the batch. */
  ready: Effect.Effect<Answer, CallError> | undefined
  /** There while it is under way. */
  fiber: Fiber.Fiber<unknown, CallError> | undefined
  /** How many of its callers still want the answer. */
  callers: number
  /** Leaves as soon as the reply to this one is there. */
  next: Flight | undefined
}

export const flightOf = (batch: ReadonlyArray<Request>): Flight => {
  const flight: Flight = {
    batch,
    commands: commandsOf(batch),
    ready: undefined,
    fiber: undefined,
    callers: batch.length,
    next: undefined
  }
  for (const request of batch) request.flight = flight
  return flight
}

export const itemsOf = (batch: ReadonlyArray<Request>): ReadonlyArray<Command> =>
  batch.length === 1 ? batch[0]!.items : batch.flatMap(({ items }) => items)

export const commandsOf = (batch: ReadonlyArray<Request>): number =>
  batch.reduce((sum, { commands }) => sum + commands, 0)

export const requestOf = (
  items: ReadonlyArray<Command>,
  services: Context.Context<never>,
  resume: (answer: Answer) => void
): Request => ({
  items,
  accounts: accountsOf(items),
  commands: items.length,
  bytes: items.reduce((sum, command) => sum + bytesOf(command), 0),
  services,
  resume,
  isWaiting: true,
  flight: undefined,
  endDeadline: undefined
})

/**
 * Answered, it refers to nothing any more. V8 lays what it once saw to live long into the old space from then on, and what has died there keeps all that it
 * refers to until the whole heap is collected: a call of 512 callers took 5.5 us of the client and takes 3.7, one of 64 3.6 and 3.2 (a store that does nothing).
 */
export const forget = (request: Request): void => {
  request.items = nothing
  request.resume = noop
  request.flight = undefined
  request.endDeadline = undefined
}

const nothing: ReadonlyArray<Command> = []
const noop = (): void => {}

const accountsOf = (items: ReadonlyArray<Command>): ReadonlyArray<string> => {
  const [first] = items
  // Nearly every call is one command, whose accounts differ.
  if (items.length === 1 && first !== undefined) return first.legs.map(accountKey)
  return [...new Set(items.flatMap(({ legs }) => legs.map(accountKey)))]
}

/** About what it takes on the wire (measured in Redis: 480 bytes for one leg, 240 for each further one, with short ids). */
const bytesOf = ({ id, legs }: Command): number =>
  legs.reduce((sum, { account }) => sum + 240 + 2 * (account.length + id.length), 240)
