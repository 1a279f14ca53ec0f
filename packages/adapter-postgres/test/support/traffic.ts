/**
 * The accounts over which the processes of concurrency.test.ts meet.
 */

/** Of each reservation. */
export const LEGS = 4

/** Slots that are few, so that there are denials; amounts that are debited as used, or as held; one with a limit that is never reached. */
export const accountsOf = () =>
  [
    { account: "slots", window: { kind: "none" }, unit: "u", limit: 16, settle: "none" },
    { account: "Slots", window: { kind: "none" }, unit: "u", limit: 40, settle: "none" },
    { account: "tokens", window: { kind: "none" }, unit: "u", limit: null, settle: "actual" },
    { account: "a", window: { kind: "none" }, unit: "u", limit: 100_000_000, settle: "actual" },
    { account: "\u{1F600}", window: { kind: "none" }, unit: "u", limit: null, settle: "held" },
    { account: "\uFF5E", window: { kind: "none" }, unit: "u", limit: null, settle: "held" }
  ] as const

/** What a process was told. */
export interface Told {
  /** By account: the sum of what its endings debited, and of what its abandoned holds will have cost. */
  readonly debited: Record<string, number>
  /** How often which command was answered how. */
  readonly tags: Record<string, number>
  readonly failures: Array<string>
}
