/** A mistake in how the program was called. Its message says what would be right; the program ends with status 2. */
export class UsageError extends Error {
  readonly _tag = "UsageError" as const
}
