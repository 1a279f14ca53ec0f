/**
 * Callers that go on while their server is stopped and goes on, again and again: each call ends by its deadline, they recover, nothing is counted twice or
 * left behind.
 */
import type { Command } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"
import * as Effect from "effect/Effect"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

import { ask, finalize, numbersOf, reserve, soakAccounts } from "./cases.ts"

export interface SoakOptions {
  /** Over the same accounts: a turn begins in one and ends in the next, so that with two each client ends what the other began. */
  readonly stores: readonly [QuotaStore, ...ReadonlyArray<QuotaStore>]
  /** The `callTimeoutMs` of each. */
  readonly deadlineMs: number
  readonly cycles: number
  /** Each cycle: so long it runs, then it is stopped for so long. */
  readonly runsMs: number
  readonly stoppedMs: number
  readonly callers: number
  readonly stop: () => void
  readonly goOn: () => void
  /** What must be where it was: sockets of this process, connections of the server, listeners. */
  readonly count: () => Promise<Readonly<Record<string, number>>>
}

export interface SoakReport {
  readonly calls: number
  readonly unanswered: number
  readonly turns: number
  /** Calls that were not over a second after their deadline. */
  readonly outlived: number
  /** From the end of each stop until each store had its first answer. */
  readonly recoveriesMs: ReadonlyArray<number>
  readonly counts: {
    readonly before: Readonly<Record<string, number>>
    readonly after: Readonly<Record<string, number>>
  }
  readonly heapMb: { readonly before: number; readonly after: number }
}

const DEBIT = 2

/** Later than the store's own timer, on the same loop: so that one that is late because the machine is busy is no finding. */
const GRACE_MS = 1_000

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** @throws Error if an account does not hold what the turns cost */
export const soak = async (options: SoakOptions): Promise<SoakReport> => {
  const run = new Run(options)
  const { callers, count, cycles, goOn, runsMs, stop, stoppedMs } = options
  // Warm: connections are made, code is compiled.
  await run.callersUntil(callers, sleep(Math.min(2_000, runsMs)))
  const before = { counts: await count(), heapMb: heapMb() }
  const recoveriesMs: Array<number> = []
  const cycle = async (): Promise<void> => {
    for (let left = cycles; left > 0; left--) {
      await sleep(runsMs)
      stop()
      await sleep(stoppedMs)
      goOn()
      recoveriesMs.push(await run.nextAnswersMs())
    }
    await sleep(runsMs)
  }
  await run.callersUntil(callers, cycle())
  await run.audit()
  const after = { counts: await count(), heapMb: heapMb() }
  return {
    ...run.counts,
    recoveriesMs,
    counts: { before: before.counts, after: after.counts },
    heapMb: { before: before.heapMb, after: after.heapMb }
  }
}

class Run {
  readonly counts = { calls: 0, unanswered: 0, turns: 0, outlived: 0 }
  readonly #options: SoakOptions
  #waiting: Array<{ readonly store: QuotaStore; readonly heard: () => void }> = []
  #isOver = false
  #ids = 0

  constructor(options: SoakOptions) {
    this.#options = options
  }

  async callersUntil(callers: number, end: Promise<void>): Promise<void> {
    this.#isOver = false
    const all = Promise.all(Array.from({ length: callers }, () => this.#call()))
    await end
    this.#isOver = true
    await all
  }

  async nextAnswersMs(): Promise<number> {
    const startMs = performance.now()
    const answers = this.#options.stores.map(
      (store) => new Promise<void>((heard) => this.#waiting.push({ store, heard }))
    )
    await Promise.all(answers)
    return performance.now() - startMs
  }

  /** Holds and ends, each until it is answered: the same call again settles what is unknown. */
  async #call(): Promise<void> {
    while (!this.#isOver) {
      const number = this.#ids++
      const id = `soak${number}`
      const account = soakAccounts[number % soakAccounts.length]!
      // A turn of its accounts later they meet the other store.
      const first = number + Math.floor(number / soakAccounts.length)
      await this.#untilAnswered(this.#storeAt(first), reserve(id, account, 3))
      await this.#untilAnswered(this.#storeAt(first + 1), finalize(id, account, DEBIT))
      this.counts.turns++
    }
  }

  #storeAt(number: number): QuotaStore {
    const { stores } = this.#options
    return stores[number % stores.length]!
  }

  async #untilAnswered(store: QuotaStore, command: Command): Promise<void> {
    for (;;) {
      this.counts.calls++
      const timer = setTimeout(() => this.counts.outlived++, this.#options.deadlineMs + GRACE_MS)
      const { _tag } = await ask(store, command)
      clearTimeout(timer)
      if (_tag === "Granted" || _tag === "Finalized") break
      if (_tag !== "NotApplied" && _tag !== "OutcomeUnknown") throw new Error(`a call was answered ${_tag}`)
      this.counts.unanswered++
      await sleep(20)
    }
    for (const waiting of this.#waiting) if (waiting.store === store) waiting.heard()
    this.#waiting = this.#waiting.filter((waiting) => waiting.store !== store)
  }

  async audit(): Promise<void> {
    const [store] = this.#options.stores
    const due = this.counts.turns * DEBIT
    let sum = 0
    for (const account of soakAccounts) {
      const [used, reserved] = await numbersOf(store, account)
      const { items } = await Effect.runPromise(store.holds({ account }, { limit: 10 }))
      if (reserved !== 0 || items.length > 0)
        throw new Error(`${account}: ${reserved} reserved by ${items.length} holds`)
      sum += used
    }
    if (sum !== due) throw new Error(`${sum} used, and ${due} are due`)
  }
}

setFlagsFromString("--expose_gc")
const collect = runInNewContext("gc") as () => void

const heapMb = (): number => {
  for (let time = 0; time < 3; time++) collect()
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10
}

/** Sockets of this process. */
export const sockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length

/** `TALLYSTICK_SOAK_SECONDS`: ten minutes are 30 cycles of 20 s. Without it: two cycles of 2.5 s. */
export const soakCycles = (): Pick<SoakOptions, "cycles" | "runsMs" | "stoppedMs"> => {
  const seconds = Number(process.env["TALLYSTICK_SOAK_SECONDS"] ?? 0)
  return seconds === 0
    ? { cycles: 2, runsMs: 1_000, stoppedMs: 1_500 }
    : { cycles: Math.max(1, Math.round(seconds / 20)), runsMs: 15_000, stoppedMs: 5_000 }
}
