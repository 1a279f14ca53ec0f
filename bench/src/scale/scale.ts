/**
 * How cost and size grow.
 */
import type { Server } from "../servers.ts"
import { costOfAccounts, costOfHolds } from "./cost.ts"
import { type MakeGround, memoryGround, postgresGround, redisGround } from "./ground.ts"
import { steadyMemory, steadyPostgres } from "./steady.ts"
import { weigh } from "./weigh.ts"

/** One measured number; `ok` where there is a target. */
export interface Scale {
  readonly store: string
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly ratio?: number
  readonly target?: string
  readonly ok?: boolean
}

export interface ScaleOptions {
  readonly rounds: number
  readonly seconds: number
  /** Of each size at most: for a test. */
  readonly most: number
  readonly redis: Server
  readonly postgres: Server
  readonly say: (line: string) => void
}

const accounts = [10, 10_000, 1_000_000]
const holds = [10, 1_000, 100_000]

export const scale = async (options: ScaleOptions): Promise<ReadonlyArray<Scale>> => {
  const found: Array<Scale> = []
  const add = (rows: ReadonlyArray<Scale>): void => {
    for (const row of rows) options.say(scaleText(row))
    found.push(...rows)
  }
  const upTo = (sizes: ReadonlyArray<number>) => [...new Set(sizes.map((size) => Math.min(size, options.most)))]
  const grounds: ReadonlyArray<readonly [string, MakeGround]> = [
    ["memory", memoryGround],
    ["redis", redisGround(options.redis.url)],
    ["postgres", postgresGround(options.postgres.url)]
  ]
  for (const [store, make] of grounds) {
    const common = { store, rounds: options.rounds, seconds: options.seconds * 0.3 }
    add(await weigh(make, store, Math.min(10_000, options.most)))
    add(await costOfAccounts(make, { ...common, sizes: upTo(accounts) }))
    add(await costOfHolds(make, { ...common, sizes: upTo(holds) }))
  }
  const isTrial = options.most < 10_000
  const hours = isTrial ? 0.02 : 1
  add(await steadyMemory(hours, isTrial ? 6 : 600))
  add(await steadyPostgres(options.postgres.url, hours, isTrial ? 1 : 20))
  return found
}

export const scaleText = ({ ok, ratio, store, target, unit, value, what }: Scale): string =>
  `${store.padEnd(9)} ${what.padEnd(52)} ${String(value).padStart(9)} ${unit}${target === undefined ? "" : `  ${ratio} × (${target}: ${ok === true ? "ok" : "not"})`}`
