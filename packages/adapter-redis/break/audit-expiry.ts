/**
 * When keys may go (docs/readings.md, 37): what has ended an hour after it is unknown; an account an hour after it is forgotten at the earliest, and a
 * day later at the latest; with the caller's clock nothing ever.
 */
import type { Account } from "./dump.ts"

export interface Terms {
  readonly nowMs: number
  readonly keepsForever: boolean
  /** Keys go when they expire. */
  readonly collects: boolean
  readonly settings: {
    readonly settledRetentionMs: number
    readonly unsettledRetentionMs: number
    readonly maxTtlMs: number
    readonly gridMs: number
    readonly collectAfterMs: number
  }
}

export function* expiryFaults(account: Account, before: Account | undefined, terms: Terms): Generator<string> {
  yield* shelfFaults(account, before, terms)
  const { expiresMs, indexExpiresMs, row } = account
  const said = row["expiresMs"] === 0 ? -1 : row["expiresMs"]
  if (expiresMs !== said) yield `its key expires at ${expiresMs}, and its row says ${said}`
  if (indexExpiresMs !== undefined && indexExpiresMs !== said)
    yield `its index expires at ${indexExpiresMs}, not ${said}`
  const wanted = expiryOf(account, before, terms)
  if (!wanted.includes(row["expiresMs"]!)) yield `it expires at ${row["expiresMs"]}, not at ${wanted.join(" or ")}`
}

/** Its row's expiry may be one of these; 0: never. */
const expiryOf = ({ key, row }: Account, before: Account | undefined, terms: Terms): ReadonlyArray<number> => {
  if (terms.keepsForever) return [0]
  const { nowMs, settings } = terms
  const old = before?.row
  const isSame = old !== undefined && old["bornMs"] === row["bornMs"]
  const earlierMs = isSame ? old["expiresMs"]! : 0
  const renewed = (neededMs: number): number =>
    earlierMs < nowMs + neededMs ? nowMs + neededMs + settings.maxTtlMs : earlierMs
  if (isSame && old["revision"] === row["revision"]) {
    const later = earlierMs === 0 ? 0 : renewed(row["leadMs"]! + settings.collectAfterMs)
    return old["lastMs"] === row["lastMs"] && old["leadMs"] === row["leadMs"] ? [earlierMs, later] : [later]
  }
  const [, window] = key.split("\n")
  const counts = row["used"]! + row["atStake"]! > 0
  if (row["open"] !== 1 || row["storedLimit"] !== -1 || (window === undefined && counts)) return [0]
  const idleMs = /^idle:(\d+)$/.exec(window ?? "")?.[1]
  const windowMs = idleMs !== undefined ? Number(idleMs) : row["endMs"] === -1 ? 0 : row["endMs"]! - nowMs
  const keptMs = Math.max(settings.unsettledRetentionMs, windowMs) + settings.maxTtlMs + settings.gridMs
  return [renewed(row["leadMs"]! + keptMs + settings.collectAfterMs)]
}

/** A shelf goes as long after its last entry as that is remembered, and an hour; whoever writes on it first says when. */
function* shelfFaults({ row, shelves }: Account, before: Account | undefined, terms: Terms): Generator<string> {
  const { nowMs, keepsForever, settings } = terms
  const lengthMs = settings.settledRetentionMs + settings.collectAfterMs
  for (const shelf of shelves) {
    const old = before?.shelves.find(({ parity }) => parity === shelf.parity)
    const isOther = row["shelf"] !== before?.row["shelf"] || row["bornMs"] !== before?.row["bornMs"]
    const isNow = isOther && (row["shelf"]! - shelf.parity) % 2 === 0
    const wanted = keepsForever ? -1 : isNow ? nowMs + (row["shelf"]! + 2) * lengthMs - row["lastMs"]! : old?.expiresMs
    if (shelf.expiresMs !== wanted) yield `shelf ${shelf.parity} expires at ${shelf.expiresMs}, not ${wanted}`
  }
}
