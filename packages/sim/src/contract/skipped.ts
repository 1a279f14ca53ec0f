/**
 * What a store says in its `capabilities` that it cannot do is no failure.
 */
export class Skipped extends Error {
  readonly _tag = "Skipped"

  constructor(reason: string) {
    super(reason)
    this.name = "Skipped"
  }
}
