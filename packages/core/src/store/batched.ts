/**
 * Group commit. A hot account is where row locks die: every reserve waits for the one before it to reach the disk. Here what arrives while a flush is
 * under way leaves together in the next one, and is decided in order under one lock.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"

import { accountKey } from "../machine/account.ts"
import { readInteger } from "../machine/check.ts"
import type { Command } from "../machine/command.ts"
import type { Outcome } from "../machine/outcome.ts"
import { MAX_COMMANDS, readCommands } from "../machine/read-command.ts"
import { BatchQueue } from "./batch-queue.ts"
import { checked } from "./checked.ts"
import { type CallError, NotAppliedError } from "./errors.ts"
import type { QuotaStore } from "./port.ts"

export interface BatchedOptions {
  /** Commands of one flush at most, 1 to 1,000. Default 200. A call of more goes alone. */
  readonly maxCommands?: number | undefined
  /** Bytes of one flush at most, about. Default 256 KB. A call of more goes alone. */
  readonly maxBytes?: number | undefined
  /** Flushes in flight at most, 1 to 100. Default 4. An account is in one of them at most. */
  readonly maxFlushes?: number | undefined
  /** Commands that may wait at most; what comes then is refused as `NotApplied`. Default 10,000. */
  readonly maxWaiting?: number | undefined
}

type Answer = Effect.Effect<ReadonlyArray<Outcome>, CallError>

interface Request {
  readonly items: ReadonlyArray<Command>
  readonly accounts: ReadonlyArray<string>
  readonly commands: number
  readonly bytes: number
  /** Of its caller: a flush runs with those of its first request. */
  readonly services: Context.Context<never>
  readonly resume: (answer: Answer) => void
  isWaiting: boolean
}

const sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]
const batchSize = Metric.histogram("tallystick_batch_commands", {
  description: "commands that left in one flush",
  boundaries: sizes
})
const waiting = Metric.gauge("tallystick_batch_waiting", { description: "commands that wait for a flush" })

/**
 * The store with group commit. With nothing under way a call leaves at once. Each call is answered as it would be alone; a flush that fails fails its own
 * calls only; to interrupt a caller takes nothing from the others. Reads are passed on as they are.
 *
 * @throws InvalidInput if an option is out of its range
 *
 * @example
 * const store = batched(postgresStore({ pool }), { maxFlushes: 8 })
 */
export const batched = (store: QuotaStore, options: BatchedOptions = {}): QuotaStore => {
  const flushes = new Flushes(store, {
    maxCommands: readInteger(options.maxCommands ?? 200, "maxCommands", 1, MAX_COMMANDS),
    maxBytes: readInteger(options.maxBytes ?? 262_144, "maxBytes", 1_000, 2 ** 30),
    maxFlushes: readInteger(options.maxFlushes ?? 4, "maxFlushes", 1, 100),
    maxWaiting: readInteger(options.maxWaiting ?? 10_000, "maxWaiting", 1, 1_000_000)
  })
  return {
    capabilities: store.capabilities,
    execute: (commands) =>
      checked(
        () => readCommands(commands),
        (items) => (items.length === 0 ? Effect.succeed([]) : flushes.execute(items))
      ),
    usage: store.usage,
    holds: store.holds,
    sweep: store.sweep,
    close: store.close
  }
}

type Bounds = { readonly [Name in keyof BatchedOptions]-?: number }

class Flushes {
  readonly #store: QuotaStore
  readonly #bounds: Bounds
  readonly #queue = new BatchQueue<Request>()
  #inFlight = 0

  constructor(store: QuotaStore, bounds: Bounds) {
    this.#store = store
    this.#bounds = bounds
  }

  execute(items: ReadonlyArray<Command>): Answer {
    return Effect.contextWith((services: Context.Context<never>) =>
      Effect.callback<ReadonlyArray<Outcome>, CallError>((resume) => {
        const waits = this.#queue.commands
        const { maxWaiting } = this.#bounds
        if (waits > 0 && waits + items.length > maxWaiting) return resume(Effect.fail(tooMany(waits, maxWaiting)))
        const accounts = [...new Set(items.flatMap(({ legs }) => legs.map(accountKey)))]
        const bytes = items.reduce((sum, command) => sum + bytesOf(command), 0)
        const request = { items, accounts, commands: items.length, bytes, services, resume, isWaiting: true }
        this.#queue.add(request)
        this.#flush()
        // Gone before it left: it is not sent. Gone later: it takes its effect, and nobody hears of it.
        return Effect.sync(() => {
          if (request.isWaiting) this.#queue.remove(request)
        })
      })
    )
  }

  /** Sends what can go. A flush is nobody's own: whoever is interrupted, it goes on. */
  #flush(): void {
    const { maxBytes, maxCommands, maxFlushes } = this.#bounds
    while (this.#inFlight < maxFlushes && !this.#queue.isEmpty) {
      const batch = this.#queue.take(maxCommands, maxBytes)
      const [first] = batch
      if (first === undefined) return
      this.#inFlight++
      for (const request of batch) request.isWaiting = false
      const items = batch.length === 1 ? first.items : batch.flatMap((request) => request.items)
      const send = Effect.andThen(count(items.length, this.#queue.commands), this.#store.execute(items))
      Effect.runForkWith(first.services)(send).addObserver((exit) => {
        this.#inFlight--
        this.#queue.done(batch)
        answerAll(batch, exit)
        this.#flush()
      })
    }
  }
}

const count = (sent: number, waits: number): Effect.Effect<void> =>
  Effect.andThen(Metric.update(batchSize, sent), Metric.update(waiting, waits))

/** Each its own outcomes; of a flush that failed, each the failure. */
const answerAll = (batch: ReadonlyArray<Request>, exit: Exit.Exit<ReadonlyArray<Outcome>, CallError>): void => {
  let from = 0
  for (const { commands, resume } of batch) {
    const first = from
    resume(
      Exit.isSuccess(exit) ? Effect.succeed(exit.value.slice(first, first + commands)) : Effect.failCause(exit.cause)
    )
    from += commands
  }
}

const tooMany = (waits: number, most: number): NotAppliedError =>
  new NotAppliedError(`${waits} commands wait already, and at most ${most} may: the store does not keep up`)

/** About what it takes on the wire (measured in Redis: 480 bytes for one leg, 240 for each further one, with short ids). */
const bytesOf = ({ id, legs }: Command): number =>
  legs.reduce((sum, { account }) => sum + 240 + 2 * (account.length + id.length), 240)
