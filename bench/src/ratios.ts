/**
 * The targets, and whether the results reach them.
 */
import type { Result } from "./run-match.ts"
import { type Target, targets } from "./targets.ts"

export interface Ratio {
  readonly store: string
  readonly shape: string
  readonly callers: number
  readonly ours: string
  readonly peer: string
  readonly ratio: number
  readonly target: string
  readonly ok: boolean
  /** What the ratio is of: pairs per second, or µs of a reserve. Absent where `ratio` is the number itself. */
  readonly measured?: { readonly ours: number; readonly peer: number }
}

/** Of the targets whose contenders ran. */
export const ratiosOf = (results: ReadonlyArray<Result>): ReadonlyArray<Ratio> =>
  targets.flatMap((target) => ratioOf(target, results) ?? [])

const ratioOf = (target: Target, results: ReadonlyArray<Result>): Ratio | undefined => {
  const { callers, legs, ours: name, peerLegs = legs, peers, shape, store } = target
  const find = (name: string, legs: number): Result | undefined =>
    results.find(
      (result) =>
        result.store === store &&
        result.shape === shape &&
        result.callers === callers &&
        result.legs === legs &&
        result.name === name
    )
  const ours = find(name, legs)
  if (ours === undefined) return undefined
  const theirs = peers?.map((peer) => find(peer, peerLegs)).filter((peer) => peer !== undefined)
  const peer = theirs?.toSorted((left, right) => right.pairsPerSecond - left.pairsPerSecond)[0]
  if (peers !== undefined && peer === undefined) return undefined
  const measured = peer === undefined ? undefined : measuredOf(target, ours, peer)
  const ratio = measured === undefined ? 1e6 / ours.pairsPerSecond : ratioOfTwo(target, measured)
  return {
    store,
    shape: `${shape}${legs === 1 ? "" : `, ${legs} legs`}${target.of === "open" ? ", p50 of a reserve" : ""}`,
    callers,
    ours: ours.name,
    peer: peer === undefined ? "µs a pair" : `${peer.name}${peerLegs === legs ? "" : `, ${peerLegs} leg`}`,
    ratio: Math.round(ratio * 100) / 100,
    target: target.atLeast === undefined ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`,
    ok: target.atLeast === undefined ? ratio <= target.atMost! : ratio >= target.atLeast,
    ...(measured !== undefined && { measured })
  }
}

type Measured = NonNullable<Ratio["measured"]>

const measuredOf = ({ of }: Target, ours: Result, peer: Result): Measured =>
  of === "open"
    ? { ours: ours.openP50Micros, peer: peer.openP50Micros }
    : { ours: ours.pairsPerSecond, peer: peer.pairsPerSecond }

/** `cost` asks for time a pair, of which pairs per second are the inverse. */
const ratioOfTwo = ({ of }: Target, { ours, peer }: Measured): number => (of === "cost" ? peer / ours : ours / peer)
