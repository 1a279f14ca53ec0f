/**
 * A store whose script is a given text, on an empty server, and what lies in the server.
 */
import { readCommand } from "@tallystick/core/machine"
import type { Command, Outcome, Settings } from "@tallystick/core/machine"
import type { Redis } from "ioredis"
import { isDeepStrictEqual } from "node:util"

import { readOutcomes, replyOf } from "../src/decode.ts"
import type { RedisDriver } from "../src/driver.ts"
import { encode } from "../src/encode.ts"
import type { Encoded, Question } from "../src/encode.ts"
import { tagOf } from "../src/keys.ts"
import { preflightScript } from "../src/script.ts"
import { MOST_DUE_IN_ROW } from "./audit.ts"
import { dumpScript, stateOf } from "./dump.ts"
import type { Account } from "./dump.ts"

export const settings: Settings = { settledRetentionMs: 10_000, unsettledRetentionMs: 30_000, longestCallMs: 1_000 }

/** Far in the future, so that no key expires while a check runs. */
export const START_MS = 4_000_000_000_000

export const TAG = tagOf("p:", "")

export class Bench {
  readonly client: Redis
  readonly #script: string
  nowMs = START_MS

  constructor(client: Redis, script: string) {
    this.client = client
    this.#script = script
  }

  /** Every text of the store's is the given one; what looks at the server stays. */
  get driver(): RedisDriver {
    return {
      evaluate: async (_, script, keys, args) =>
        this.client.eval(
          script === preflightScript.sha ? preflightScript.text : this.#script,
          keys.length,
          ...keys,
          ...args
        )
    }
  }

  encode(questions: ReadonlyArray<Question>, nowMs: number | undefined): Encoded {
    return encode(TAG, questions, { settings, nowMs, keepsForever: nowMs !== undefined })
  }

  ask({ keys, args }: Encoded): Promise<unknown> {
    return this.client.eval(this.#script, keys.length, ...keys, ...args)
  }

  /** One call, at `nowMs` of the caller's clock. */
  async execute(...given: ReadonlyArray<object>): Promise<ReadonlyArray<Outcome>> {
    const commands: ReadonlyArray<Command> = given.map((one) => readCommand(one))
    return readOutcomes(replyOf(await this.ask(this.encode(commands, this.nowMs)), commands.length), commands)
  }

  /** A reservation of 5 of each account. */
  reserve(id: string, ...names: ReadonlyArray<string>): object {
    return { kind: "reserve", id, ttlMs: 1_000, legs: names.map((name) => ({ ...leg(name), amount: 5 })) }
  }

  /** Holds that fall due at as many seconds as have room in a row, all later than those of `reserve`: what comes then has a field and the index. */
  async fillRows(...names: ReadonlyArray<string>): Promise<void> {
    const ticks = Array.from({ length: MOST_DUE_IN_ROW }, (_, at) => at)
    await this.execute(...ticks.map((at) => ({ ...this.reserve(`fills${at}`, ...names), ttlMs: 60_000 + 1_000 * at })))
  }

  charge(id: string, ...names: ReadonlyArray<string>): object {
    return { kind: "charge", id, legs: names.map((name) => ({ ...leg(name), amount: 1 })) }
  }

  /** At 5, as `reserve` holds. */
  finalize(id: string, ...names: ReadonlyArray<string>): object {
    const legs = names.map((name) => ({ ...leg(name), actual: 5 }))
    return { kind: "finalize", id, overage: "debit", ifUnknown: "mark", sentAgoMs: 0, legs }
  }

  release(id: string, ...names: ReadonlyArray<string>): object {
    return { kind: "release", id, legs: names.map(leg) }
  }

  dump(): Promise<unknown> {
    return this.client.eval(dumpScript, 0)
  }

  async account(name: string): Promise<Account> {
    const account = stateOf(await this.dump()).get(name)
    if (account === undefined) throw new Error(`there is no account ${name}`)
    return account
  }

  /** The call fails, or is answered with what `refused` says, and the server holds what it held. */
  async changesNothing(act: () => Promise<unknown>, refused: (answer: unknown) => boolean): Promise<void> {
    const before = await this.dump()
    const answer = await act().catch((error: unknown) => error)
    if (!refused(answer)) throw new Error(`it was answered with ${JSON.stringify(answer)} ${String(answer)}`)
    if (!isDeepStrictEqual(await this.dump(), before)) throw new Error("something was written")
  }
}

const leg = (account: string) => ({ account, window: { kind: "none" }, unit: "u", limit: 100_000 })

export const same = (actual: unknown, expected: unknown, what: string): void => {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
}
