/**
 * The store as the checks ask it, past the front: at the replay's time, one call after the other.
 */
import type { AccountTerms, Command, Outcome } from "@tallystick/core/machine"
import type { CallError, Hold, QuotaStore } from "@tallystick/core/store"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

import type { VirtualTime } from "./virtual-time.ts"

/** The largest page that a store gives. */
const PAGE = 1_000

export class StoreReader {
  readonly #store: QuotaStore
  readonly #clock: Clock.Clock

  constructor(store: QuotaStore, time: VirtualTime) {
    this.#store = store
    this.#clock = clockOf(time)
  }

  /** One command, and its answer. */
  async execute(command: Command): Promise<Outcome> {
    const [outcome] = await this.#run(this.#store.execute([command]))
    if (outcome === undefined) throw new Error("the store gave no outcome for a command")
    return outcome
  }

  async usage(terms: AccountTerms) {
    const [answer] = await this.#run(this.#store.usage([terms]))
    if (answer === undefined) throw new Error("the store gave no numbers for an account")
    return answer
  }

  /** All live holds of an account, page by page. */
  async holds({ account, window }: AccountTerms): Promise<ReadonlyArray<Hold>> {
    const all: Array<Hold> = []
    let after: string | undefined
    do {
      const page = await this.#run(this.#store.holds({ account, window }, { after, limit: PAGE }))
      all.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return all
  }

  #run<A>(effect: Effect.Effect<A, CallError>): Promise<A> {
    return Effect.runPromise(Effect.provideService(effect, Clock.Clock, this.#clock))
  }
}

const clockOf = ({ nowMs }: VirtualTime): Clock.Clock => {
  const nanos = (): bigint => BigInt(nowMs()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: nowMs,
    currentTimeMillis: Effect.sync(nowMs),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: () => Effect.void // nothing that only asks has a reason to wait
  }
}
