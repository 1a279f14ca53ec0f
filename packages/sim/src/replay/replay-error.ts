/** The store did not do its part, so that there is nothing to report: a call without an end, an ending that never arrived. */
export class ReplayError extends Error {
  readonly _tag = "ReplayError" as const
}
