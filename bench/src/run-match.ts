/**
 * One match: all its contenders in turns, round by round, so that a busy machine is busy for all.
 */
import { type Case } from "./contender.ts"
import { type CpuOf } from "./cpu.ts"
import { medianOf } from "./histogram.ts"
import { type Match, shapes } from "./matrix.ts"
import { Course } from "./round.ts"

export interface Result {
  readonly store: string
  readonly shape: string
  readonly callers: number
  readonly legs: number
  readonly name: string
  /** The median of the rounds. */
  readonly pairsPerSecond: number
  readonly p50Micros: number
  readonly p99Micros: number
  /** Of the first half of a pair: a reserve, a consume. */
  readonly openP50Micros: number
  readonly clientCpuMicrosPerPair: number
  readonly serverCpuMicrosPerPair: number | null
  /** Pairs per second of each. */
  readonly rounds: ReadonlyArray<number>
}

export interface RunOptions {
  readonly rounds: number
  readonly seconds: number
  readonly serverCpu: CpuOf
}

let matches = 0
const warm = new Set<Match["store"]>()

export const runMatch = async (match: Match, options: RunOptions): Promise<ReadonlyArray<Result>> => {
  const { callers, legs, sampling, shape } = match
  const of: Case = { name: `m${matches++}`, callers, accounts: shapes[shape], legs }
  const courses: Array<Course> = []
  try {
    for (const make of match.contenders) courses.push(new Course(await make(of), of, sampling))
    const seconds = options.seconds * match.secondsShare
    // Until V8 has compiled it, a front in memory costs three times as much: for the first second.
    const isCold = !warm.has(match.store)
    for (const course of courses) await course.warmUp(isCold ? options.seconds : seconds / 3)
    warm.add(match.store)
    for (let round = 0; round < options.rounds; round++)
      // Each time another one is first.
      for (let at = 0; at < courses.length; at++)
        await courses[(round + at) % courses.length]!.run(seconds, options.serverCpu)
    return courses.map((course) => resultOf(match, course))
  } finally {
    for (const { contender } of courses) await contender.close()
  }
}

const resultOf = ({ callers, legs, shape, store }: Match, course: Course): Result => {
  const { contender, openTimes, pairTimes, rounds } = course
  const pairs = rounds.reduce((sum, round) => sum + round.pairs, 0)
  const speeds = rounds.map((round) => Math.round(round.pairs / round.seconds))
  const serverCpu = rounds.map((round) => round.serverCpuMicros)
  return {
    store,
    shape,
    callers,
    legs,
    name: contender.name,
    pairsPerSecond: medianOf(speeds),
    p50Micros: rounded(pairTimes.quantileMicros(0.5)),
    p99Micros: rounded(pairTimes.quantileMicros(0.99)),
    openP50Micros: rounded(openTimes.quantileMicros(0.5)),
    clientCpuMicrosPerPair: rounded(rounds.reduce((sum, round) => sum + round.clientCpuMicros, 0) / pairs),
    serverCpuMicrosPerPair: serverCpu.includes(null)
      ? null
      : rounded(serverCpu.reduce<number>((sum, micros) => sum + (micros ?? 0), 0) / pairs),
    rounds: speeds
  }
}

const rounded = (micros: number): number => Math.round(micros * 100) / 100
