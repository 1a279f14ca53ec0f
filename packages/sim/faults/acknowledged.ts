/**
 * Writers that write down what they were told, and the comparison with what a store holds after it was killed.
 */
import type { Command, Outcome } from "@tallystick/core/machine"
import type { QuotaStore } from "@tallystick/core/store"

import { ask, charge, executed, finalize, lookup, numbersOf, reserve } from "./cases.ts"

/** One command, and whether its answer was heard. */
interface Sent {
  readonly command: Command
  readonly account: string
  readonly isHeard: boolean
}

/** What some writers sent, in the order in which they were told. */
export type Log = ReadonlyArray<Sent>

/** Few, so that the writers meet. */
const accountOf = (number: number): string => `written${number % 3}`

const DEBIT = 2

export class Writers {
  readonly #store: QuotaStore
  readonly #sent: Array<Sent> = []
  #isOver = false
  #done: Promise<unknown> = Promise.resolve()

  constructor(store: QuotaStore) {
    this.#store = store
  }

  get heard(): number {
    return this.#sent.filter(({ isHeard }) => isHeard).length
  }

  start(writers: number): void {
    this.#done = Promise.all(Array.from({ length: writers }, (_, writer) => this.#write(writer)))
  }

  /** When each has its answer, or was told that there is none. */
  async stop(): Promise<Log> {
    this.#isOver = true
    await this.#done
    return this.#sent
  }

  /** One writer ends at the first call that is not answered: what comes after it would not be known to be lost. */
  async #write(writer: number): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      const account = accountOf(writer + turn)
      const id = `w${writer}-${turn}`
      for (const command of [reserve(id, account, 3), finalize(id, account, DEBIT), charge(`${id}c`, account, DEBIT)]) {
        const answer = await ask(this.#store, command)
        const isHeard = "accounts" in answer
        this.#sent.push({ command, account, isHeard })
        if (!isHeard) return
      }
    }
  }
}

const textOf = ({ id, kind }: Command): string => `${kind} ${id}`

export interface Found {
  /** Acknowledged, and not in the store. */
  readonly lost: ReadonlyArray<string>
  /** Nothing that was acknowledged later than something lost is there. */
  readonly isEnd: boolean
}

/**
 * What of the acknowledged is gone, and whether the sums are those of what is there. Reads only.
 *
 * @throws Error that says which account's sums are wrong
 */
export const findLost = async (store: QuotaStore, log: Log): Promise<Found> => {
  const states = await executed(
    store,
    log.map(({ account, command }) => lookup(command.id, account))
  )
  const lost: Array<string> = []
  const sums = new Map<string, Sums>()
  const seen = new Set<string>()
  let isEnd = true
  for (const [index, { account, command, isHeard }] of log.entries()) {
    const [leg] = states[index]!.legs
    const sum = sums.get(account) ?? { used: 0, reserved: 0 }
    sums.set(account, sum)
    if (leg !== undefined && !seen.has(command.id)) {
      sum.used += leg.debited
      sum.reserved += leg.state === "held" ? leg.held : 0
      seen.add(command.id)
    }
    if (!isHeard) continue
    if (!isKept(command, leg?.state)) lost.push(textOf(command))
    else if (lost.length > 0) isEnd = false
  }
  for (const [account, { reserved, used }] of sums) await compare(store, account, used, reserved)
  return { lost, isEnd }
}

interface Sums {
  used: number
  reserved: number
}

/** A reserve that was finalized later is there as what it became. */
const isKept = ({ kind }: Command, state: string | undefined): boolean => {
  if (kind === "charge") return state === "charged"
  return kind === "reserve" ? state === "held" || state === "finalized" : state === "finalized"
}

/**
 * All that was sent, again and in order, whether it was heard or not, as by a client that knows what is due. In the end each id has had one effect.
 *
 * @throws Error that says which account is wrong
 */
export const sendAgain = async (store: QuotaStore, log: Log): Promise<void> => {
  const due = new Map<string, number>()
  const finalized = new Set(log.filter(({ command }) => command.kind === "finalize").map(({ command }) => command.id))
  const commands = log.flatMap(({ account, command }) => {
    const isEnded = command.kind !== "reserve" || finalized.has(command.id)
    if (command.kind !== "reserve" || !isEnded) due.set(account, (due.get(account) ?? 0) + DEBIT)
    if (command.kind === "finalize") return [ending(command.id, account)]
    // The last one of a writer may have stopped at its reserve: its end is due as well.
    return isEnded ? [command] : [command, ending(command.id, account)]
  })
  for (const [index, answer] of (await executed(store, commands)).entries())
    if (!isFine(commands[index]!, answer))
      throw new Error(`${textOf(commands[index]!)} again was answered ${answer._tag}`)
  for (const [account, used] of due) await compare(store, account, used, 0)
}

const ending = (id: string, account: string): Command => finalize(id, account, DEBIT, "charge")

const compare = async (store: QuotaStore, account: string, used: number, reserved: number): Promise<void> => {
  const [found, held] = await numbersOf(store, account)
  if (found !== used || held !== reserved)
    throw new Error(`${account}: used ${found} and reserved ${held}; it should be ${used} and ${reserved}`)
}

/** A reserve of what was finalized is a conflict: its id has ended, once. */
const isFine = ({ kind }: Command, answer: Outcome): boolean =>
  kind === "reserve"
    ? answer._tag === "Granted" || answer._tag === "Conflict"
    : answer._tag === (kind === "charge" ? "Charged" : "Finalized")
