/**
 * What the judge itself remembers of each id on each account, from the answers alone. An id lives from the command that made it until time forgets it.
 */
import type { Command, LegAnswer, LegState, Settings } from "@tallystick/core/machine"

export interface Life {
  state: LegState
  /** The account's time when it was seen to end; of a hold its deadline. */
  untilMs: number
  /** What its commands moved `used` by, in all windows together. */
  debited: number
  /** How often it moved `used` up: by its commands, and by an expiry that may have charged. */
  debits: number
  /** The most that one ending of it may debit. */
  most: number
}

export class Lives {
  readonly #settings: Settings
  readonly #lives: Array<Map<string, Life>> = []
  /** Accounts that an operator closed. */
  readonly closed = new Set<number>()
  /** When a command took effect, leg by leg, in the accounts' times. */
  readonly effective = new Map<Command, ReadonlyArray<number>>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** undefined: nothing is known of it, or no longer. */
  find(account: number, id: string, timeMs: number): Life | undefined {
    const life = this.#lives[account]?.get(id)
    if (life === undefined) return undefined
    const { settledRetentionMs, unsettledRetentionMs } = this.#settings
    const keptMs = hasEnded(life.state) ? settledRetentionMs : unsettledRetentionMs
    return timeMs < life.untilMs + keptMs ? life : undefined
  }

  begin(account: number, id: string, state: LegState, untilMs: number): Life {
    const life: Life = { state, untilMs, debited: 0, debits: 0, most: 0 }
    let lives = this.#lives[account]
    if (lives === undefined) {
      lives = new Map()
      this.#lives[account] = lives
    }
    lives.set(id, life)
    return life
  }

  forget(account: number, id: string): void {
    this.#lives[account]?.delete(id)
  }

  /** Whether a repeat of the command is still known for sure, on this leg. */
  isRemembered(sinceMs: number, timeMs: number): boolean {
    return timeMs < sinceMs + Math.min(this.#settings.settledRetentionMs, this.#settings.unsettledRetentionMs)
  }
}

export const hasEnded = (state: LegState): boolean =>
  state === "finalized" || state === "released" || state === "charged"

/** The most that an ending which the command asks for may debit on this leg. */
export const mostOf = (command: Command, position: number, leg: LegAnswer): number => {
  const asked = command.legs[position]!
  const actual =
    "actual" in asked ? (asked.actual ?? 0) : "amount" in asked && command.kind === "charge" ? asked.amount : 0
  return Math.max(actual, leg.held, leg.measured ?? 0)
}
