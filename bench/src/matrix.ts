/**
 * What is measured: which contenders meet in which shapes.
 */
import type { MakeContender } from "./contender.ts"
import * as masters from "./contenders/masters.ts"
import * as memory from "./contenders/memory.ts"
import * as postgres from "./contenders/postgres.ts"
import * as redis from "./contenders/redis.ts"

export const shapes = { hot: 1, "1,000 accounts": 1_000 } as const
export type Shape = keyof typeof shapes
export type StoreName = "memory" | "redis" | "postgres"

export interface Match {
  readonly store: StoreName
  readonly shape: Shape
  readonly callers: number
  readonly legs: number
  readonly contenders: ReadonlyArray<MakeContender>
  /** Every so-manieth pair is timed. */
  readonly sampling: number
  /** Of the seconds asked for. In memory a tenth of a second is 10,000 pairs. */
  readonly secondsShare: number
}

const grid = (
  callers: ReadonlyArray<number>,
  legs: ReadonlyArray<number>,
  of: (shape: Shape, callers: number, legs: number) => Omit<Match, "shape" | "callers" | "legs">
): ReadonlyArray<Match> =>
  legs.flatMap((legs) =>
    (Object.keys(shapes) as ReadonlyArray<Shape>).flatMap((shape) =>
      callers.map((callers) => ({ shape, callers, legs, ...of(shape, callers, legs) }))
    )
  )

/** With `isWhole` every number of callers with every number of legs; else several legs only with 64 callers. */
const shapesOf = (isWhole: boolean, of: Parameters<typeof grid>[2]): ReadonlyArray<Match> =>
  isWhole ? grid([1, 64, 512], [1, 2, 4], of) : [...grid([1, 64, 512], [1], of), ...grid([64], [2, 4], of)]

export const memoryMatches = (isWhole: boolean): ReadonlyArray<Match> =>
  shapesOf(isWhole, () => ({
    store: "memory",
    sampling: 16,
    secondsShare: 0.3,
    contenders: [memory.machine, memory.store, memory.front, memory.flexible, memory.effect, memory.floor]
  }))

export const redisMatches = (isWhole: boolean, url: string): ReadonlyArray<Match> =>
  shapesOf(isWhole, (_, callers, legs) => ({
    store: "redis",
    sampling: 1,
    secondsShare: 1,
    contenders: [
      redis.store(url),
      redis.flexible(url, false),
      redis.flexible(url, true),
      redis.floor(url),
      ...(legs === 2 ? [redis.original(url, false), redis.original(url, true)] : []),
      ...(isWhole || (callers === 64 && legs === 1) ? [redis.front(url)] : [])
    ]
  }))

export const postgresMatches = (isWhole: boolean, url: string): ReadonlyArray<Match> =>
  shapesOf(isWhole, (_, callers, legs) => ({
    store: "postgres",
    sampling: 1,
    secondsShare: 1,
    contenders: [
      postgres.store(url),
      postgres.flexible(url),
      postgres.rowLock(url),
      postgres.floor(url),
      ...(isWhole || (callers === 64 && legs === 1) ? [postgres.front(url)] : [])
    ]
  }))

const overMasters = (store: StoreName, contenders: ReadonlyArray<MakeContender>): ReadonlyArray<Match> => [
  { store, shape: "1,000 accounts", callers: 512, legs: 1, contenders, sampling: 1, secondsShare: 1 }
]

export const redisMasters = ({ one, three }: { one: string; three: ReadonlyArray<string> }): ReadonlyArray<Match> =>
  overMasters("redis", [masters.single(one), masters.cluster(three)])

export const postgresMasters = ({ three }: { three: ReadonlyArray<string> }): ReadonlyArray<Match> =>
  overMasters("postgres", [masters.shards(three.slice(0, 1)), masters.shards(three)])
