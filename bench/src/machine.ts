/**
 * Where it ran.
 */
import * as os from "node:os"

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
  /** Processes that wanted a core, averaged over the last minute, when the run began: above the number of cores the machine was busy. */
  readonly load: number
  /** What each server is, and how durable. */
  readonly servers: ReadonlyArray<string>
}

export const machineOf = (): Omit<Machine, "servers"> => ({
  cpu: os.cpus()[0]?.model.trim() ?? "?",
  cores: os.availableParallelism(),
  memoryGb: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.release()}`,
  node: process.version,
  load: Math.round(os.loadavg()[0]! * 10) / 10
})
