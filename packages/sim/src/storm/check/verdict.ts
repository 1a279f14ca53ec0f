/**
 * What a checker says of a history.
 */
import type { Expected } from "./trial.ts"
import type { Operation } from "./operation.ts"

/** An operation in its place, at the time of the store's clock that it was judged at. */
export interface Placed {
  readonly operation: Operation
  readonly nowMs: number
}

/** Where every order ends that was tried: the longest of them, and what could not be next. */
export interface DeadEnd {
  readonly order: ReadonlyArray<Placed>
  /** Each answered operation that could have been next, with what the Book says there. Empty: none could. */
  readonly stuck: ReadonlyArray<{ readonly operation: Operation; readonly expected: Expected }>
}

/** `undecided` counts as a failure: the search was given up. */
export type Verdict =
  | { readonly kind: "linearizable"; readonly order: ReadonlyArray<Placed> }
  | { readonly kind: "broken"; readonly deadEnd: DeadEnd }
  | { readonly kind: "undecided"; readonly deadEnd: DeadEnd }
