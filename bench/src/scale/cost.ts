/**
 * What a command costs where there are many accounts, or many holds in one account.
 */
import { medianOf } from "../histogram.ts"
import { MAX_SCALE_RATIO } from "../targets.ts"
import type { Ground, MakeGround } from "./ground.ts"
import type { Scale } from "./scale.ts"
import { finalize, reserve, run, runMany } from "./traffic.ts"

interface Options {
  readonly store: string
  readonly sizes: ReadonlyArray<number>
  readonly rounds: number
  readonly seconds: number
}

/** Turns within a round: the sizes are compared with each other, so that they must meet the same machine. */
const SLICES = 6

/** A hold that outlives the measurement. */
const LONG_MS = 3_600_000

export const costOfAccounts = (make: MakeGround, options: Options): Promise<ReadonlyArray<Scale>> =>
  costs(
    make,
    options,
    "accounts",
    (ground, size) => ground.fillAccounts(size),
    (size, turn) => `a:${(turn * 104_729) % size}`
  )

export const costOfHolds = (make: MakeGround, options: Options): Promise<ReadonlyArray<Scale>> =>
  costs(
    make,
    options,
    "holds in one account",
    ({ store }, size) => runMany(store, size, (index) => reserve("one", `hold-${index}`, LONG_MS)),
    () => "one"
  )

const costs = async (
  make: MakeGround,
  { rounds, seconds, sizes, store }: Options,
  of: string,
  fill: (ground: Ground, size: number) => Promise<void>,
  accountOf: (size: number, turn: number) => string
): Promise<ReadonlyArray<Scale>> => {
  const grounds: Array<Ground> = []
  try {
    for (const size of sizes) {
      const ground = await make(`${of.split(" ")[0]}_${size}`)
      grounds.push(ground)
      await fill(ground, size)
    }
    const micros = sizes.map((): Array<number> => [])
    let turn = 0
    const round = async (at: number): Promise<number> => {
      const begin = performance.now()
      let pairs = 0
      for (; performance.now() - begin < (seconds * 1_000) / SLICES; pairs++, turn++) {
        const account = accountOf(sizes[at]!, turn)
        await run(grounds[at]!.store, [reserve(account, `t${turn}`)])
        await run(grounds[at]!.store, [finalize(account, `t${turn}`)])
      }
      return ((performance.now() - begin) * 1_000) / (2 * pairs)
    }
    for (let at = 0; at < sizes.length; at++) await round(at)
    for (let number = 0; number < rounds * SLICES; number++)
      for (let at = 0; at < sizes.length; at++) {
        const which = (at + number) % sizes.length
        micros[which]!.push(await round(which))
      }
    const least = medianOf(micros[0]!)
    return sizes.map((size, at) => costRow(store, of, size, medianOf(micros[at]!), least, at > 0))
  } finally {
    for (const ground of grounds) await ground.close()
  }
}

const costRow = (store: string, of: string, size: number, micros: number, least: number, isJudged: boolean): Scale => {
  const ratio = Math.round((micros / least) * 100) / 100
  const judged = isJudged ? { ratio, target: `≤ ${MAX_SCALE_RATIO}`, ok: ratio <= MAX_SCALE_RATIO } : {}
  return {
    store,
    what: `a command with ${size.toLocaleString("en-US")} ${of}`,
    value: Math.round(micros * 10) / 10,
    unit: "µs",
    ...judged
  }
}
