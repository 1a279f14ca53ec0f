/**
 * CPU time that a server has taken so far, microseconds.
 */
import * as fs from "node:fs"

export type CpuOf = () => Promise<number | null>

export const noServer: CpuOf = async () => 0

/** Of Redis, as it says itself. */
export const redisCpu =
  (info: () => Promise<string>): CpuOf =>
  async () => {
    const text = await info()
    const seconds = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1] ?? 0)
    return (seconds("used_cpu_user") + seconds("used_cpu_sys")) * 1e6
  }

/** Linux counts in hundredths of a second. */
const MICROS_PER_TICK = 10_000

interface Stat {
  readonly name: string
  readonly parent: number
  readonly micros: number
  readonly childrenMicros: number
}

const statOf = (pid: number | string): Stat | undefined => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"))
    // Behind the name: state, parent …; user and system time are the 12th and 13th, those of ended children the two behind them.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
    const ticks = (at: number): number => Number(fields[at] ?? 0) * MICROS_PER_TICK
    return { name, parent: Number(fields[1]), micros: ticks(11) + ticks(12), childrenMicros: ticks(13) + ticks(14) }
  } catch {
    return undefined
  }
}

/** Of all processes of the Postgres whose backend this is: only if it runs on this machine, and in no container. */
export const postgresCpu =
  (backendPid: number): CpuOf =>
  async () => {
    const backend = statOf(backendPid)
    const master = backend === undefined ? undefined : statOf(backend.parent)
    if (backend === undefined || master === undefined || !master.name.startsWith("postgres")) return null
    let micros = master.micros + master.childrenMicros
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const stat = statOf(pid)
      if (stat?.parent === backend.parent) micros += stat.micros
    }
    return micros
  }
