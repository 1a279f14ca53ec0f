/** A server that this run started, whatever it runs in. */
import type { OwnOptions } from "./wire.ts"

export interface Running {
  readonly url: string
  readonly urls?: ReadonlyArray<string>
  readonly from: string
  readonly version: string
  readonly port: number
  /** Where another server of the same source reaches it. */
  readonly inner: { readonly host: string; readonly port: number }
  /** As `kill -9`: what was not synced is lost. */
  readonly kill: () => Promise<void>
  /** Starts it again after `kill`, on the same port and data. */
  readonly start: () => Promise<void>
  /** Ends it for good, and its data. */
  readonly stop: () => Promise<void>
}

export interface StartOptions extends Omit<OwnOptions, "replicaOf"> {
  /** The run's one server: nothing it stores needs to survive. */
  readonly shared?: boolean
  readonly master?: Running | undefined
}

export interface Source {
  readonly redis: (options: StartOptions) => Promise<Running>
  readonly cluster: () => Promise<Running>
  readonly postgres: (options: StartOptions) => Promise<Running>
}
