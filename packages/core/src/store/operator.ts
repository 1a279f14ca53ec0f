/**
 * What an operator asks of a store beside the port: rare, slow, and never on the path of a call. The adapters of Redis and Postgres give it.
 */
import { InvalidInput } from "../machine/invalid-input.ts"
import type { WindowName } from "../machine/window.ts"

/** An account as it is kept. */
export interface KeptAccount {
  readonly account: string
  readonly window: WindowName
  readonly unit: string | null
}

/** A change of an account. */
export interface LedgerRow {
  readonly revision: number
  readonly cause: string
  /** The request or adjustment that caused it; null: time did. */
  readonly id: string | null
  readonly atMs: number
  readonly usedDelta: number
  readonly reservedDelta: number
}

/** The sums of an account. null: what is kept is no amount. */
export interface Sums {
  readonly used: number | null
  readonly reserved: number | null
}

/** What a repair found, and did if it was told to. */
export interface Repair {
  /** There is such an account. */
  readonly found: boolean
  readonly before: Sums
  readonly after: Sums
  /** Its live holds, of all windows: what `after.reserved` and the times of expiry are made of anew. */
  readonly holds: number
  /** What its expiries go by (holds by deadline) differed from its holds. */
  readonly dueDiffers: boolean
  /** Where `after.used` is from: what was kept, the sum of all changes in the ledger, or the operator. */
  readonly usedFrom: "account" | "ledger" | "operator"
  /** Why it cannot be repaired; null: it can. */
  readonly obstacle: string | null
  readonly applied: boolean
}

export interface RepairOptions {
  /** false: only says what it would do. */
  readonly apply: boolean
  /** What the account has used, where the store cannot tell. */
  readonly used?: number | undefined
}

/** The functions. Each rejects with a store's error. */
export interface StoreOperator {
  /** The accounts in which a request is kept, in whatever state. Looks through the whole store. */
  readonly accountsOf: (requestId: string) => Promise<ReadonlyArray<KeptAccount>>
  /** The last changes of an account, the newest first; null: the store keeps none. */
  readonly ledger: (account: string, window: WindowName, limit: number) => Promise<ReadonlyArray<LedgerRow> | null>
  /**
   * Makes the sums of one account anew, in one atomic step: `reserved` and the times of expiry from its live holds, `used` from the ledger if that is whole.
   * Holds, limits and other accounts stay as they are.
   */
  readonly repair: (account: string, window: WindowName, options: RepairOptions) => Promise<Repair>
  /** Ends its connection. */
  readonly close: () => Promise<void>
}

/** The window of a key's text, as `windowKey` writes it. @throws InvalidInput if it is none */
export const windowOfKey = (text: string): WindowName => {
  const [kind, value, ...rest] = text.split(":")
  if (kind === "none" && value === undefined) return { kind }
  if (kind === "fixed" && /^\d+$/.test(value ?? "")) return { kind, lengthMs: Number(value) }
  if (kind === "idle" && /^\d+$/.test(value ?? "")) return { kind, idleMs: Number(value) }
  if (kind === "calendar" && (value === "day" || value === "week" || value === "month") && rest.length > 0)
    return { kind, every: value, timeZone: rest.join(":") }
  throw new InvalidInput("window", "a window's key", text)
}
