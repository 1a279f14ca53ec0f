/**
 * When keys may go (docs/readings.md, 37): an entry an hour after it is unknown; an account an hour after it is forgotten at the earliest, and a day
 * later at the latest; with the caller's clock nothing ever.
 */
import type { Account, Entry } from "./dump.ts"

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
  for (const entry of account.entries) yield* entryFaults(account, entry, before, terms)
  const { expiresMs, holdsExpireMs } = account
  const row = rowOf(account)
  const said = row.expiresMs === 0 ? -1 : row.expiresMs
  if (expiresMs !== said) yield `its key expires at ${expiresMs}, and its row says ${said}`
  if (holdsExpireMs !== undefined && holdsExpireMs !== said) yield `its index expires at ${holdsExpireMs}, not ${said}`
  const wanted = expiryOf(account, before, terms)
  if (!wanted.includes(row.expiresMs)) yield `it expires at ${row.expiresMs}, not at ${wanted.join(" or ")}`
}

const rowOf = ({ fields }: Account) => {
  const number = (name: string): number => Number(fields.get(name) ?? 0)
  return {
    isForEver: fields.get("open") !== "1" || fields.get("storedLimit") !== "none",
    counts: number("used") + number("atStake") > 0,
    endMs: fields.has("endMs") ? number("endMs") : undefined,
    revision: number("revision"),
    bornMs: number("bornMs"),
    lastMs: number("lastMs"),
    leadMs: number("leadMs"),
    expiresMs: number("expiresMs")
  }
}

/** Its row's expiry may be one of these; 0: never. */
const expiryOf = (account: Account, before: Account | undefined, terms: Terms): ReadonlyArray<number> => {
  if (terms.keepsForever) return [0]
  const { nowMs, settings } = terms
  const row = rowOf(account)
  const old = before === undefined ? undefined : rowOf(before)
  const isSame = old !== undefined && old.bornMs === row.bornMs
  const earlierMs = isSame ? old.expiresMs : 0
  const renewed = (neededMs: number): number =>
    earlierMs < nowMs + neededMs ? nowMs + neededMs + settings.maxTtlMs : earlierMs
  if (isSame && old.revision === row.revision) {
    const later = earlierMs === 0 ? 0 : renewed(row.leadMs + settings.collectAfterMs)
    return old.lastMs === row.lastMs && old.leadMs === row.leadMs ? [earlierMs, later] : [later]
  }
  const [, window] = account.key.split("\n")
  if (row.isForEver || (window === undefined && row.counts)) return [0]
  const idleMs = /^idle:(\d+)$/.exec(window ?? "")?.[1]
  const windowMs = idleMs !== undefined ? Number(idleMs) : row.endMs === undefined ? 0 : row.endMs - nowMs
  const keptMs = Math.max(settings.unsettledRetentionMs, windowMs) + settings.maxTtlMs + settings.gridMs
  return [renewed(row.leadMs + keptMs + settings.collectAfterMs)]
}

function* entryFaults(account: Account, entry: Entry, before: Account | undefined, terms: Terms): Generator<string> {
  const { nowMs, keepsForever, settings } = terms
  const { state, deadlineMs, changedMs } = entry.values
  const unknownMs =
    state === "held"
      ? Number(deadlineMs) + settings.unsettledRetentionMs
      : Number(changedMs) + settings.settledRetentionMs
  const leftMs = unknownMs - rowOf(account).lastMs + settings.collectAfterMs
  const wanted = keepsForever ? -1 : nowMs + leftMs
  const old = before?.entries.find(({ id }) => id === entry.id)
  const isOld = old !== undefined && old.text === entry.text && old.expiresMs === entry.expiresMs
  if (entry.expiresMs !== wanted && !isOld) yield `the entry ${entry.id} expires at ${entry.expiresMs}, not ${wanted}`
}
