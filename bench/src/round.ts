/**
 * One round of one contender: so many callers in a closed loop, for so many seconds.
 */
import { type Case, type Contender, type Turns, USED } from "./contender.ts"
import { type CpuOf, noServer } from "./cpu.ts"
import { Histogram } from "./histogram.ts"

export interface Round {
  readonly pairs: number
  readonly seconds: number
  readonly clientCpuMicros: number
  /** null: the server is elsewhere, and does not tell. */
  readonly serverCpuMicros: number | null
}

/** What is kept from round to round. */
export class Course {
  readonly contender: Contender
  readonly of: Case
  readonly rounds: Array<Round> = []
  pairTimes = new Histogram()
  openTimes = new Histogram()
  readonly #sampling: number
  #pairs = 0
  #ids = 0

  /** @param sampling every so-manieth pair is timed: the clock costs 50 ns, a tenth of a pair in memory */
  constructor(contender: Contender, of: Case, sampling: number) {
    this.contender = contender
    this.of = of
    this.#sampling = sampling
  }

  /** Connections, plans and compiled code are there before anything counts. */
  async warmUp(seconds: number): Promise<void> {
    await this.run(seconds, noServer)
    this.rounds.length = 0
    this.pairTimes = new Histogram()
    this.openTimes = new Histogram()
  }

  /** @throws Error if the store's `used` is not what was settled */
  async run(seconds: number, serverCpu: CpuOf): Promise<void> {
    const before = this.#pairs
    const cpu = process.cpuUsage()
    const server = await serverCpu()
    const begin = performance.now()
    const turns = Array.from({ length: this.of.callers }, (_, caller) => this.#turns(caller, begin + seconds * 1_000))
    await Promise.all(turns.map((one) => this.contender.call(one)))
    const end = performance.now()
    const { system, user } = process.cpuUsage(cpu)
    const after = await serverCpu()
    this.rounds.push({
      pairs: this.#pairs - before,
      seconds: (end - begin) / 1_000,
      clientCpuMicros: system + user,
      serverCpuMicros: server === null || after === null ? null : after - server
    })
    await this.check()
  }

  async check(): Promise<void> {
    const expected = this.#pairs * USED * this.of.legs
    const used = await this.contender.used()
    if (used !== expected)
      throw new Error(
        `${this.contender.name}, ${this.of.name}: ${this.#pairs} pairs of ${USED} in ${this.of.legs} legs are ${expected}, and the store says ${used}`
      )
  }

  #turns(caller: number, endMs: number): Turns {
    const { accounts } = this.of
    const prefix = `${caller}-`
    let turn = 0
    let isTimed = false
    let begunMs = 0
    return {
      begin: () => {
        isTimed = turn % this.#sampling === 0
        if (isTimed) {
          begunMs = performance.now()
          if (begunMs >= endMs) return undefined
        }
        turn++
        // Spread evenly, and the same in every run: 7,919 and 104,729 are primes.
        return accounts === 1 ? 0 : (caller * 7_919 + turn * 104_729) % accounts
      },
      id: () => prefix + this.#ids++,
      opened: () => {
        if (isTimed) this.openTimes.addMicros((performance.now() - begunMs) * 1_000)
      },
      settled: () => {
        this.#pairs++
        if (isTimed) this.pairTimes.addMicros((performance.now() - begunMs) * 1_000)
      }
    }
  }
}
