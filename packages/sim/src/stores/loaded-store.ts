import type { MakeStore } from "../explore/run.ts"

export interface LoadedStore {
  /** As it was asked for. */
  readonly name: string
  /** A fresh, empty store with these settings. */
  readonly makeStore: MakeStore
  /** Removes what all of them left behind, and closes what they shared. */
  readonly close: () => Promise<void>
}
