/**
 * What a suite is told, with its defaults and what the environment says.
 */
import { defaultSettings } from "@tallystick/core/machine"
import type { Settings } from "@tallystick/core/machine"

export interface ContractOptions {
  /** Those that the layer's store was built with. Default: the machine's. The checks want to remember for 2 and 5 minutes at least. */
  readonly settings?: Partial<Settings> | undefined
  /** Random programs of the model equivalence. Default: `TALLYSTICK_CONTRACT_PROGRAMS`, or 2,000. */
  readonly programs?: number | undefined
  /**
   * So many of them run at once, each over accounts of its own: a server and this process then work side by side. Default: 1.
   * Calls of different times meet, so a store that sends them together must keep them apart.
   */
  readonly programsAtOnce?: number | undefined
  /** Everything random comes from it. Default: `TALLYSTICK_SEED`, or 1. */
  readonly seed?: number | undefined
  /** Where in the tree of a failing seed to begin: printed with a failure. Default: `TALLYSTICK_CONTRACT_PATH`. */
  readonly path?: string | undefined
  /** Odd ids that each live through a whole cycle. Default: 300. */
  readonly strangeIds?: number | undefined
  /** Callers of a race. Default: 40. */
  readonly callers?: number | undefined
  /** How long one race may take. Default: 10,000 ms. */
  readonly raceMs?: number | undefined
  /**
   * The id of an account, for stores that must see in it where it belongs. A name is `GROUP/NAME`; only accounts of one group meet in a command.
   *
   * @example
   * accountOf: (name) => `{${name.split("/")[0]}}${name}` // one slot of a Redis Cluster for each group
   */
  readonly accountOf?: ((name: string) => string) | undefined
}

export interface ReadOptions {
  readonly settings: Settings
  readonly programs: number
  readonly programsAtOnce: number
  readonly seed: number
  readonly path: string | undefined
  readonly strangeIds: number
  readonly callers: number
  readonly raceMs: number
  readonly accountOf: (name: string) => string
}

export const readOptions = (options: ContractOptions): ReadOptions => ({
  settings: { ...defaultSettings, ...options.settings },
  programs: options.programs ?? fromEnvironment("TALLYSTICK_CONTRACT_PROGRAMS", 0) ?? 2_000,
  programsAtOnce: options.programsAtOnce ?? 1,
  seed: options.seed ?? fromEnvironment("TALLYSTICK_SEED", -(2 ** 31)) ?? 1,
  path: options.path ?? process.env["TALLYSTICK_CONTRACT_PATH"],
  strangeIds: options.strangeIds ?? 300,
  callers: options.callers ?? 40,
  raceMs: options.raceMs ?? 10_000,
  accountOf: options.accountOf ?? ((name) => name)
})

const fromEnvironment = (variable: string, least: number): number | undefined => {
  const text = process.env[variable]
  if (text === undefined || text === "") return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > 2 ** 31 - 1)
    throw new RangeError(`${variable} must be an integer from ${least} to ${2 ** 31 - 1}, was "${text}"`)
  return value
}
