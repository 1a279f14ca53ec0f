import type { MakeStore } from "../explore/run.ts"
import type { ScenarioOptions } from "../explore/scenario/scenario.ts"

export interface LoadedStore {
  /** As it was asked for. */
  readonly name: string
  /** A fresh, empty store with these settings. */
  readonly makeStore: MakeStore
  /** What is run over it, where that is not the simulator's own clients. */
  readonly scenario?: ScenarioOptions | undefined
  /** Removes what all of them left behind, and closes what they shared. */
  readonly close: () => Promise<void>
}
